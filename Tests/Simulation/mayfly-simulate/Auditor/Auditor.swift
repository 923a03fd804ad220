/// Foretells every answer of the broker, every audit record and every change of what is to last,
/// from the requests alone: what it takes from the broker is only what is drawn at random.
///
/// It knows what is on the disk too: after a crash it goes back to its own state at the position
/// that the log was recovered to, and everything that was answered must still be in it.
final class Auditor {
    let settings: AuditorSettings

    /// As the broker has it in memory.
    var present = State()
    /// As the disk must have it.
    private(set) var settled = State()
    private var journal: [(position: Position, fact: Fact)] = []

    /// How many events the log has, with those that are not on the disk.
    var position: Position = 0
    private(set) var settledPosition: Position = 0

    // What no restart keeps.
    var beats: [UInt64: Beat] = [:]
    /// When an app's heartbeat terms became what they are; since the start where they never changed.
    var beatTermsSince: [UInt64: Milliseconds] = [:]
    var failures = FailureBook()
    var refusals = RefusalBook()
    /// No grant in sight ends later than this.
    var highestEnd: Milliseconds = 0
    /// This start is the first of the machine's boot.
    private(set) var isReboot = false
    private var bootedAt: Milliseconds?

    /// Of the exchange in hand.
    private(set) var facts: [Fact] = []
    private(set) var notes: [Note] = []
    /// That a refusal names.
    private var limit: String?

    /// The last that was heard of an agent.
    struct Beat {
        var last: Milliseconds
        var isFlagged = false
    }

    /// What the rules come to.
    struct Verdict {
        var answer: Answer
        /// What there was to know for it has to be durable before it is told.
        var restsOn: Position = 0
        /// The refusal that the audit gets.
        var refusal: Why?
        var about: WideID?

        init(_ answer: Answer, restsOn: Position = 0) {
            self.answer = answer
            self.restsOn = restsOn
        }

        static func refused(
            _ why: Why, restsOn: Position = 0, fully: Why? = nil, about: WideID? = nil
        ) -> Verdict {
            var verdict = Verdict(.refused(why), restsOn: restsOn)
            verdict.refusal = fully ?? why
            verdict.about = about
            return verdict
        }
    }

    init(_ settings: AuditorSettings, firstKey: SigningKey, now: Milliseconds) {
        self.settings = settings
        present.apply(.key(firstKey), at: 0)
        settled.apply(.key(firstKey), at: 0)
        highestEnd = now
    }

    /// - Throws: where the broker did not do what the rules say.
    func audit(_ exchange: Exchange) throws(Disagreement) {
        facts = []
        notes = []
        limit = nil
        let verdict = try judge(exchange)
        if let why = verdict.refusal { refuse(why, verdict.about, exchange) }
        try expect(verdict.answer, exchange.answer, "answer")
        try expect(limit, .some(exchange.limit), "limit")
        try expect(facts, exchange.facts, "changes")
        try expect(notes, exchange.notes, "audit records")
        guard exchange.dependsOn >= verdict.restsOn else {
            throw Disagreement(
                "the answer rests on position \(verdict.restsOn) and waits for "
                    + "\(exchange.dependsOn) only")
        }
        guard exchange.dependsOn <= position else {
            throw Disagreement("the answer waits for \(exchange.dependsOn) of \(position) events")
        }
    }

    private func judge(_ exchange: Exchange) throws(Disagreement) -> Verdict {
        switch exchange.request {
        case .authenticate(let name): authenticate(name, exchange)
        case .authenticateClient(let id, let secret): authenticate(client: id, secret, exchange)
        case .spawn(let wishes, let attestedBy): try spawn(wishes, attestedBy, exchange)
        case .createLaunchToken(let wish, let app): try createLaunch(wish, app, exchange)
        case .register(let wish, let secret, let supersedes):
            try register(wish, secret, supersedes, exchange)
        case .validate(let copy, let wish): validate(copy, wish, exchange)
        case .renew(let wish): try renew(wish, exchange)
        case .delegate(let copy, let hop, let isByReference):
            try delegate(copy, hop, isByReference, exchange)
        case .heartbeat(let copy): heartbeat(copy, exchange)
        case .releaseToken(let copy): release(copy, exchange)
        case .releaseGrant(let id): release(id, exchange)
        case .endBound(let tether): endBound(tether, exchange)
        default: try judgeAdministration(exchange)
        }
    }

    private func judgeAdministration(_ exchange: Exchange) throws(Disagreement) -> Verdict {
        switch exchange.request {
        case .createApp(let wish): try createApp(wish, exchange)
        case .updateApp(let change): updateApp(change, exchange)
        case .removeApp(let name): removeApp(name, exchange)
        case .revokeToken(let token): revoke(token: token, exchange)
        case .revokeAgent(let agent): revoke(agent: agent, exchange)
        case .revokeTask(let task, let orchestration, let allowsNew):
            try revoke(task, orchestration, allowsNew: allowsNew, exchange)
        case .revokeChainOfGrant(let id): revoke(chainOf: id, exchange)
        case .revokeChainOfAgent(let agent): revoke(chainsOf: agent, exchange)
        case .liftRevocation(let serial): lift(serial, exchange)
        case .rotateKey(let number, let isEmergency): rotate(number, isEmergency, exchange)
        case .acceptTime(let offset): acceptTime(offset)
        case .advance(let limit): try advance(limit, exchange)
        case .start(let grants): started(grants, exchange)
        case .stop(let grants): stopped(grants)
        default: throw Disagreement("no rule for \(exchange.request)")
        }
    }

    private func expect<Value: Equatable>(
        _ mine: Value, _ theirs: Value?, _ what: String
    ) throws(Disagreement) {
        guard mine != theirs else { return }
        throw Disagreement(
            "\(what)\n  auditor: \(mine)\n  broker:  \(theirs.map { "\($0)" } ?? "nothing")")
    }

    // MARK: What every rule uses

    /// Where the log is once the next event is in it.
    var next: Position { position + 1 }

    func note(
        _ kind: Note.Kind, _ grant: WideID? = nil, why: Why? = nil, count: UInt64? = nil,
        detail: String = ""
    ) {
        notes.append(Note(kind: kind, grant: grant, why: why, count: count, detail: detail))
        position += 1
    }

    func change(_ fact: Fact, at position: Position) {
        present.apply(fact, at: position)
        facts.append(fact)
        journal.append((position, fact))
    }

    /// A limit was reached, which the refusal names.
    func exhausted(_ limit: String, _ why: Why) -> Why {
        self.limit = limit
        return why
    }

    private func refuse(_ why: Why, _ about: WideID?, _ exchange: Exchange) {
        for summary in refusals.summaries(at: exchange.now) { note(summary) }
        if refusals.isRecordedSingly(why, exchange.peer.uid, at: exchange.now) {
            note(.requestRefused, about, why: why)
        }
    }

    func note(_ summary: RefusalBook.Summary) {
        note(.refusalsSummarized, why: summary.why, count: summary.count)
    }

    // MARK: The disk

    /// Everything up to here was made durable.
    func settle(upTo position: Position) {
        let count = journal.prefix { $0.position <= position }.count
        for entry in journal[..<count] { settled.apply(entry.fact, at: entry.position) }
        journal.removeFirst(count)
        settledPosition = max(settledPosition, position)
    }

    /// The broker is gone, and its log was found to go up to here.
    ///
    /// - Parameter acknowledged: what answers were given for.
    func crash(recovered: Position, acknowledged: Position) throws(Disagreement) {
        guard recovered >= acknowledged else {
            throw Disagreement(
                "answers went out for \(acknowledged) events and \(recovered) are left")
        }
        guard recovered <= position else {
            throw Disagreement("\(recovered) events are left of \(position)")
        }
        settle(upTo: recovered)
        journal = []
        position = recovered
        present = settled
    }

    /// After `crash`: a new broker stands on what was left.
    func restart(isReboot: Bool, now: Milliseconds) throws(Disagreement) {
        if isReboot {
            settled.reboot(at: position)
        } else {
            for grant in settled.restart() where now < grant.expiresAt {
                throw Disagreement("a restart revives \(grant)")
            }
        }
        present = settled
        self.isReboot = isReboot
        if isReboot { bootedAt = now }
        for record in present.records.values where !isReboot && bootedAt != nil {
            let least = (bootedAt ?? 0) + 1_000 * UInt64(settings.maximumLifetime)
            if record.lapsesAt < least {
                throw Disagreement("since the reboot \(record) has not its whole time again")
            }
        }
        beats = [:]
        beatTermsSince = [:]
        for row in present.rows.values { beats[row.grant.serial] = Beat(last: now) }
        failures = FailureBook()
        refusals = RefusalBook()
        highestEnd = present.rows.values.map(\.grant.notAfter).reduce(now, max)
    }

    /// What the store gave back has to be what it was given.
    func compare(_ found: State) throws(Disagreement) {
        try expect(present.keys, found.keys, "keys after a restart")
        try expect(present.offset, found.offset, "clock offset after a restart")
        try expect(present.apps, found.apps, "apps after a restart")
        try expect(present.launches, found.launches, "launch tokens after a restart")
        try expect(present.records, found.records, "records after a restart")
        for (serial, row) in present.rows.sorted(by: { $0.key < $1.key }) {
            try expect(row.grant, found.rows[serial]?.grant, "grant after a restart")
        }
        try expect(present.rows.count, found.rows.count, "grants after a restart")
    }
}

/// The rules' numbers, as the broker was set up with them.
struct AuditorSettings {
    var defaultLifetime: UInt32
    var maximumLifetime: UInt32
    var grants: Int
    var grantsOfUid: Int
    var grantsOfApp: Int
    var grantBytesOfUid: Int
    var apps: Int
    var launches: Int
    var launchesOfUid: Int
    var launchesOfApp: Int
    /// Uids that have a share, whatever the apps say.
    var operatorUids: Set<UInt32>
    var records: Int
    var renewals: UInt16
    var boundEnds: Int
}

/// The broker and the auditor are not of one mind.
struct Disagreement: Error {
    var text: String
    init(_ text: String) { self.text = text }
}
