/// The authority: who may have what, until when.
///
/// Not thread-safe: the server holds one lock around it. Deterministic: the same commands with the
/// same times and entropy give the same outcomes. `Broker+*.swift` hold one kind of command each.
package final class Broker {
    let settings: BrokerSettings
    let issuance: any Issuance

    var live: LiveTable
    var apps = AppTable()
    var refusals = RefusalLedger()
    /// The signing key of new tokens; tokens of any other key are dead.
    var signingKey: KeyNumber
    var serials: SerialCounter
    /// How many events the log has.
    var position: LogPosition
    /// Where the log was when a grant last ended: what an answer about an unknown grant rests on.
    var lastEnd: LogPosition
    /// Where the sweep for grants that died with their app goes on; nil when none is due.
    var sweepCursor: Int?

    /// Set by the server while free space is below the reserve: what creates grants is refused,
    /// what ends them goes on.
    package var isStorageLow = false
    package private(set) var counters = BrokerCounters()

    package init(
        settings: BrokerSettings, issuance: any Issuance, signingKey: KeyNumber, now: Instant,
        position: LogPosition, nextSerial: UInt64
    ) {
        self.settings = settings
        self.issuance = issuance
        self.signingKey = signingKey
        self.position = position
        lastEnd = position
        serials = SerialCounter(next: nextSerial)
        live = LiveTable(seed: settings.indexSeed, now: now)
    }

    package var liveGrants: Int { live.count }
    package var logPosition: LogPosition { position }
    /// In the order they were made; removed ones are left out.
    package var allApps: [(record: AppRecord, liveGrants: Int)] { apps.all }
    package func app(named name: Name) -> (record: AppRecord, liveGrants: Int)? {
        apps.find(name).map { (apps[$0].record, apps[$0].liveGrants) }
    }

    package func app(_ serial: Serial) -> AppRecord? { apps.find(serial).map { apps[$0].record } }

    /// Decides one command. `entropy` has three words per agent to be spawned.
    package func apply(
        _ command: Command, from caller: Caller, at now: Instant, entropy: Entropy = .none
    ) -> Outcome {
        switch command {
        case .authenticate(let name):
            return authenticate(name, caller, now)
        case .spawn(let specs, let proof, let attestedBy):
            return spawn(specs, proof, attestedBy, caller, now, entropy)
        case .validate(let presentation):
            return validate(presentation, caller, now)
        case .release(let target):
            return release(target, caller, now)
        case .createApp(let terms):
            return createApp(terms, caller, now)
        case .updateApp(let amendment):
            return updateApp(amendment, caller, now)
        case .removeApp(let name):
            return removeApp(name, caller, now)
        case .recordRefusal(let reason):
            var outcome = Outcome(.recorded, dependsOn: .start)
            noteRefusal(reason, caller, now, in: &outcome)
            return outcome
        case .recordBoundary(let kind, let count, let detail):
            return recordBoundary(kind, count: count, detail: detail, caller, now)
        case .advance(let limit):
            return advance(to: now, limit: limit)
        }
    }

    // MARK: What every command uses

    /// Appends an event; the outcome's answer then rests on it.
    func record(_ event: Event, in outcome: inout Outcome) {
        position = LogPosition(rawValue: position.rawValue + 1)
        outcome.events.append(event)
    }

    /// An event about `caller`'s own request.
    func event(_ kind: EventKind, _ caller: Caller, _ now: Instant) -> Event {
        var event = Event(time: now, kind: kind)
        event.uid = caller.uid
        event.pid = caller.pid
        return event
    }

    func refuse(
        _ reason: Reason, _ sentence: String, _ caller: Caller, _ now: Instant,
        dependsOn: LogPosition = .start, about agent: AgentSpec? = nil
    ) -> Outcome {
        var outcome = Outcome(.refused(Refusal(reason, sentence)), dependsOn: dependsOn)
        noteRefusal(reason, caller, now, about: agent, in: &outcome)
        return outcome
    }

    /// Refusals are recorded without anyone waiting for the record.
    func noteRefusal(
        _ reason: Reason, _ caller: Caller, _ now: Instant, about agent: AgentSpec? = nil,
        grant: GrantID? = nil, in outcome: inout Outcome
    ) {
        counters.refused &+= 1
        for summary in refusals.summaries(dueAt: now) { record(summary, in: &outcome) }
        guard refusals.isRecordedSingly(reason, by: caller.uid, at: now) else { return }
        var event = event(.requestRefused, caller, now)
        event.reason = reason
        event.app = caller.app.flatMap { apps.find($0) }.map { apps[$0].record.name }
        event.orchestration = agent?.orchestration
        event.task = agent?.task
        event.scope = agent.map { TextList($0.scope) } ?? .empty
        event.grant = grant
        record(event, in: &outcome)
    }

    /// A serial never given out before, also across restarts.
    func nextSerial(in outcome: inout Outcome) -> Serial {
        let (serial, reserved) = serials.take()
        if let reserved { outcome.changes.append(.serialsReserved(reserved)) }
        return serial
    }

    func count(_ counter: WritableKeyPath<BrokerCounters, UInt64>, _ amount: Int = 1) {
        counters[keyPath: counter] &+= UInt64(amount)
    }

    private func recordBoundary(
        _ kind: EventKind, count: UInt64, detail: [UInt8], _ caller: Caller, _ now: Instant
    ) -> Outcome {
        var outcome = Outcome(.recorded, dependsOn: .start)
        if kind == .brokerStopped {
            for summary in refusals.remainder(at: now) { record(summary, in: &outcome) }
        }
        var event = event(kind, caller, now)
        event.count = count
        event.detail = detail
        record(event, in: &outcome)
        outcome.dependsOn = position
        return outcome
    }
}

/// What happened since the broker started.
package struct BrokerCounters: Sendable {
    package var spawned: UInt64 = 0
    package var released: UInt64 = 0
    package var validated: UInt64 = 0
    package var expired: UInt64 = 0
    package var refused: UInt64 = 0
}

/// Gives out serials, and says when the store must note a new bound.
struct SerialCounter {
    /// Serials reserved at a time: what a crash may leave unused.
    private static let block: UInt64 = 65_536
    private var next: UInt64
    private var reserved: UInt64

    init(next: UInt64) {
        self.next = next
        reserved = next
    }

    mutating func take() -> (Serial, newBound: UInt64?) {
        let serial = Serial(rawValue: next)
        next += 1
        guard next > reserved else { return (serial, nil) }
        reserved = next + Self.block
        return (serial, reserved)
    }
}
