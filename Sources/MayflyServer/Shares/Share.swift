internal import MayflyCore
internal import Synchronization

/// What the connections of one uid have taken together, in all reactors. Counters only: whoever
/// counts up counts down again.
final class Share: Sendable {
    let key: ShareKey
    let limits: ShareLimits
    private let signatures: SignatureRate
    private let broker: QueuedBytes
    private let openConnections = Atomic(0)
    private let requests = Atomic(0)
    private let queued = Atomic(0)
    private let openWatchers = Atomic(0)
    private let openChallenges = Atomic(0)
    private let passed = Atomic(0)
    private let refused = Atomic(0)
    private let nextReactor: Atomic<Int>

    /// All shares' queued bytes.
    final class QueuedBytes: Sendable {
        fileprivate let count = Atomic(0)
        var total: Int { count.load(ordering: .relaxed) }
    }

    /// - Parameter number: how many shares there were before; they begin at different reactors.
    init(_ key: ShareKey, _ limits: ShareLimits, _ broker: QueuedBytes, number: Int) {
        self.key = key
        self.limits = key == .operator ? .unlimited : limits
        self.broker = broker
        signatures = SignatureRate(
            perSecond: key == .unnamed
                ? self.limits.unnamedSignaturesPerSecond : self.limits.signaturesPerSecond)
        nextReactor = Atomic(number)
    }

    // MARK: Connections

    var connections: Int { openConnections.load(ordering: .relaxed) }

    /// Both only under the table's lock.
    func countConnection() { openConnections.wrappingAdd(1, ordering: .relaxed) }
    func discountConnection() { openConnections.wrappingSubtract(1, ordering: .relaxed) }

    /// A share's connections go to the reactors in turn, so that it has a part of each.
    func dealReactor(of count: Int) -> Int {
        let dealt = nextReactor.wrappingAdd(1, ordering: .relaxed).oldValue
        return Int(UInt(bitPattern: dealt) % UInt(count))
    }

    /// Nothing would be lost by forgetting it.
    func isIdle(at now: UInt64) -> Bool {
        connections == 0 && passedDescriptors == 0 && refusedConnections == 0
            && signatures.isWhole(at: now)
    }

    // MARK: Requests and bytes

    var requestsInFlight: Int { requests.load(ordering: .relaxed) }
    var queuedBytes: Int { queued.load(ordering: .relaxed) }

    func charge(requests count: Int, bytes: Int) {
        if count != 0 { requests.wrappingAdd(count, ordering: .relaxed) }
        if bytes != 0 {
            queued.wrappingAdd(bytes, ordering: .relaxed)
            broker.count.wrappingAdd(bytes, ordering: .relaxed)
        }
    }

    /// It has queued what it may, or all have together and this one is not small.
    var isCrowded: Bool {
        let own = queuedBytes
        return own >= limits.queuedBytesPerUid
            || own >= ShareLimits.queuedBytesOfItsOwn && broker.total >= limits.queuedBytes
    }

    /// Why a request cannot be taken up; nil where it can.
    ///
    /// - Parameter uncharged: requests of its connection that are not charged yet.
    func refusal(uncharged: Int) -> Refusal? {
        if requestsInFlight + uncharged >= limits.requestsInFlightPerUid {
            return Refusal(
                .shareExhausted,
                "\(limits.requestsInFlightPerUid) requests of this uid are under way; wait for "
                    + "answers before you send more.", limit: .requestsInFlightPerUid)
        }
        if isCrowded {
            return Refusal(
                .shareExhausted,
                "This uid's connections have too much unread and unsent; take the answers that are "
                    + "waiting.", limit: .queuedBytesPerUid)
        }
        return nil
    }

    // MARK: Signatures

    /// Whether so many signatures may be made or verified now.
    func takeSignatures(_ count: Int, at now: UInt64) -> Bool { signatures.take(count, at: now) }

    func oweSignatures(_ count: Int, at now: UInt64) { signatures.owe(count, at: now) }

    // MARK: Watchers, challenges, descriptors

    func takeWatcher() -> Bool { take(openWatchers, limits.watchersPerUid) }
    func keepWatcher() { openWatchers.wrappingAdd(1, ordering: .relaxed) }
    func leaveWatcher() { openWatchers.wrappingSubtract(1, ordering: .relaxed) }

    func takeChallenge() -> Bool { take(openChallenges, limits.challengesPerUid) }
    func keepChallenge() { openChallenges.wrappingAdd(1, ordering: .relaxed) }
    func leaveChallenge() { openChallenges.wrappingSubtract(1, ordering: .relaxed) }

    /// What its peers passed and nobody has closed yet.
    var passedDescriptors: Int { passed.load(ordering: .relaxed) }
    func countPassed(_ count: Int) { passed.wrappingAdd(count, ordering: .relaxed) }

    /// Connections that were not let in and that nobody has closed yet.
    var refusedConnections: Int { refused.load(ordering: .relaxed) }
    func countRefused(_ count: Int) { refused.wrappingAdd(count, ordering: .relaxed) }

    private func take(_ counter: borrowing Atomic<Int>, _ limit: Int) -> Bool {
        let before = counter.wrappingAdd(1, ordering: .relaxed).oldValue
        if before < limit { return true }
        counter.wrappingSubtract(1, ordering: .relaxed)
        return false
    }
}
