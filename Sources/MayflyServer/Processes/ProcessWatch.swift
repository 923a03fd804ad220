internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyStore
internal import Synchronization

/// Waits for processes to exit, and for connections to close, and ends what hangs on them.
///
/// One thread over one epoll instance of pidfds; the table is behind a lock of its own, which is
/// never held together with the core's.
final class ProcessWatch: Sendable {
    /// How many processes grants may hang on.
    struct Capacity: Equatable, Sendable {
        var processes: Int
        var perUid: Int
    }

    static let wakeTag: UInt64 = 0

    let inspector = ProcessInspector()
    let authority: Authority
    let clock: BrokerClock
    let logger: Logger
    let poller: Descriptor
    let wakeUp: WakeUp
    private let capacity: Capacity
    private let table = Monitor(ProcessTable())
    private let reported = Monitor<[DueEnds.End]>([])
    private let nextConnection = Atomic<UInt64>(1)
    let isStopping = Atomic(false)

    init(
        authority: Authority, clock: BrokerClock, logger: Logger, capacity: Capacity
    ) throws {
        guard let poller = Descriptor(owning: clinux_epoll_create()) else {
            throw SystemFailure("epoll_create1")
        }
        self.authority = authority
        self.clock = clock
        self.logger = logger
        self.poller = poller
        self.capacity = capacity
        wakeUp = try WakeUp()
        guard
            clinux_epoll_add(
                self.poller.rawValue, wakeUp.rawValue, clinux_epollin, Self.wakeTag) == 0
        else { throw SystemFailure("epoll_ctl") }
    }

    /// Processes that grants hang on, or that had one.
    var boundProcesses: Int { table.withLock { $0.boundCount } }

    // MARK: Roles

    /// Lets the process of a connection have a role, unless it is an agent's; the connection is
    /// closed when the process exits.
    ///
    /// - Parameter ancestors: the pids above it.
    func admit(
        _ process: InspectedProcess, below ancestors: [ProcessID],
        with connection: DependentConnection
    ) throws(Refusal) -> WatchedProcess {
        let identity = process.identity
        return try table.withLock { table throws(Refusal) in
            let isAgent = table.isAgent(identity) || table.hasAgent(among: ancestors)
            if isAgent, !ProcessFaults.current.recognisesNobody { throw .boundAgent }
            let watched = try find(process, in: &table)
            table.attach(connection, to: watched.number)
            table.note(ancestors, above: watched.number)
            return watched
        }
    }

    /// The connection is closed when the process exits; it has no role by that.
    func attach(
        _ process: InspectedProcess, to connection: DependentConnection
    ) throws(Refusal) -> WatchedProcess {
        try table.withLock { table throws(Refusal) in
            let watched = try find(process, in: &table)
            table.attach(connection, to: watched.number)
            return watched
        }
    }

    /// The connection is closed.
    func detach(_ connection: DependentConnection, from process: WatchedProcess) {
        let removed = table.withLock { $0.detach(connection, from: process.number) }
        if let removed { forget(removed.process) }
    }

    // MARK: Agents

    /// A grant is about to hang on the process: from here on its exit is not missed, and
    /// `settle` says what became of it.
    func adopt(
        _ process: InspectedProcess, by share: ShareKey
    ) throws(Refusal) -> WatchedProcess {
        let identity = process.identity
        return try table.withLock { table throws(Refusal) in
            if !table.isAgent(identity) {
                guard table.boundCount < capacity.processes else {
                    throw .processesExhausted(.boundProcesses)
                }
                guard table.boundCount(by: share) < capacity.perUid else {
                    throw .processesExhausted(.boundProcessesPerUid)
                }
            }
            let watched = try find(process, in: &table)
            table.beginBinding(watched.number, by: share)
            return watched
        }
    }

    /// The decision was made. A process that exited in the meantime was seen by the watch, perhaps
    /// before there was anything to end.
    func settle(_ process: WatchedProcess, isBound: Bool) {
        let (below, share, removed) = table.withLock {
            $0.finishBinding(process.number, isBound: isBound)
        }
        if let removed { forget(removed.process) }
        guard isBound else { return }
        process.bar()
        // Whether they still descend from it is found out when they ask for something.
        for other in below { other.doubt() }
        if process.hasExited { report(DueEnds.End(bond: process.bond, share: share)) }
    }

    /// An ancestor of the process, by its pid, became an agent's after this one got its role. The pid
    /// may have been that of another, which exited long ago.
    func resolveDoubt(of process: WatchedProcess) {
        guard let doubt = process.openDoubt else { return }
        guard let ancestors = try? inspector.ancestors(of: process.identity) else {
            return process.bar()
        }
        let isAgents = table.withLock { table in
            table.note(ancestors, above: process.number)
            return table.hasAgent(among: ancestors)
        }
        if isAgents { process.bar() }
        process.resolve(doubt)
    }

    /// An agent's process of before this start; false where no descriptor is left for it.
    func keep(_ process: InspectedProcess, by share: ShareKey?) -> Bool {
        do throws(Refusal) {
            let watched = try table.withLock { table throws(Refusal) in
                let watched = try find(process, in: &table)
                table.beginBinding(watched.number, by: share)
                return watched
            }
            settle(watched, isBound: true)
            return true
        } catch {
            return false
        }
    }

    // MARK: Connections

    func makeConnectionID() -> ConnectionID {
        ConnectionID(rawValue: nextConnection.wrappingAdd(1, ordering: .relaxed).oldValue)
    }

    /// Grants may hang on the connection, which is closed: the watch's thread ends them.
    func connectionClosed(_ connection: ConnectionID, of share: ShareKey) {
        report(DueEnds.End(bond: .connection(connection), share: share))
    }

    private func report(_ end: DueEnds.End) {
        reported.withLock { $0.append(end) }
        wakeUp.signal()
    }

    func takeReported() -> [DueEnds.End] {
        reported.withLock { reported in
            defer { reported = [] }
            return reported
        }
    }

    // MARK: The table

    func remove(_ numbers: [UInt64]) -> [ProcessTable.Row] {
        table.withLock { table in numbers.compactMap { table.remove($0) } }
    }

    /// The process's row, made where it has none; its exit wakes the thread from here on.
    private func find(
        _ process: InspectedProcess, in table: inout ProcessTable
    ) throws(Refusal) -> WatchedProcess {
        if let known = table.find(process.identity) { return known }
        let watched = table.insert(process)
        guard
            clinux_epoll_add(
                poller.rawValue, watched.descriptor, clinux_epollin, watched.number) == 0
        else {
            _ = table.remove(watched.number)
            throw .descriptorsExhausted
        }
        return watched
    }

    /// Nothing waits for it any more. Whoever still has the value keeps its descriptor open.
    func forget(_ process: WatchedProcess) {
        _ = clinux_epoll_remove(poller.rawValue, process.descriptor)
    }
}
