internal import Logging
internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
@testable internal import MayflyServer
import Testing

extension Logger {
    /// Nobody reads the logs of tests.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A broker's directory, and the core and the log without threads that answer anyone.
struct Site {
    let directory: TemporaryDirectory
    let configuration: ServerConfiguration

    init() throws {
        directory = try TemporaryDirectory()
        configuration = ServerConfiguration(
            dataDirectory: directory.path, agentSocketPath: directory.path + "/a/s",
            operatorSocketPath: directory.path + "/o/s")
    }

    func start(
        _ keys: KeyFile, storage: TestStorage = TestStorage(),
        onDurable: @escaping @Sendable (LogPosition) -> Void = { _ in }
    ) throws -> Recovery {
        try Recovery.run(
            configuration, keys: keys, storage: storage, logger: .silent,
            hooks: Recovery.Hooks(
                onDurable: onDurable, onCommit: { _, _ in }, onFailure: { _ in }))
    }
}

/// What a test asks of a core, without messages around it.
extension Recovery {
    func ask(
        _ command: Command, from caller: Caller = .broker, words: [UInt64] = [1, 2]
    ) -> Decision {
        authority.apply(
            command, from: caller, at: clock.now, entropy: Entropy(words: words)
        ).decision
    }

    /// An app that may do everything, and the caller that speaks for it.
    func makeApp() throws -> Caller {
        let terms = AppTerms(
            name: try #require(Name("app")), ceiling: [try #require(Scope("read:data:*"))],
            uids: [UserID(rawValue: 1)], orchestrations: [], attestationKeys: [],
            defaultLifetimeSeconds: 0, maximumLifetimeSeconds: 0, sharesUid: false)
        guard case .app(let record) = ask(.createApp(terms)) else {
            throw Unexpected("no app was made")
        }
        return Caller(
            uid: UserID(rawValue: 1), pid: ProcessID(rawValue: 1), app: record.serial)
    }

    func spawn(_ task: String, from caller: Caller, key: UInt8 = 7) throws -> IssuedGrant {
        let spec = AgentSpec(
            orchestration: try #require(Name("nightly")), task: try #require(Name(task)),
            scope: [try #require(Scope("read:data:one"))], audience: .empty,
            publicKey: try #require(PublicKey([UInt8](repeating: key, count: 32))),
            lifetimeSeconds: 0, totalLifetimeSeconds: 0)
        let decision = ask(
            .spawn([spec], proof: .agent), from: caller, words: [UInt64(key), 2])
        guard case .spawned(let issued) = decision, let grant = issued.first else {
            throw Unexpected("no agent was spawned: \(decision)")
        }
        return grant
    }

    struct Unexpected: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }
}

@Suite struct `A broker that starts again` {
    private let site: Site
    private let keys = KeyFile.generate()

    init() throws { site = try Site() }

    @Test func `a first start counts the file's key`() throws {
        let first = try site.start(keys)
        #expect(first.authority.read { $0.signingKeys }.result.map(\.number.rawValue) == [1])
        first.log.stop()
        let again = try site.start(keys)
        #expect(
            again.authority.read { $0.signingKeys }.result
                == (try keys.records([1]).map {
                    var record = $0
                    record.notBefore = again.authority.read { $0.signingKeys[0].notBefore }.result
                    return record
                }))
        again.log.stop()
    }

    @Test func `everything that was durable is there again`() throws {
        let first = try site.start(keys)
        let app = try first.makeApp()
        let kept = try first.spawn("kept", from: app, key: 1)
        _ = try first.spawn("gone", from: app, key: 2)
        let launch = LaunchTokenTerms(
            digest: .zero, label: nil, ceiling: [try #require(Scope("read:data:one"))],
            lifetimeSeconds: 0, maximumAgentLifetimeSeconds: 0)
        _ = first.ask(.createLaunchToken(launch), from: app)
        let gone = try #require(Name("gone"))
        _ = first.ask(.revoke(.task(gone, orchestration: nil), allowsNew: false))
        first.log.stop()

        let again = try site.start(keys)
        #expect(!again.boot.isNew)
        #expect(again.grants == 2)
        let seen = again.authority.read {
            (launch: $0.launchTokenCount, revocations: $0.revocationCount, apps: $0.allApps.count)
        }.result
        #expect(seen == (launch: 1, revocations: 1, apps: 1))
        // The revocation covers what was granted before it, and the name goes on being refused.
        while case .advanced(more: true) = again.ask(.advance(limit: 100)) {}
        #expect(again.authority.read { $0.publicKey(of: kept.grant) != nil }.result)
        #expect(again.authority.read { $0.liveGrants }.result == 1)
        #expect(throws: Recovery.Unexpected.self) { try again.spawn("gone", from: app, key: 3) }
        again.log.stop()
    }

    @Test func `the accepted time and the anchor are those of the boot`() throws {
        let first = try site.start(keys)
        let before = first.clock.now
        _ = first.ask(.acceptTime(ClockOffset(milliseconds: -86_400_000)))
        #expect(first.clock.offset == ClockOffset(milliseconds: -86_400_000))
        first.log.stop()
        let again = try site.start(keys)
        #expect(again.clock.offset == ClockOffset(milliseconds: -86_400_000))
        #expect(again.clock.now >= before)
        #expect(again.authority.read { $0.timeOffset }.result == again.clock.offset)
        again.log.stop()
    }

    @Test func `while the clocks disagree nothing is issued, and what is there lives on`() throws {
        let broker = try site.start(keys)
        let app = try broker.makeApp()
        let grant = try broker.spawn("before", from: app, key: 1)
        broker.clock.tell(ClockOffset(milliseconds: 3_600_000))
        #expect(throws: Recovery.Unexpected.self) { try broker.spawn("after", from: app, key: 2) }
        #expect(broker.authority.read { $0.publicKey(of: grant.grant) != nil }.result)
        _ = broker.ask(.acceptTime(.none))
        #expect(throws: Never.self) { try broker.spawn("after", from: app, key: 2) }
        broker.log.stop()
    }

    // MARK: Keys

    private func rotate(_ broker: Recovery, isEmergency: Bool = false) throws {
        let known = broker.authority.read { $0.signingKeys }.result
        let key = try broker.keys.addKey(known: known, isEmergency: isEmergency)
        broker.issuer.replaceKeys(broker.keys.ring)
        _ = broker.ask(.rotateKey(key.number, key.publicKey, isEmergency: isEmergency))
    }

    @Test func `a rotated key signs on after a restart, and the old one is still known`() throws {
        let storage = TestStorage()
        let first = try site.start(keys, storage: storage)
        let app = try first.makeApp()
        _ = try first.spawn("before", from: app, key: 1)
        try rotate(first)
        #expect(try first.spawn("after", from: app, key: 2).key == KeyNumber(rawValue: 2))
        first.log.stop()
        let again = try site.start(try #require(storage.written.last))
        #expect(again.grants == 2)
        #expect(again.issuer.keys.numbers == [1, 2])
        #expect(try again.spawn("again", from: app, key: 3).key == KeyNumber(rawValue: 2))
        again.log.stop()
    }

    @Test func `an emergency ends what was signed before, also after a restart`() throws {
        let storage = TestStorage()
        let first = try site.start(keys, storage: storage)
        let app = try first.makeApp()
        _ = try first.spawn("before", from: app, key: 1)
        try rotate(first, isEmergency: true)
        first.log.stop()
        let again = try site.start(try #require(storage.written.last), storage: storage)
        while case .advanced(more: true) = again.ask(.advance(limit: 100)) {}
        _ = again.ask(.advance(limit: 100))
        #expect(again.authority.read { $0.liveGrants }.result == 0)
        #expect(again.authority.read { $0.signingKeys }.result.map(\.number.rawValue) == [2])
        again.log.stop()
        // The start after that takes the dead key out of the file.
        let last = try site.start(try #require(storage.written.last), storage: storage)
        #expect(storage.written.last?.numbers == [2])
        last.log.stop()
    }

    @Test func `a crash between the file and the database leaves no key behind`() throws {
        let storage = TestStorage()
        let first = try site.start(keys, storage: storage)
        let known = first.authority.read { $0.signingKeys }.result
        _ = try first.keys.addKey(known: known, isEmergency: false)
        first.log.stop()
        #expect(storage.written.last?.numbers == [1, 2])
        let again = try site.start(try #require(storage.written.last), storage: storage)
        #expect(storage.written.last?.numbers == [1])
        #expect(again.issuer.keys.numbers == [1])
        again.log.stop()
    }

    @Test func `a key file older than the database is refused`() throws {
        let first = try site.start(keys)
        try rotate(first)
        first.log.stop()
        #expect(throws: KeyFileMismatch.self) { try site.start(keys) }
        #expect(ExitStatus(ofStartFailure: KeyFileMismatch(description: "")) == .keyFileRefused)
    }
}
