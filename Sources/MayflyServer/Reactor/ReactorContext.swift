internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire
internal import Synchronization

/// What all reactors of a broker share.
final class ReactorContext: Sendable {
    /// How long a drain may take before the rest is dropped.
    static let drainMilliseconds: UInt64 = 5_000

    let authority: Authority
    let issuer: TokenIssuer
    /// Under the key file's digest key: launch tokens and client secrets.
    let secrets: SecretDigester
    let clock: BrokerClock
    let logger: Logger
    let patience: Patience
    /// How long a reactor looks for more work before it sleeps.
    let spinNanoseconds: UInt64
    /// The answer to Trust.GetKeys.
    let publicKeys: GetKeysResponseMessage
    private let draining = Atomic(false)
    private let openConnections = Atomic(0)

    init(
        authority: Authority, issuer: TokenIssuer, secrets: SecretDigester, clock: BrokerClock,
        logger: Logger,
        patience: Patience, spinNanoseconds: UInt64, publicKeys: GetKeysResponseMessage
    ) {
        self.authority = authority
        self.issuer = issuer
        self.secrets = secrets
        self.clock = clock
        self.logger = logger
        self.patience = patience
        self.spinNanoseconds = spinNanoseconds
        self.publicKeys = publicKeys
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }
    func startDraining() { draining.store(true, ordering: .relaxed) }

    /// Runs a reactor on the calling thread until the broker drains. One that cannot start ends the
    /// process: the connections dealt to it would hang.
    func serve(_ make: () throws -> Reactor) {
        do {
            try make().run()
        } catch {
            logger.critical("a reactor cannot start", metadata: ["cause": "\(error)"])
            _exit(ExitStatus.software.rawValue)
        }
    }

    var connections: Int { openConnections.load(ordering: .relaxed) }
    func countOpened() { openConnections.wrappingAdd(1, ordering: .relaxed) }
    func countClosed() { openConnections.wrappingSubtract(1, ordering: .relaxed) }
}

/// A connection that was accepted and not yet taken by its reactor.
final class Arrival: @unchecked Sendable {
    // Unchecked: handed from one thread to one other, under the inbox's lock.
    private var descriptor: Descriptor?
    let role: SocketRole
    let uid: UserID
    let pid: ProcessID
    let refusesDescriptors: Bool

    init(
        descriptor: consuming Descriptor, role: SocketRole, uid: UserID, pid: ProcessID,
        refusesDescriptors: Bool
    ) {
        self.descriptor = consume descriptor
        self.role = role
        self.uid = uid
        self.pid = pid
        self.refusesDescriptors = refusesDescriptors
    }

    func takeDescriptor() -> Descriptor {
        guard let descriptor = descriptor.take() else {
            preconditionFailure("an arrival is taken once")
        }
        return descriptor
    }
}

/// How other threads reach a reactor.
final class ReactorInbox: Sendable {
    let wakeUp: WakeUp
    /// The reactor sleeps and has answers that wait for the disk.
    let isWaiting = Atomic(false)
    private let arrivals = Monitor<[Arrival]>([])

    init() throws { wakeUp = try WakeUp() }

    func deliver(_ arrival: Arrival) {
        arrivals.withLock { $0.append(arrival) }
        wakeUp.signal()
    }

    func takeArrivals() -> [Arrival] {
        arrivals.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    /// Called by the log's writer after each group: at most one wake-up per group and reactor.
    func logAdvanced() {
        if isWaiting.exchange(false, ordering: .sequentiallyConsistent) { wakeUp.signal() }
    }
}
