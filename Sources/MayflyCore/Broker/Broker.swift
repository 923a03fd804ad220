/// The authority: who may have what, until when.
///
/// Not thread-safe: the server holds one lock around it. Deterministic: the same commands with the
/// same times and entropy give the same outcomes. `Broker+*.swift` hold one kind of command each.
package final class Broker {
    let settings: BrokerSettings
    let issuance: any Issuance

    var live: LiveTable
    var apps = AppTable()
    var launchTokens = LaunchTokenTable()
    var revocations = RevocationTable()
    var keys: KeyTable
    var refusals = RefusalLedger()
    var failures = FailureLedger()
    var serials: SerialCounter
    /// How many events the log has.
    var position: LogPosition
    /// Where the log was when a grant last ended: what an answer about an unknown grant rests on.
    var lastEnd: LogPosition
    var sweeps = SweepQueue()
    /// What the time that is told has on top of `now`.
    var clockOffset: ClockOffset
    /// No grant was ever given a later end: no revocation record lapses before it.
    var highestEnd: Instant

    /// Set by the server while free space is below the reserve: what creates grants is refused,
    /// what ends them goes on.
    package var isStorageLow = false
    /// Set by the server while the system's clock is not the broker's: nothing is issued.
    package var isClockDeviant = false
    package private(set) var counters = BrokerCounters()

    /// - Parameters:
    ///   - keys: of which one is current.
    ///   - nextSerial: no grant, app or record ever had this serial or a higher one.
    package init(
        settings: BrokerSettings, issuance: any Issuance, keys: [KeyRecord], now: Instant,
        position: LogPosition, nextSerial: UInt64, clockOffset: ClockOffset = .none
    ) {
        self.settings = settings
        self.issuance = issuance
        self.keys = KeyTable(keys)
        self.position = position
        self.clockOffset = clockOffset
        lastEnd = position
        highestEnd = now
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

    /// Decides one command. `entropy` has as many words as the command says.
    package func apply(
        _ command: Command, from caller: Caller, at now: Instant, entropy: Entropy = .none
    ) -> Outcome {
        precondition(entropy.words.count >= command.entropyWords, "a command has its entropy")
        switch command {
        case .authenticate(let name):
            return authenticate(name, caller, now)
        case .authenticateClient(let id, let digest):
            return authenticate(client: id, digest, caller, now)
        case .spawn(let specs, let proof, let attestedBy):
            return spawn(specs, proof, attestedBy, caller, now, entropy)
        case .createLaunchToken(let terms, let app):
            return createLaunchToken(terms, for: app, caller, now)
        case .register(let spec, let launchToken, let supersede):
            return register(spec, launchToken, supersedes: supersede, caller, now, entropy)
        case .validate(let presentation, let requirement):
            return validate(presentation, requirement, caller, now)
        case .renew(let request):
            return renew(request, caller, now, entropy)
        case .delegate(let presentation, let hop, let isByReference):
            return delegate(presentation, hop, isByReference, caller, now, entropy)
        case .heartbeat(let presentation, let state):
            return heartbeat(presentation, state, caller, now)
        case .release(let target):
            return release(target, caller, now)
        default:
            return administer(command, caller, now)
        }
    }

    /// What the operator asks for, and what happens without anyone asking.
    private func administer(_ command: Command, _ caller: Caller, _ now: Instant) -> Outcome {
        switch command {
        case .createApp(let terms):
            return createApp(terms, caller, now)
        case .updateApp(let amendment):
            return updateApp(amendment, caller, now)
        case .removeApp(let name):
            return removeApp(name, caller, now)
        case .revoke(let target, let allowsNew):
            return revoke(target, allowsNew: allowsNew, caller, now)
        case .liftRevocation(let serial):
            return liftRevocation(serial, caller, now)
        case .rotateKey(let number, let publicKey, let isEmergency):
            return rotateKey(number, publicKey, isEmergency: isEmergency, caller, now)
        case .acceptTime(let offset):
            return acceptTime(offset, caller, now)
        case .recordRefusal(let reason):
            var outcome = Outcome(.recorded, dependsOn: .start)
            noteRefusal(reason, caller, now, in: &outcome)
            return outcome
        case .recordBoundary(let kind, let count, let detail):
            return recordBoundary(kind, count: count, detail: detail, caller, now)
        case .endBound(let bond):
            return endBound(bond, now)
        case .advance(let limit):
            return advance(to: now, limit: limit)
        case .authenticate, .authenticateClient, .spawn, .createLaunchToken, .register, .validate,
            .renew, .delegate, .heartbeat, .release:
            preconditionFailure("these are decided before")
        }
    }

    // MARK: What every command uses

    /// Appends an event; the outcome's answer then rests on it.
    func record(_ event: Event, in outcome: inout Outcome) {
        position = nextPosition
        var event = event
        event.time = told(event.time)
        outcome.events.append(event)
    }

    /// Where the log is once the next event is in it.
    var nextPosition: LogPosition { LogPosition(rawValue: position.rawValue + 1) }

    /// A time as tokens and events tell it.
    func told(_ instant: Instant) -> Instant { instant.shifted(by: clockOffset) }

    /// Why nothing may be granted or renewed now, or nil.
    var standstill: Refusal? {
        if isStorageLow { return .storageLow }
        if isClockDeviant { return .clockDeviates }
        return nil
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
        refuse(Refusal(reason, sentence), caller, now, dependsOn: dependsOn, about: agent)
    }

    /// - Parameter fullReason: what the audit gets, where the caller is told less.
    func refuse(
        _ refusal: Refusal, _ caller: Caller, _ now: Instant, dependsOn: LogPosition = .start,
        about agent: AgentSpec? = nil, grant: GrantID? = nil, fullReason: Reason? = nil
    ) -> Outcome {
        var outcome = Outcome(.refused(refusal), dependsOn: dependsOn)
        noteRefusal(
            fullReason ?? refusal.reason, caller, now, about: agent, grant: grant, in: &outcome)
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
    package var registered: UInt64 = 0
    package var renewed: UInt64 = 0
    package var delegated: UInt64 = 0
    /// Grants that ended because they were revoked, or hung on what was.
    package var revoked: UInt64 = 0
    package var orphaned: UInt64 = 0
    package var usesConsumed: UInt64 = 0
    package var heartbeats: UInt64 = 0
    package var heartbeatsMissed: UInt64 = 0
    /// Grants that ended because their process exited or their connection closed.
    package var unbound: UInt64 = 0
    package var launchTokensIssued: UInt64 = 0

    package init() {}
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
