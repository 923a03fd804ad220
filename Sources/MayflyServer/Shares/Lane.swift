internal import MayflyCore

/// What one share has waiting in one reactor.
final class Lane {
    let key: ShareKey
    /// Connections with something to read or to take up, each once.
    fileprivate(set) var connections = ConsumedQueue<Connection>()
    /// Granted, and tokens still to be signed.
    fileprivate(set) var jobs = SigningQueue()
    /// What it has been worked for, in nanoseconds; see `TurnTable`.
    fileprivate(set) var served: UInt64 = 0
    /// Connections that have it.
    fileprivate(set) var members = 0

    init(_ key: ShareKey) { self.key = key }

    fileprivate var isIdle: Bool { members == 0 && connections.isEmpty && jobs.isEmpty }
}

/// Whose turn it is in one reactor: the share's that has been worked for least, and in it the
/// connection's that has waited longest.
///
/// Work is counted in time, so that a batch costs what it takes. A share that had nothing to do
/// starts level with the ones that did: having been quiet earns a place at the front, not a stock.
/// While only one share wants anything it gets everything.
final class TurnTable {
    private var lanes: [ShareKey: Lane] = [:]
    /// Those with connections that wait, and those with jobs: unordered, few.
    private var waiting: [Lane] = []
    private var signing: [Lane] = []
    /// What the one worked for least, of all that want anything, has been worked for. Never less than
    /// before.
    private var level: UInt64 = 0
    /// Lanes with members.
    private var inhabited = 0

    var hasWaiting: Bool { !waiting.isEmpty }
    var hasSigning: Bool { !signing.isEmpty }
    /// Connections of more than one share are here: one that wants nothing now may any moment.
    var hasRivals: Bool { inhabited > 1 }
    /// More than one share wants something: then each gets little at a time.
    var isContested: Bool { waiting.count > 1 }
    var isSigningContested: Bool { signing.count > 1 }

    // MARK: Members

    /// The lane of a connection that comes.
    func join(_ key: ShareKey) -> Lane {
        let lane = lanes[key] ?? Lane(key)
        lanes[key] = lane
        if lane.members == 0 { inhabited += 1 }
        lane.members += 1
        return lane
    }

    func leave(_ lane: Lane) {
        lane.members -= 1
        if lane.members == 0 { inhabited -= 1 }
    }

    /// Called now and then. What is ahead of the others is kept: who leaves and comes back has had
    /// his turn still.
    func forgetIdle() {
        lanes = lanes.filter { !$0.value.isIdle || $0.value.served > level }
        // Nobody wants anything, so there is nobody to be ahead of.
        if waiting.isEmpty && signing.isEmpty { lanes = lanes.filter { !$0.value.isIdle } }
    }

    var laneCount: Int { lanes.count }

    // MARK: Connections

    /// The connection waits for its turn, once.
    func enqueue(_ connection: Connection) {
        guard !connection.readiness.isQueued else { return }
        connection.readiness.isQueued = true
        let lane = connection.lane
        if lane.connections.isEmpty {
            arrive(lane)
            waiting.append(lane)
        }
        lane.connections.append(connection)
    }

    /// The connection whose turn it is, and who is to be charged for it.
    func next() -> (Connection, Lane)? {
        guard let place = leastServed(waiting) else { return nil }
        let lane = waiting[place]
        raiseLevel()
        guard let connection = lane.connections.popFirst() else {
            preconditionFailure("a lane that waits has a connection")
        }
        if lane.connections.isEmpty { remove(place, from: &waiting) }
        connection.readiness.isQueued = false
        return (connection, lane)
    }

    /// How many connections wait.
    var waitingCount: Int { waiting.reduce(0) { $0 + $1.connections.count } }

    func charge(_ lane: Lane, _ nanoseconds: UInt64) { lane.served &+= nanoseconds }

    // MARK: Signing

    func append(_ job: SigningJob) {
        let lane = job.request.connection.lane
        if lane.jobs.isEmpty {
            arrive(lane)
            signing.append(lane)
        }
        lane.jobs.append(job)
    }

    /// Works for the share whose turn it is with at most `budget` signatures; gives the job back
    /// that is done with that, and who is to be charged.
    func sign(
        budget: inout Int, _ sign: (IssuedGrant) -> [UInt8]
    ) -> (done: SigningJob?, lane: Lane)? {
        guard let place = leastServed(signing) else { return nil }
        let lane = signing[place]
        raiseLevel()
        let done = lane.jobs.work(budget: &budget, sign: sign)
        if lane.jobs.isEmpty { remove(place, from: &signing) }
        return (done, lane)
    }

    // MARK: The scale

    private func arrive(_ lane: Lane) {
        if lane.connections.isEmpty && lane.jobs.isEmpty { lane.served = max(lane.served, level) }
    }

    /// Of both kinds of work: who wants only a signature may have had far more than who waits to be
    /// read, and whoever came then would stand behind all of them.
    private func raiseLevel() {
        var least = UInt64.max
        for lane in waiting { least = min(least, lane.served) }
        for lane in signing { least = min(least, lane.served) }
        if least != .max { level = max(level, least) }
    }

    private func leastServed(_ lanes: [Lane]) -> Int? {
        guard var best = lanes.indices.first else { return nil }
        for place in lanes.indices.dropFirst() where lanes[place].served < lanes[best].served {
            best = place
        }
        return best
    }

    private func remove(_ place: Int, from lanes: inout [Lane]) {
        lanes.swapAt(place, lanes.count - 1)
        lanes.removeLast()
    }
}
