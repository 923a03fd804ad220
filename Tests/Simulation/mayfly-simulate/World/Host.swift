internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore

/// The machine with the broker and its store: what the server is around them, on one thread.
/// Everything that the broker does passes the auditor.
final class Host {
    let settings: BrokerSettings
    let mutant: Mutant
    let disk: SimulatedDisk
    var random: SeededRandom
    var clock: MachineClock
    var surroundings: Surroundings
    let auditor: Auditor

    // What a crash takes.
    var broker: Broker
    var store: Store?
    var group = CommitGroup(start: .start)
    /// Answers that wait for the disk.
    var withheld: [Reply] = []
    /// Tokens that are being signed.
    var unpinned: [TokenCopy] = []
    /// Hops that were accepted: a proof is accepted once.
    var seenHops: Set<Fingerprint> = []
    /// What is gone, and still has grants.
    var ending: [Tether] = []
    /// What the broker's clock has on top of CLOCK_BOOTTIME.
    var anchor: Milliseconds = 0

    /// Everything up to here may be told.
    var durable: Position = 0
    var isStorageLow = false { didSet { broker.isStorageLow = isStorageLow } }
    /// Numbers of signing keys that are in the key file.
    var lastKey: UInt32 = 1
    private(set) var served = 0
    var tally = Tally()
    /// Time has not done all it had to.
    private(set) var hasMore = false

    /// What clients get back.
    struct Reply {
        var request: Request
        var peer: Peer
        var answer: Answer
        /// What the first hop from each grant names.
        var links: [Fingerprint] = []
        var dependsOn: Position
    }

    init(seed: UInt64, mutant: Mutant, checkpointKey: Ed25519PrivateKey) throws {
        random = SeededRandom(seed: seed)
        self.mutant = mutant
        self.checkpointKey = checkpointKey
        settings = Self.settings(mutant, &random)
        disk = try SimulatedDisk(seed: random.next())
        clock = MachineClock(wall: 1_700_000_000_250 + random.next() % 1_000_000_000)
        surroundings = Surroundings(seed: random.next())
        let first = Self.firstKey(at: clock.wall)
        auditor = Auditor(AuditorSettings(settings), firstKey: SigningKey(first), now: clock.wall)
        broker = Broker(
            settings: settings, issuance: PlainIssuance(), keys: [first],
            now: Instant(milliseconds: clock.wall), position: .start, nextSerial: 1)
        firstKey = first
        try open()
    }

    /// What happened, to the end.
    func finalTally() -> Tally {
        var tally = tally
        tally.disk = disk.tally
        return tally
    }

    /// Its connection before its disk.
    deinit { store = nil }

    let checkpointKey: Ed25519PrivateKey
    let firstKey: KeyRecord
    static let issuer = "https://simulation.test"

    private static func firstKey(at now: Milliseconds) -> KeyRecord {
        KeyRecord(
            number: KeyNumber(rawValue: 1), publicKey: bytes32(1), state: .current,
            notBefore: Instant(milliseconds: now), notAfter: nil, position: .start)
    }

    /// Small, so that every limit is met.
    private static func settings(_ mutant: Mutant, _ random: inout SeededRandom) -> BrokerSettings {
        var settings = BrokerSettings(indexSeed: (random.next(), random.next()))
        settings.defaultLifetimeSeconds = 60
        settings.maximumLifetimeSeconds = 3_600
        settings.maximumLiveGrants = random.oneIn(8) ? 60 : 2_000
        settings.maximumApps = 6
        settings.liveGrantsPerUid = random.oneIn(4) ? 40 : nil
        settings.liveGrantsPerApp = random.oneIn(4) ? 50 : nil
        settings.liveGrantBytesPerUid = random.oneIn(4) ? 5_000 : 1 << 30
        settings.maximumLaunchTokens = 6
        settings.launchTokensPerUid = random.oneIn(2) ? 3 : nil
        settings.launchTokensPerApp = random.oneIn(2) ? 3 : nil
        settings.maximumRevocations = 5
        settings.maximumRenewals = 3
        settings.boundEndsPerStep = 1 + random.below(6)
        settings.faults = mutant.coreFaults
        return settings
    }

    var liveGrants: Int { broker.liveGrants }
    var now: Milliseconds { anchor + clock.boottime }
    var instant: Instant { Instant(milliseconds: now) }
    /// As tokens and events have it.
    var toldNow: Milliseconds { shifted(now, by: broker.timeOffset.milliseconds) }
    var isClockDeviant: Bool { (Int64(clock.wall) - Int64(toldNow)).magnitude > 5_000 }

    // MARK: Requests

    /// Serves one request; its answer waits until all that it rests on is on the disk.
    func serve(_ request: Request, from peer: Peer) throws {
        if case .delegate(_, let hop, _) = request {
            let isNew = seenHops.insert(Fingerprints.of(hop.text)).inserted
            if !isNew, auditor.present.row(hop.grant) == nil { return }
        }
        served += 1
        if random.oneIn(2) { pinSome() }
        broker.isClockDeviant = isClockDeviant
        if case .register(let wish, let secret, _) = request {
            let found = broker.registrationFault(
                AgentSpec(wish), bytes32(secret), at: instant)
            let why = auditor.look(wish, secret, now)
            if found.map({ Why($0.refusal.reason) }) != why {
                throw Disagreement(
                    "the look before the proof: \(String(describing: found)), \(why as Any)")
            }
        }
        let command = Command(request)
        let entropy = Entropy(words: (0..<command.entropyWords).map { _ in random.next() })
        var outcome = decide(command, from: Caller(peer), entropy)
        if case .unproven(let grant) = outcome.decision, let copy = request.copy {
            let isOriginal = bytes32(copy.unsigned) == grant.unsignedDigest
            if isOriginal {
                _ = broker.pin(
                    grantID(copy.grant), digest: tokenDigest(copy.unsigned),
                    unsignedDigest: grant.unsignedDigest)
                outcome = decide(command, from: Caller(peer), entropy)
            } else {
                outcome = broker.refuseMismatch(command, from: Caller(peer), at: instant)
            }
        }
        try accept(outcome, request, peer)
        // What a grant was to hang on may have gone meanwhile: nobody will see it go.
        for tether in request.tethers where !surroundings.has(tether) { try end(tether) }
    }

    private func decide(_ command: Command, from caller: Caller, _ entropy: Entropy) -> Outcome {
        broker.apply(command, from: caller, at: instant, entropy: entropy)
    }

    /// Past the auditor, into the open group.
    func accept(
        _ outcome: Outcome, _ request: Request, _ peer: Peer, also changes: [Change] = []
    ) throws {
        guard let answer = Answer(outcome.decision) else {
            throw Disagreement("the broker wants a proof of \(request)")
        }
        if case .advanced(let more) = outcome.decision { hasMore = more }
        var limit: String?
        if case .refused(let refusal) = outcome.decision { limit = refusal.limit?.text }
        let all = changes + outcome.changes
        let exchange = Exchange(
            request: request, peer: peer, now: now, isStorageLow: isStorageLow,
            isClockDeviant: isClockDeviant, answer: answer, limit: limit,
            dependsOn: outcome.dependsOn.rawValue, notes: outcome.events.map { Note($0) },
            facts: all.compactMap { Fact($0) })
        try auditor.audit(exchange)
        tally.count(exchange)
        try compareCounts()
        group.append(events: outcome.events, changes: all)
        var reply = Reply(
            request: request, peer: peer, answer: answer, dependsOn: outcome.dependsOn.rawValue)
        if case .issued(let issued) = answer {
            unpinned += issued.map { TokenCopy(grant: $0.grant, unsigned: $0.unsigned) }
            reply.links = issued.map { token in
                broker.describe(agentName(token.agent), at: instant).map {
                    Fingerprints.of($0.root)
                } ?? 0
            }
        }
        withheld.append(reply)
    }

    private func compareCounts() throws {
        let theirs = [
            broker.logPosition.rawValue, UInt64(broker.liveGrants),
            UInt64(broker.launchTokenCount), UInt64(broker.revocationCount),
            UInt64(broker.signingKeys.count),
        ]
        let state = auditor.present
        let mine = [
            auditor.position, UInt64(state.rows.count), UInt64(state.launches.count),
            UInt64(state.records.count), UInt64(state.keys.count),
        ]
        guard mine == theirs else {
            throw Disagreement(
                "events, grants, launch tokens, records, keys: auditor \(mine), broker \(theirs)")
        }
    }

    /// Tokens are signed beside the lock, and their digests kept some time later.
    private func pinSome() {
        for copy in unpinned {
            _ = broker.pin(
                grantID(copy.grant), digest: tokenDigest(copy.unsigned),
                unsignedDigest: bytes32(copy.unsigned))
        }
        unpinned = []
    }

    /// The live grants as they are listed, against those that live in the auditor's eyes.
    func compareLists() throws {
        let page = broker.list(
            Broker.GrantFilter(), from: 0, limit: .max, scanned: .max, at: instant
        ).page
        let listed = Set(page.map { wide($0.record.id) })
        let living = auditor.living(now)
        guard listed == living else {
            throw Disagreement(
                "listed and dead: \(listed.subtracting(living)); living and not listed: "
                    + "\(living.subtracting(listed))")
        }
    }
}

extension AuditorSettings {
    init(_ settings: BrokerSettings) {
        self.init(
            defaultLifetime: settings.defaultLifetimeSeconds,
            maximumLifetime: settings.maximumLifetimeSeconds, grants: settings.maximumLiveGrants,
            grantsOfUid: settings.liveGrantsOfUid, grantsOfApp: settings.liveGrantsOfApp,
            grantBytesOfUid: settings.liveGrantBytesPerUid, apps: settings.maximumApps,
            launches: settings.maximumLaunchTokens, launchesOfUid: settings.launchTokensOfUid,
            launchesOfApp: settings.launchTokensOfApp,
            operatorUids: Set(settings.operatorUids.map(\.rawValue)),
            records: settings.maximumRevocations, renewals: settings.maximumRenewals,
            boundEnds: settings.boundEndsPerStep)
    }
}

extension Request {
    /// The token that it presents.
    var copy: TokenCopy? {
        switch self {
        case .validate(let copy, _), .delegate(let copy, _, _), .heartbeat(let copy),
            .releaseToken(let copy):
            copy
        case .renew(let wish): wish.copy
        default: nil
        }
    }

    /// What the grants that it asks for are to hang on.
    fileprivate var tethers: [Tether] {
        switch self {
        case .spawn(let wishes, _): wishes.compactMap(\.tether)
        case .register(let wish, _, _): wish.tether.map { [$0] } ?? []
        default: []
        }
    }
}
