internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire

/// A place in the order in which the clients sent and heard things.
typealias Moment = Int

/// One agent that was asked for, under a task name that no other attempt has: that is how it is
/// found in the audit even when its answer never came.
struct SpawnAttempt {
    enum Outcome: Equatable {
        case unanswered
        case granted(ToldGrant.Number)
        case refused(reason: String)
    }

    typealias Number = Int

    let app: String
    let orchestration: String
    let task: String
    let key: Int
    /// Attempts of one request are all granted or none.
    let request: Int
    var outcome = Outcome.unanswered
}

/// A grant that a client holds, and what clients were told of it since.
struct ToldGrant {
    typealias Number = Int

    let attempt: SpawnAttempt.Number
    let id: String
    let agentID: String
    let token: [UInt8]
    let expiresAt: UInt64
    /// Releases sent so far, answered or not.
    var releasesSent = 0
    /// When a client heard that its release ended the grant.
    var endTold: Moment?
    /// When a client first heard anything that only an ended grant explains.
    var deathTold: Moment?
    /// A check has found the grant ended: nothing more is to be learnt of it.
    var isBuried = false
}

/// Everything that all clients of a broker sent and were told, and what of it cannot be true.
///
/// What is asked is written down before it is sent, so that an answer about something that nobody
/// asked for shows at once.
final class Ledger: Sendable {
    private let state = Monitor(LedgerState())

    func withState<Result>(_ body: (inout LedgerState) -> Result) -> Result {
        state.withLock(body)
    }

    var violations: [String] { withState { $0.violations } }

    func accuse(_ violation: String) { withState { $0.accuse(violation) } }
}

struct LedgerState: Sendable {
    /// More than this of the same trouble helps nobody.
    private static let violationsKept = 40
    private static let recentGrants = 48

    private(set) var attempts: [SpawnAttempt] = []
    private(set) var grants: [ToldGrant] = []
    private(set) var keys: [AgentKeyPair] = []
    private(set) var attemptsOfKey: [[SpawnAttempt.Number]] = []
    private(set) var attemptOfTask: [String: SpawnAttempt.Number] = [:]
    private(set) var violations: [String] = []
    /// Grants that nothing is known to have ended; some have by now.
    private(set) var pool: [ToldGrant.Number] = []
    /// The last to be made or to have a release sent: where answers and the disk race.
    private var recent: [ToldGrant.Number] = []
    private var now: Moment = 0
    private var requests = 0
    private var grantIDs: Set<String> = []
    private var agentIDs: Set<String> = []
    private var appsUnder: [String: Set<String>] = [:]
    /// The broker was asked to stop: it may refuse with SHUTTING_DOWN.
    var isStopping = false

    mutating func accuse(_ violation: String) {
        if violations.count < Self.violationsKept { violations.append(violation) }
    }

    mutating func tick() -> Moment {
        now += 1
        return now
    }

    // MARK: Choosing

    mutating func pick(_ random: inout RigRandom) -> ToldGrant.Number? {
        if random.chance(percent: 50), !recent.isEmpty { return recent[random.below(recent.count)] }
        while !pool.isEmpty {
            let place = random.below(pool.count)
            let number = pool[place]
            if grants[number].deathTold == nil { return number }
            pool.swapAt(place, pool.count - 1)
            pool.removeLast()
        }
        return nil
    }

    private mutating func remember(_ grant: ToldGrant.Number) {
        if recent.count == Self.recentGrants { recent.removeFirst() }
        recent.append(grant)
    }

    mutating func addKey() -> Int {
        keys.append(AgentKeyPair())
        attemptsOfKey.append([])
        return keys.count - 1
    }

    // MARK: Spawning

    mutating func nextRequest() -> Int {
        requests += 1
        return requests
    }

    mutating func willSpawn(
        app: String, orchestration: String, key: Int, request: Int
    ) -> SpawnAttempt.Number {
        let number = attempts.count
        let task = "task-\(number)"
        attempts.append(
            SpawnAttempt(
                app: app, orchestration: orchestration, task: task, key: key, request: request))
        attemptsOfKey[key].append(number)
        attemptOfTask[task] = number
        appsUnder[orchestration, default: []].insert(app)
        return number
    }

    mutating func spawned(_ number: SpawnAttempt.Number, _ agent: SpawnedAgentMessage) {
        let attempt = attempts[number]
        let id = String(decoding: agent.grantID, as: UTF8.self)
        let agentID = String(decoding: agent.agentID, as: UTF8.self)
        if !grantIDs.insert(id).inserted { accuse("grant id \(id) was given out twice") }
        if !agentIDs.insert(agentID).inserted { accuse("\(agentID) was given out twice") }
        if !agentID.contains("/agent/\(attempt.orchestration)/\(attempt.task)/") {
            accuse("\(agentID) is not the agent that was asked for as \(attempt.task)")
        }
        attempts[number].outcome = .granted(grants.count)
        pool.append(grants.count)
        remember(grants.count)
        grants.append(
            ToldGrant(
                attempt: number, id: id, agentID: agentID, token: agent.token,
                expiresAt: agent.expiresAt))
    }

    mutating func spawnRefused(_ numbers: [SpawnAttempt.Number], reason: String) {
        for number in numbers { attempts[number].outcome = .refused(reason: reason) }
        let isExplained =
            switch reason {
            case "KEY_IN_USE":
                numbers.contains { attemptsOfKey[attempts[$0].key].count > 1 }
            case "ORCHESTRATION_NOT_OWNED":
                numbers.contains { appsUnder[attempts[$0].orchestration, default: []].count > 1 }
            case "SHUTTING_DOWN": isStopping
            default: false
            }
        if !isExplained { accuse("\(attempts[numbers[0]].task) was refused: \(reason)") }
    }

    // MARK: Validating and releasing

    /// Call before a release is sent.
    mutating func willRelease(_ number: ToldGrant.Number) {
        grants[number].releasesSent += 1
        remember(number)
    }

    mutating func validated(_ number: ToldGrant.Number, isValid: Bool, sent: Moment) {
        let grant = grants[number]
        guard isValid else {
            if grant.releasesSent == 0 { accuse("\(grant.id) is invalid and nobody released it") }
            return heardOfDeath(number)
        }
        if let told = grant.endTold, told < sent {
            accuse("\(grant.id) is valid after its release was acknowledged")
        } else if let told = grant.deathTold, told < sent {
            accuse("\(grant.id) is valid after it was said to have ended")
        }
    }

    mutating func released(_ number: ToldGrant.Number, ended: Bool, sent: Moment) {
        let grant = grants[number]
        guard ended else {
            if grant.releasesSent < 2 { accuse("\(grant.id) had ended before its only release") }
            return heardOfDeath(number)
        }
        if grant.endTold != nil { accuse("\(grant.id) was ended twice") }
        if let told = grant.deathTold, told < sent {
            accuse("\(grant.id) was ended after it was said to have ended")
        }
        grants[number].endTold = tick()
        heardOfDeath(number)
    }

    private mutating func heardOfDeath(_ number: ToldGrant.Number) {
        if grants[number].deathTold == nil { grants[number].deathTold = tick() }
    }

    /// Live after a restart: no release sent before it can still end the grant.
    mutating func survived(_ number: ToldGrant.Number) { grants[number].releasesSent = 0 }

    mutating func bury(_ number: ToldGrant.Number) {
        grants[number].isBuried = true
        if grants[number].deathTold == nil { grants[number].deathTold = tick() }
    }
}
