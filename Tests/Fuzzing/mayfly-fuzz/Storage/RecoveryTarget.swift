private import Foundation
internal import Logging
internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
internal import MayflyStore

/// A broker that starts on a database which someone edited: it refuses it or goes on, and is never
/// brought down; and what it accepted once it accepts again. The audit's verifier reads the same.
final class RecoveryTarget: FuzzTarget {
    static let name = "recovery"
    static let longestInput = 512

    private let directory: ScratchDirectory
    private let keys = KeyFile.generate()
    /// Not `Data`, whose pointer the leak sanitizer does not recognise.
    private let template: [UInt8]
    private let configuration: ServerConfiguration
    private let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        directory = try ScratchDirectory()
        configuration = ServerConfiguration(
            dataDirectory: directory.path, agentSocketPath: directory.path + "/a",
            operatorSocketPath: directory.path + "/o")
        try Self.fill(configuration, keys, logger)
        template = [UInt8](
            try Data(contentsOf: URL(filePath: configuration.databasePath)))
    }

    func seeds() -> [[UInt8]] {
        // One edit of each kind, of each table.
        (0..<8).flatMap { (kind: UInt8) in
            (0..<7).map { (table: UInt8) in [kind, table, 0, 9, 1, 1, 3, 0, 0] }
        }
    }

    func run(_ bytes: UnsafeRawBufferPointer) {
        var input = FuzzInput(bytes)
        var damage = StoreDamage(path: configuration.databasePath)
        do {
            try restoreTemplate()
        } catch {
            fail("the database cannot be put back: \(error)")
        }
        damage.inflict(&input)
        verifyAudit()
        guard start() else { return }
        expect(start() || damage.isBelowSQLite, "what was accepted once is accepted again")
        verifyAudit()
    }

    private func restoreTemplate() throws {
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: configuration.databasePath + suffix)
        }
        try Data(template).write(to: URL(filePath: configuration.databasePath))
    }

    private func verifyAudit() {
        let signer = Ed25519PrivateKey(seed: keys.checkpointSigningSeed)
        guard let name = NoteName(configuration.issuer) else { fail("an issuer names notes") }
        let key = NoteVerifierKey(name: name, key: signer.publicKey)
        _ = try? AuditVerifier(path: configuration.databasePath, key: key).verify(held: nil)
    }

    /// Whether the broker starts; then everything in it is looked at, and much of it ended.
    private func start() -> Bool {
        let broker: Recovery
        do {
            broker = try Self.recover(configuration, keys, logger)
        } catch is StoreFailure {
            return false
        } catch is KeyFileMismatch {
            return false
        } catch {
            fail("a start fails for a reason that it states: \(error)")
        }
        defer { broker.log.stop() }
        for _ in 0..<3 { advance(broker) }
        let grants = broker.authority.read { core in
            core.list(.init(), from: 0, limit: 100, scanned: 1_000, at: broker.clock.now).page
        }.result
        for grant in grants.prefix(8) {
            _ = broker.decide(.revoke(.chain(.grant(grant.record.id)), allowsNew: true))
        }
        _ = broker.decide(
            .revoke(.task(RowSamples.name("task-2"), orchestration: nil), allowsNew: false))
        for app in broker.authority.read({ $0.allApps }).result.prefix(4) {
            _ = broker.spawn("task-9", key: 99, of: app.record)
            _ = broker.decide(.removeApp(app.record.name))
        }
        advance(broker)
        return true
    }

    private func advance(_ broker: Recovery) {
        _ = broker.authority.advance(to: broker.clock.now, limit: 50, isStorageLow: false)
    }

    // MARK: The template

    private static func recover(
        _ configuration: ServerConfiguration, _ keys: KeyFile, _ logger: Logger
    ) throws -> Recovery {
        try Recovery.run(
            configuration, keys: keys, storage: KeysInMemory(), logger: logger,
            hooks: Recovery.Hooks(onDurable: { _ in }, onCommit: { _, _ in }, onFailure: { _ in }))
    }

    /// An app, agents of it, a delegation, a launch token, and a task that was revoked.
    private static func fill(
        _ configuration: ServerConfiguration, _ keys: KeyFile, _ logger: Logger
    ) throws {
        let broker = try recover(configuration, keys, logger)
        defer { broker.log.stop() }
        let terms = AppTerms(
            name: RowSamples.name("app"), ceiling: [RowSamples.scope("read:data:*")],
            uids: [UserID(rawValue: 1)], orchestrations: [RowSamples.name("orch-7")],
            attestationKeys: [], defaultLifetimeSeconds: 0, maximumLifetimeSeconds: 0,
            sharesUid: false)
        guard case .app(let app) = broker.decide(.createApp(terms)) else { fail("an app is made") }
        let issued = (UInt8(1)...4).compactMap { broker.spawn("task-\($0)", key: $0, of: app) }
        guard let giver = issued.first, let taker = issued.last else { fail("agents are spawned") }
        let launch = LaunchTokenTerms(
            digest: .zero, label: nil, ceiling: [RowSamples.scope("read:data:one")],
            lifetimeSeconds: 3_000, maximumAgentLifetimeSeconds: 0)
        _ = broker.decide(.createLaunchToken(launch), from: broker.caller(of: app))
        _ = broker.decide(
            .revoke(.task(RowSamples.name("task-3"), orchestration: nil), allowsNew: false))
        broker.addDelegation(from: giver, to: taker, of: app)
    }
}

extension Recovery {
    fileprivate func decide(_ command: Command, from caller: Caller = .broker) -> Decision {
        authority.apply(
            command, from: caller, at: clock.now, entropy: Entropy(words: [clock.now.seconds, 2])
        ).decision
    }

    fileprivate func caller(of app: AppRecord) -> Caller {
        Caller(uid: UserID(rawValue: 1), pid: ProcessID(rawValue: 1), app: app.serial)
    }

    fileprivate func spawn(_ task: String, key: UInt8, of app: AppRecord) -> IssuedGrant? {
        let spec = AgentSpec(
            orchestration: RowSamples.name("orch-1"), task: RowSamples.name(task),
            scope: [RowSamples.scope("read:data:one")], audience: .empty,
            publicKey: RowSamples.bytes32(key), lifetimeSeconds: 3_000, totalLifetimeSeconds: 0)
        guard
            case .spawned(let issued) = decide(.spawn([spec], proof: .agent), from: caller(of: app))
        else { return nil }
        return issued.first
    }

    /// Its row as the store would write it: the hop is no hop, and nothing looks at it at a start.
    fileprivate func addDelegation(
        from giver: IssuedGrant, to taker: IssuedGrant, of app: AppRecord
    ) {
        var grant = RowSamples.delegatedGrant
        let now = clock.now
        grant = GrantRecord(
            serial: Serial(rawValue: 90), id: GrantID(high: 91, low: 92),
            token: TokenID(high: 91, low: 93), instance: taker.agent.instance,
            orchestration: taker.agent.orchestration, task: taker.agent.task, app: app.serial,
            appEpoch: app.epoch, key: taker.key, publicKey: RowSamples.bytes32(4),
            scope: grant.scope, audience: .empty, issuedAt: now,
            expiresAt: now.advanced(bySeconds: 1_000), notAfter: now.advanced(bySeconds: 1_000),
            proof: .agent, unsignedDigest: RowSamples.bytes32(9),
            position: LogPosition(rawValue: 5))
        grant.delegation = Delegation(
            parent: giver.grant, holder: taker.grant, root: giver.grant, subject: giver.agent,
            depth: 1, hop: [UInt8]("eyJ0.eyJp-_.c2ln".utf8))
        log.append(events: [RowSamples.event], changes: [.grantInserted(grant)])
    }
}

/// A key file that is never read again.
private struct KeysInMemory: KeyStorage {
    func replace(with file: KeyFile) {}
}
