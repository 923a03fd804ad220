internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore

/// What a database's audit says, read without its broker, and held against what clients were told.
///
/// It reads on from where it stopped, so that one trail follows a database through many crashes.
final class AuditTrail {
    /// An agent that the audit says was spawned.
    struct Spawned {
        let grant: String
        let app: String
        var isEnded = false
    }

    private let path: String
    private let ledger: Ledger
    private var next: UInt64 = 0
    private var checkedAttempts = 0
    private(set) var spawnedByTask: [String: Spawned] = [:]
    private var taskOfGrant: [String: String] = [:]
    private var instances: Set<InstanceID> = []
    private(set) var liveGrants = 0

    init(path: String, ledger: Ledger) {
        self.path = path
        self.ledger = ledger
    }

    /// Verifies the log, reads what is new in it, and compares.
    ///
    /// - Parameters:
    ///   - watched: what the operator was shown while the broker lived.
    func examine(_ watched: OperatorWatch.Sightings) throws(StoreFailure) {
        try verify(watched)
        let reader = try EventReader(path: path)
        var page: EventPage
        repeat {
            page = try reader.page(EventFilter(), .ascending(from: next), limit: 5_000)
            for record in page.events { read(record, watched) }
            next = page.next
        } while !page.isDone
        if let newest = watched.events.keys.max(), newest >= next {
            accuse("the operator was shown event \(newest), and the log has \(next)")
        }
        compareAttempts()
        compareGrants()
    }

    private func accuse(_ violation: String) { ledger.accuse(violation) }

    private func verify(_ watched: OperatorWatch.Sightings) throws(StoreFailure) {
        guard let key = watched.verifierKey else { return }
        let verifier = AuditVerifier(path: path, key: key)
        let report = try verifier.verify(held: watched.checkpoint)
        if let fault = report.fault { accuse("the audit does not verify: \(fault)") }
    }

    // MARK: Events

    private func read(_ record: RecordedEvent, _ watched: OperatorWatch.Sightings) {
        let event = record.event
        if let seen = watched.events[record.sequence], seen != OperatorWatch.Sighting(event) {
            accuse("event \(record.sequence) is not the one that the operator was shown")
        }
        switch event.kind {
        case .agentSpawned: readSpawn(event)
        case .grantReleased: readRelease(event)
        case .grantExpired, .grantEnded:
            accuse("\(event.grant?.text ?? "a grant") ended by itself: \(event.kind.text)")
        case .brokerStarted:
            if event.count != UInt64(liveGrants) {
                accuse("recovery has \(event.count ?? 0) grants, the audit \(liveGrants)")
            }
        case .brokerStopped, .appRegistered, .appUpdated, .appDeregistered, .appAuthenticated,
            .requestRefused, .refusalsSummarized:
            break
        case .launchTokenIssued, .launchTokensExpired, .agentRegistered, .tokenRenewed,
            .delegationCreated, .tokenRevoked, .agentRevoked, .taskRevoked, .chainRevoked,
            .revocationLifted, .revocationLapsed, .useConsumed, .heartbeatMissed, .keyRotated,
            .keyRetired, .timeAccepted:
            accuse("\(event.kind.text): nobody here asks for that")
        }
    }

    private func readSpawn(_ event: Event) {
        guard let grant = event.grant?.text, let task = event.task?.text,
            let instance = event.instance
        else { return accuse("a spawn without a grant, a task or an instance") }
        if taskOfGrant.updateValue(task, forKey: grant) != nil {
            accuse("grant id \(grant) was used twice")
        }
        if !instances.insert(instance).inserted { accuse("the instance of \(grant) is not new") }
        let app = event.app?.text ?? ""
        if spawnedByTask.updateValue(Spawned(grant: grant, app: app), forKey: task) != nil {
            accuse("\(task) was spawned twice")
        }
        liveGrants += 1
        let attempt = ledger.withState { state in
            state.attemptOfTask[task].map { state.attempts[$0] }
        }
        guard let attempt else { return accuse("\(task) was spawned and nobody asked for it") }
        if attempt.app != app || attempt.orchestration != event.orchestration?.text {
            accuse("the event of \(task) has another app or orchestration")
        }
    }

    private func readRelease(_ event: Event) {
        guard let grant = event.grant?.text, let task = taskOfGrant[grant],
            let spawned = spawnedByTask[task]
        else { return accuse("a release of a grant that was never spawned") }
        if spawned.isEnded { return accuse("\(grant) was released twice") }
        spawnedByTask[task]?.isEnded = true
        liveGrants -= 1
    }

    // MARK: What clients were told

    func isEnded(_ grant: String) -> Bool {
        taskOfGrant[grant].flatMap { spawnedByTask[$0]?.isEnded } ?? true
    }

    /// Granted without anyone having been told: their answers were lost with the broker.
    func orphans() -> [(app: String, grant: String)] {
        ledger.withState { state in
            state.attempts.compactMap { attempt in
                guard attempt.outcome == .unanswered, let spawned = spawnedByTask[attempt.task],
                    !spawned.isEnded
                else { return nil }
                return (spawned.app, spawned.grant)
            }
        }
    }

    private func compareAttempts() {
        let (attempts, ofKey) = ledger.withState { ($0.attempts, $0.attemptsOfKey) }
        let new = Dictionary(grouping: attempts[checkedAttempts...], by: \.request)
        for request in new.keys.sorted() {
            guard let asked = new[request] else { continue }
            compare(asked, attempts, ofKey)
        }
        checkedAttempts = attempts.count
    }

    /// The attempts of one request.
    private func compare(
        _ asked: [SpawnAttempt], _ attempts: [SpawnAttempt], _ ofKey: [[SpawnAttempt.Number]]
    ) {
        let task = asked[0].task
        let granted = asked.count { spawnedByTask[$0.task] != nil }
        if granted != 0, granted != asked.count { accuse("the batch of \(task) is there in part") }
        let rivals: [SpawnAttempt]
        switch asked[0].outcome {
        case .unanswered: return
        case .granted:
            if granted == 0 { accuse("\(task) was granted, and its event is gone") }
            return
        case .refused(let reason):
            if granted > 0 { accuse("\(task) was refused, and the audit has it granted") }
            switch reason {
            case "KEY_IN_USE":
                rivals = asked.flatMap { ofKey[$0.key].map { attempts[$0] } }
            case "ORCHESTRATION_NOT_OWNED":
                let (orchestration, app) = (asked[0].orchestration, asked[0].app)
                rivals = attempts.filter { $0.orchestration == orchestration && $0.app != app }
            default: return
            }
            if !rivals.contains(where: { spawnedByTask[$0.task] != nil }) {
                accuse("\(task) was refused with \(reason), and nobody else was spawned")
            }
        }
    }

    private func compareGrants() {
        let (grants, attempts) = ledger.withState { ($0.grants, $0.attempts) }
        for grant in grants where !grant.isBuried {
            let task = attempts[grant.attempt].task
            guard let spawned = spawnedByTask[task] else { continue }
            if spawned.grant != grant.id { accuse("\(task) has another grant id in the audit") }
            if grant.endTold != nil, !spawned.isEnded {
                accuse("the release of \(grant.id) was acknowledged, and its event is gone")
            } else if grant.deathTold != nil, !spawned.isEnded {
                accuse("\(grant.id) was said to have ended, and the audit has no end of it")
            }
            if grant.releasesSent == 0, spawned.isEnded {
                accuse("\(grant.id) ended and nobody released it")
            }
        }
    }
}

extension WideIdentifier {
    /// Thirty-two lower-case hexadecimal characters.
    var text: String { Self.hex(high) + Self.hex(low) }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
