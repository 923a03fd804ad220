internal import MayflyCore
internal import MayflyStore
internal import Synchronization

/// Every share that is in use, and who has one of his own.
///
/// A share is decided when a connection comes, and again when it proves that it is an app; what was
/// charged to a share is given back to that one. There are never more than named uids and apps, and
/// what is idle is forgotten.
final class ShareTable: Sendable {
    private struct State {
        var shares: [ShareKey: Share] = [:]
        var named: Set<UserID> = []
        var connections = 0
        var made = 0
        /// At so many shares the idle ones are looked for.
        var sweepsAt = ShareTable.leastSwept
    }

    private static let leastSwept = 64

    let limits: ShareLimits
    private let operators: Set<UserID>
    private let faults: ShareFaults
    private let queued = Share.QueuedBytes()
    private let state = Monitor(State())
    private let openConnections = Atomic(0)

    init(
        _ limits: ShareLimits, operators: Set<UserID>, faults: ShareFaults = .fromEnvironment
    ) {
        self.limits = faults.forgetsShares ? .unlimited : limits
        self.operators = operators
        self.faults = faults
        name([])
    }

    /// Of all shares.
    var connections: Int { openConnections.load(ordering: .relaxed) }
    var queuedBytes: Int { queued.total }
    var count: Int { state.withLock { $0.shares.count } }

    /// From here on these uids and the operator's have shares of their own.
    func name(_ uids: some Sequence<UserID>) {
        let named = operators.union(uids)
        state.withLock { $0.named = named }
    }

    // MARK: Connections

    enum Admission {
        case admitted(Share)
        case refused(LimitHit)
    }

    /// A connection to the agents' socket: it is counted, or there is no room for it.
    func admit(_ uid: UserID, at now: UInt64) -> Admission {
        state.withLock { state in
            let share = share(key(uid, provenApp: nil, state), &state, now)
            guard share.connections < limits.connectionsPerUid else {
                return .refused(.connectionsPerUid)
            }
            let isSmall = share.connections < limits.smallConnections
            let room =
                isSmall ? limits.connections : limits.connections - limits.reservedConnections
            guard state.connections < room else { return .refused(.connections) }
            count(share, &state)
            return .admitted(share)
        }
    }

    /// A connection to the operator's socket: there is always room for it.
    func admitOperator(at now: UInt64) -> Share {
        state.withLock { state in
            let share = share(.operator, &state, now)
            count(share, &state)
            return share
        }
    }

    /// The one that connections of this uid are counted in.
    func share(of uid: UserID, at now: UInt64) -> Share {
        state.withLock { share(key(uid, provenApp: nil, $0), &$0, now) }
    }

    func leave(_ share: Share) {
        state.withLock { state in
            share.discountConnection()
            state.connections -= 1
            openConnections.store(state.connections, ordering: .relaxed)
        }
    }

    /// The share that a connection has from now on that has shown which app it is; nil where that one
    /// has no room. The connection is counted there, and no longer where it was.
    ///
    /// - Parameter provenApp: where it had a secret to show.
    func move(from old: Share, _ uid: UserID, provenApp: Serial?, at now: UInt64) -> Share? {
        state.withLock { state in
            let key = key(uid, provenApp: provenApp, state)
            guard key != old.key, old.key != .operator else { return old }
            let new = share(key, &state, now)
            guard new.connections < limits.connectionsPerUid else { return nil }
            old.discountConnection()
            new.countConnection()
            return new
        }
    }

    // MARK: Under the lock

    private func key(_ uid: UserID, provenApp: Serial?, _ state: State) -> ShareKey {
        if faults.hasOnePot { return .unnamed }
        if state.named.contains(uid) { return .uid(uid) }
        return provenApp.map { .app($0) } ?? .unnamed
    }

    private func share(_ key: ShareKey, _ state: inout State, _ now: UInt64) -> Share {
        if let share = state.shares[key] { return share }
        if state.shares.count >= state.sweepsAt {
            state.shares = state.shares.filter { !$0.value.isIdle(at: now) }
            state.sweepsAt = max(Self.leastSwept, 2 * state.shares.count)
        }
        let share = Share(key, limits, queued, number: state.made)
        state.made += 1
        state.shares[key] = share
        return share
    }

    private func count(_ share: Share, _ state: inout State) {
        share.countConnection()
        state.connections += 1
        openConnections.store(state.connections, ordering: .relaxed)
    }
}
