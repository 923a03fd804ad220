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
    /// What signs checkpoints, for Trust.GetKeys.
    let checkpointKey: PublicKeyMessage
    let keys: KeyKeeper
    let feed: EndFeed
    let metrics: BrokerMetrics
    let processes: ProcessWatch
    let shares: ShareTable
    let closer: DescriptorCloser
    private let draining = Atomic(false)

    init(
        recovered: Recovery, secrets: SecretDigester, feed: EndFeed, metrics: BrokerMetrics,
        processes: ProcessWatch, shares: ShareTable, logger: Logger, patience: Patience,
        spinNanoseconds: UInt64
    ) {
        authority = recovered.authority
        issuer = recovered.issuer
        clock = recovered.clock
        keys = recovered.keys
        checkpointKey = recovered.checkpointKey
        self.secrets = secrets
        self.feed = feed
        self.metrics = metrics
        self.processes = processes
        self.shares = shares
        closer = DescriptorCloser(shares)
        self.logger = logger
        self.patience = patience
        self.spinNanoseconds = spinNanoseconds
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

    /// Gives the uids that apps have now shares of their own. Called where an app is written, before
    /// that is answered.
    func nameShares() {
        shares.name(authority.read { $0.namedUids }.result)
    }
}

/// A connection that was accepted and not yet taken by its reactor.
final class Arrival: @unchecked Sendable {
    // Unchecked: handed from one thread to one other, under the inbox's lock.
    private var descriptor: Descriptor?
    let role: SocketRole
    let uid: UserID
    let pid: ProcessID
    /// In which it is counted.
    let share: Share
    let refusesDescriptors: Bool

    init(
        descriptor: consuming Descriptor, role: SocketRole, uid: UserID, pid: ProcessID,
        share: Share, refusesDescriptors: Bool
    ) {
        self.descriptor = consume descriptor
        self.role = role
        self.uid = uid
        self.pid = pid
        self.share = share
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
    private let waiting = Monitor(Waiting())
    private let deliveries = Atomic(0)

    /// What other threads have for the reactor.
    struct Waiting: Sendable {
        var arrivals: [Arrival] = []
        var deliveries: [StreamDelivery] = []
        /// Tags of connections whose process has exited.
        var closings: [UInt64] = []
    }

    init() throws { wakeUp = try WakeUp() }

    func deliver(_ arrival: Arrival) {
        waiting.withLock { $0.arrivals.append(arrival) }
        wakeUp.signal()
    }

    func deliver(_ delivery: StreamDelivery) {
        waiting.withLock { $0.deliveries.append(delivery) }
        deliveries.wrappingAdd(1, ordering: .relaxed)
        wakeUp.signal()
    }

    /// The process that made the connection has exited.
    func deliver(closing tag: UInt64) {
        waiting.withLock { $0.closings.append(tag) }
        wakeUp.signal()
    }

    /// Deliveries that the reactor has not taken yet.
    var waitingDeliveries: Int { deliveries.load(ordering: .relaxed) }

    func take() -> Waiting {
        let taken = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting
        }
        if !taken.deliveries.isEmpty {
            deliveries.wrappingSubtract(taken.deliveries.count, ordering: .relaxed)
        }
        return taken
    }

    /// Called by the log's writer after each group: at most one wake-up per group and reactor.
    func logAdvanced() {
        if isWaiting.exchange(false, ordering: .sequentiallyConsistent) { wakeUp.signal() }
    }
}
