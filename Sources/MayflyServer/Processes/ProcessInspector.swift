internal import Glibc
internal import MayflyCore

/// A process that was found running, held by its pidfd.
final class InspectedProcess: Sendable {
    let handle: ProcessHandle
    let identity: BoundProcess
    /// It lives in the broker's own pid namespace, so that its pid says the same to both.
    let isOwnNamespace: Bool

    init(_ handle: consuming ProcessHandle, _ identity: BoundProcess, isOwnNamespace: Bool) {
        self.handle = handle
        self.identity = identity
        self.isOwnNamespace = isOwnNamespace
    }

    var hasExited: Bool { handle.hasExited }
    var bond: Bond { handle.isByPid ? .processPid(identity) : .process(identity) }
}

/// Finds out who a process is: which one, of which namespace, descended from whom.
struct ProcessInspector: Sendable {
    /// Whether /proc shows the pid namespace that the broker lives in.
    let canBind: Bool
    private let ticksPerSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))

    init() {
        let own = ProcessID(rawValue: UInt32(getpid()))
        let facts = (try? ProcessHandle.open(own, isByPid: true))?.facts
        canBind = facts?.pid == own && facts?.namespaces == 1
    }

    // MARK: The peer

    /// The process that made a connection. One of a namespace that the broker cannot see into has
    /// pid 0; it can be watched all the same.
    ///
    /// - Parameters:
    ///   - pid: as SO_PEERCRED has it, for kernels that have nothing better.
    ///   - ageMilliseconds: how long ago the connection was accepted.
    func peer(
        of socket: Int32, pid: ProcessID, ageMilliseconds: UInt64
    ) throws(Refusal) -> InspectedProcess {
        let peer = inspect(try open(peerOf: socket, pid))
        guard !peer.hasExited else { throw .peerExited }
        // A process younger than the connection did not make it: its pid was another's then.
        if peer.handle.isByPid, age(of: peer.identity) < ageMilliseconds { throw .peerExited }
        return peer
    }

    private func open(
        peerOf socket: Int32, _ pid: ProcessID
    ) throws(Refusal) -> ProcessHandle {
        do throws(ProcessHandle.Failure) {
            return try ProcessHandle.peer(of: socket)
        } catch {
            switch error {
            case .notFound: throw .peerExited
            case .exhausted: throw .descriptorsExhausted
            case .unsupported: break
            }
        }
        guard pid.rawValue != 0 else { throw .processNamespaceForeign }
        return try open(pid, isByPid: true, otherwise: .peerExited)
    }

    /// Milliseconds since a process started, at most a tick too many.
    private func age(of process: BoundProcess) -> UInt64 {
        let started = process.startTicks * 1_000 / ticksPerSecond
        let now = BrokerClock.milliseconds(of: CLOCK_BOOTTIME)
        return now > started ? now - started + 1_000 / ticksPerSecond : 0
    }

    // MARK: A descendant

    /// The process with this pid, if it descends from the one that `caller` holds and both run.
    ///
    /// Its pidfd is opened first and looked at last: it ran all the time in between, so that the pid
    /// was its own and no other's while /proc was read. The same goes for the caller.
    func descendant(
        _ pid: ProcessID, of caller: InspectedProcess
    ) throws(Refusal) -> InspectedProcess {
        guard canBind else { throw .bindingUnsupported }
        guard caller.isOwnNamespace else { throw .processNamespaceForeign }
        let found = try open(pid, isByPid: caller.handle.isByPid, otherwise: .processNotFound(pid))
        ProcessFaults.passGate("opened")
        let process = inspect(found)
        var ancestry = Ancestry(look: ProcessFiles.status)
        ancestry.betweenLooks = { ProcessFaults.passGate("between-looks") }
        let descends =
            pid.rawValue != 1 && pid.rawValue != UInt32(getpid()) && pid != caller.identity.pid
            && ancestry.isDescendant(pid, of: caller.identity.pid)
        guard !process.hasExited else { throw .processNotFound(pid) }
        guard !caller.hasExited else { throw .peerExited }
        guard descends else { throw .processNotDescendant(pid) }
        guard process.isOwnNamespace else { throw .processNamespaceForeign }
        return process
    }

    /// The pids above a process; none where it is not to be seen.
    func ancestors(of process: BoundProcess) throws(Refusal) -> [ProcessID] {
        guard process.pid.rawValue > 0 else { return [] }
        guard let line = Ancestry(look: ProcessFiles.status).ancestors(of: process.pid) else {
            throw .ancestryUnclear
        }
        return line
    }

    // MARK: After a restart

    /// The process that an earlier broker knew by this, if it still runs: another one that has its
    /// pid by now started later and has another inode.
    func reopen(_ identity: BoundProcess, isByPid: Bool) -> InspectedProcess? {
        guard canBind,
            let handle = try? ProcessHandle.open(identity.pid, isByPid: isByPid)
        else { return nil }
        let (found, isOwn) = identify(handle)
        let isSameInode =
            identity.inode == 0 || found.inode == 0 || identity.inode == found.inode
        guard found.startTicks == identity.startTicks, isSameInode, !handle.hasExited else {
            return nil
        }
        return InspectedProcess(handle, identity, isOwnNamespace: isOwn)
    }

    // MARK: Parts

    private func open(
        _ pid: ProcessID, isByPid: Bool, otherwise refusal: Refusal
    ) throws(Refusal) -> ProcessHandle {
        do throws(ProcessHandle.Failure) {
            return try ProcessHandle.open(pid, isByPid: isByPid)
        } catch {
            switch error {
            case .notFound: throw refusal
            case .exhausted: throw .descriptorsExhausted
            case .unsupported: throw .bindingUnsupported
            }
        }
    }

    private func inspect(_ handle: consuming ProcessHandle) -> InspectedProcess {
        let (identity, isOwn) = identify(handle)
        return InspectedProcess(handle, identity, isOwnNamespace: isOwn)
    }

    /// What there is to know of it; right only if it still runs afterwards.
    private func identify(
        _ handle: borrowing ProcessHandle
    ) -> (identity: BoundProcess, isOwnNamespace: Bool) {
        let facts = handle.facts
        let status = facts?.pid.flatMap(ProcessFiles.status)
        let identity = BoundProcess(
            pid: facts?.pid ?? ProcessID(rawValue: 0), startTicks: status?.startTicks ?? 0,
            inode: handle.inode)
        return (identity, facts?.pid != nil && facts?.namespaces == 1)
    }
}
