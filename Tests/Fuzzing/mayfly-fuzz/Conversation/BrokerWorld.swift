private import Glibc
internal import Logging
@testable internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
internal import MayflyStore
@testable internal import MayflyWire

/// A broker without its threads: the core, the log with a disk that writes on demand, and two
/// reactors whose turns the caller takes.
final class BrokerWorld {
    /// Fewer than a real broker's, so that a short conversation comes up against them.
    private static let liveGrants = 24
    private static let places = 6
    static let uid: UInt32 = 1
    static let app = "app"

    let store = GatedStore()
    let log: LogWriter
    let context: ReactorContext
    /// For agents, and for the operator.
    let reactors: [Reactor]

    init(_ fixture: BrokerFixture) throws {
        let anchor = BrokerFixture.anchor
        let clock = BrokerClock(
            anchorMilliseconds: anchor, wall: { anchor + BrokerClock.bootMilliseconds })
        let now = clock.now
        let (keys, _) = try KeyKeeper.records(
            of: fixture.keyFile, stored: [], now: now, position: .start)
        let keeper = KeyKeeper(fixture.keyFile, storage: ForgetfulStorage())
        let issuer = TokenIssuer(
            issuer: "mayfly", trustDomain: "mayfly.local", keys: keeper.ring,
            permutation: InstancePermutation(key: fixture.keyFile.instancePermutationKey))
        var settings = BrokerSettings(indexSeed: (1, 2))
        settings.maximumLiveGrants = Self.liveGrants
        settings.maximumApps = Self.places
        settings.maximumLaunchTokens = Self.places
        settings.maximumRevocations = Self.places
        let broker = Broker(
            settings: settings, issuance: issuer, keys: keys, now: now, position: .start,
            nextSerial: 1)
        let inboxes = try (0..<2).map { _ in try ReactorInbox() }
        log = try LogWriter(
            store: store, start: .start, configuration: LogWriterConfiguration(),
            onDurable: { _ in for inbox in inboxes { inbox.logAdvanced() } },
            onFailure: { fail("the log failed: \($0)") })
        let metrics = BrokerMetrics()
        let recovered = Recovery(
            authority: Authority(broker: broker, log: log, clock: clock), log: log,
            issuer: issuer, clock: clock, keys: keeper, checkpointKey: fixture.checkpointKey,
            boot: .first(anchor: anchor), grants: 0)
        context = ReactorContext(
            recovered: recovered, secrets: SecretDigester(key: fixture.keyFile.digestKey),
            feed: try EndFeed(metrics: metrics), metrics: metrics,
            processes: try ProcessWatch(
                authority: recovered.authority, clock: clock, logger: fixture.logger,
                capacity: ProcessWatch.Capacity(processes: 16, perUid: 16)),
            shares: ShareTable(ShareLimits(), operators: []), logger: fixture.logger,
            patience: Patience(idleSeconds: 300), spinNanoseconds: 0)
        let desk = OperatorDesk(
            events: fixture.events, log: log,
            vitalSigns: VitalSigns(version: "0", startedAt: now, reactors: 1))
        reactors = [
            try Reactor(context: context, inbox: inboxes[0]),
            try Reactor(context: context, inbox: inboxes[1], desk: desk),
        ]
        try addApp(attestedBy: fixture.attestationKey)
    }

    private func addApp(attestedBy key: AgentKeyPair) throws {
        guard let publicKey = PublicKey(key.publicKey.bytes) else { fail("32 bytes") }
        let terms = AppTerms(
            name: RowSamples.name(Self.app), ceiling: [RowSamples.scope("read:data:*")],
            uids: [UserID(rawValue: Self.uid)], orchestrations: [], attestationKeys: [publicKey],
            defaultLifetimeSeconds: 0, maximumLifetimeSeconds: 0, sharesUid: false)
        _ = context.authority.apply(.createApp(terms), from: .broker, at: context.clock.now)
    }

    // MARK: Time goes on

    /// One turn of both reactors. They are woken, so that neither sleeps.
    func turn() {
        for reactor in reactors {
            reactor.inbox.wakeUp.signal()
            reactor.turn()
            for connection in reactor.connections.values { check(connection) }
        }
        let live = context.authority.read { $0.liveGrants }.result
        expect(live <= Self.liveGrants, "no more grants live than may")
    }

    /// The disk writes everything that it was given.
    func writeAll() {
        store.setOpen(true)
        let position = context.authority.read { $0.logPosition }.position
        var rounds = 0
        while log.durablePosition < position {
            log.requestFlush()
            usleep(20)
            rounds += 1
            expect(rounds < 100_000, "the log goes on while the disk does")
        }
        store.setOpen(false)
    }

    func advance() {
        _ = context.authority.advance(to: context.clock.now, limit: 64, isStorageLow: false)
    }

    /// Nothing is owed to anyone who takes it.
    var isQuiet: Bool {
        reactors.allSatisfy { reactor in
            !reactor.turns.hasWaiting && !reactor.turns.hasSigning
                && !reactor.connections.values.contains { $0.hasWork }
        }
    }

    /// What is left to do, for the report of a finding.
    var unrest: String {
        var words: [String] = []
        for reactor in reactors {
            words.append(
                "waiting \(reactor.turns.waitingCount), signing \(reactor.turns.hasSigning)")
            for connection in reactor.connections.values where connection.hasWork {
                words.append("connection \(connection.tag): \(connection.signing) to sign")
                words.append("\(connection.replies.heldCount) held")
                words.append("\(connection.replies.bytes) bytes, \(connection.readiness)")
            }
        }
        return words.joined(separator: "; ")
    }

    func stop() {
        store.setOpen(true)
        for reactor in reactors {
            for connection in reactor.connections.values { reactor.close(connection) }
        }
        log.stop()
    }

    // MARK: What holds after every turn

    private func check(_ connection: Connection) {
        let underWay = connection.replies.heldCount + connection.signing
        expect(underWay <= ConnectionLimits.requestsInFlight, "no more is under way than may be")
        expect(connection.signing >= 0 && connection.signingBytes >= 0, "nothing is signed twice")
        // One answer may go over the limit, because it is made before it is known to be long.
        let answer = WireLimits.outboundFrameBytes + FrameHeader.size
        expect(
            connection.replies.bytes <= ConnectionLimits.unsentBytes + answer,
            "what is not taken is bounded")
        expect(
            connection.input.count
                <= connection.reader.frameLimit + FrameHeader.size + ConnectionLimits.receiveBytes,
            "what is received and not handled is bounded")
        expect(
            connection.caller.app == nil || connection.session != nil,
            "whoever speaks for an app has a session")
    }
}

/// What every conversation begins with and none changes.
final class BrokerFixture {
    /// The broker's clock began in 2026.
    static let anchor: UInt64 = 1_767_225_600_000

    let keyFile = KeyFile.generate()
    let attestationKey = BrokerFixture.key(200)
    let agentKeys = (0..<8).map { BrokerFixture.key($0) }
    let checkpointKey: PublicKeyMessage
    let events: EventReader
    let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    private let directory: ScratchDirectory

    init() throws {
        directory = try ScratchDirectory()
        let path = directory.path + "/mayfly.db"
        let key = Ed25519PrivateKey(seed: keyFile.checkpointSigningSeed)
        checkpointKey = PublicKeyMessage(checkpoint: key.publicKey, verifierKey: "")
        let store = try Store(
            StoreConfiguration(path: path, issuer: "mayfly"), checkpointKey: key)
        var group = CommitGroup(start: .start)
        group.append(events: Array(repeating: RowSamples.event, count: 40), changes: [])
        try store.commit(group, withCheckpoint: true)
        events = try EventReader(path: path)
    }

    static func key(_ number: UInt8) -> AgentKeyPair {
        [UInt8](repeating: number, count: 32).withUnsafeBytes { AgentKeyPair(seed: $0) }
    }
}

/// A key file that is never read again.
private struct ForgetfulStorage: KeyStorage {
    func replace(with file: KeyFile) {}
}
