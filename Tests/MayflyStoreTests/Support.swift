import Foundation
import MayflyCore
import MayflyCrypto
import Testing

@testable import MayflyStore

/// A directory that goes with its owner.
final class TemporaryDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "mayfly-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var database: String { url.appending(path: "mayfly.db").path }
}

enum Sample {
    static let issuer = "https://mayfly.example"
    static let checkpointKey = [UInt8](repeating: 7, count: 32).withUnsafeBytes {
        Ed25519PrivateKey(seed: $0)
    }
    static let time = Instant(milliseconds: 1_767_225_600_000)

    static func verifierKey() throws -> NoteVerifierKey {
        NoteVerifierKey(
            name: try #require(CheckpointSigner.origin(issuer: issuer)),
            key: checkpointKey.publicKey)
    }

    static func open(_ path: String, faults: StoreFaults = .none, walPages: Int = 1_000) throws
        -> Store
    {
        var configuration = StoreConfiguration(path: path, issuer: issuer)
        configuration.faults = faults
        configuration.walCheckpointPages = walPages
        return try Store(configuration, checkpointKey: checkpointKey)
    }

    static func name(_ text: String) -> Name {
        guard let name = Name(text) else { preconditionFailure("\(text) is no name") }
        return name
    }

    static func scopes(_ texts: String...) -> [Scope] {
        texts.map { text in
            guard let scope = Scope(text) else { preconditionFailure("\(text) is no scope") }
            return scope
        }
    }

    static func bytes32(_ byte: UInt8) -> Bytes32 {
        guard let value = Bytes32([UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes")
        }
        return value
    }

    static func grant(_ serial: UInt64) -> GrantRecord {
        var grant = GrantRecord(
            serial: Serial(rawValue: serial), id: GrantID(high: serial &* 0x9E37, low: serial),
            token: TokenID(high: 3, low: serial), instance: InstanceID(rawValue: serial &* 0x9E37),
            orchestration: name("orch-1"), task: name("task-\(serial)"),
            app: Serial(rawValue: 1), appEpoch: 2, key: KeyNumber(rawValue: 1),
            publicKey: bytes32(5), scope: TextList(scopes("read:data:customer-12345", "a:b:*")),
            audience: TextList(words: [[UInt8]("https://api.example".utf8)]), issuedAt: time,
            expiresAt: time.advanced(bySeconds: 120), notAfter: time.advanced(bySeconds: 3_600),
            proof: .agent, bond: .connection(.earlier), unsignedDigest: bytes32(9),
            position: LogPosition(rawValue: serial))
        grant.share = UserShare(of: UserID(rawValue: 1_000))
        return grant
    }

    /// With everything that a grant need not have.
    static func delegatedGrant(_ serial: UInt64) -> GrantRecord {
        var grant = grant(serial)
        grant.delegation = delegation(depth: 3, hop: "eyJ0.eyJp-_.c2ln")
        grant.renewal = RenewalID(high: 7, low: 8)
        grant.usesLeft = 5
        grant.isByReference = true
        grant.clockOffset = ClockOffset(milliseconds: -86_400_000)
        grant.renewals = 700
        grant.audience = .empty
        grant.bond = nil
        grant.proof = .attested
        return grant
    }

    /// To a process.
    static func boundGrant(_ serial: UInt64) -> GrantRecord {
        var grant = grant(serial)
        grant.usesLeft = 3
        grant.bond = .process(
            BoundProcess(pid: ProcessID(rawValue: 4_242), startTicks: 1 << 40, inode: 77))
        return grant
    }

    static func delegation(depth: UInt8, hop: String) -> Delegation {
        Delegation(
            parent: GrantID(high: 1, low: 2), holder: GrantID(high: 3, low: 4),
            root: GrantID(high: 5, low: 6),
            subject: AgentName(
                orchestration: name("orch-9"), task: name("task-9"),
                instance: InstanceID(rawValue: 3)),
            depth: depth, hop: [UInt8](hop.utf8))
    }

    static func launchToken(_ serial: UInt64) -> LaunchToken {
        LaunchToken(
            serial: Serial(rawValue: serial), digest: bytes32(3), label: name("nightly"),
            app: Serial(rawValue: 1), appEpoch: 6, ceiling: scopes("read:data:*", "a:b:c"),
            expiresAt: time.advanced(bySeconds: 30), maximumLifetimeSeconds: 600,
            share: UserShare(of: UserID(rawValue: 1_000)),
            position: LogPosition(rawValue: 14))
    }

    static func revocation(_ serial: UInt64) -> RevocationRecord {
        RevocationRecord(
            serial: Serial(rawValue: serial), orchestration: name("orch-1"),
            task: name("task-\(serial)"), allowsNew: false, createdAt: time,
            lapsesAt: time.advanced(bySeconds: 3_600), position: LogPosition(rawValue: 15))
    }

    static func key(_ number: UInt32, state: KeyRecord.State = .retired) -> KeyRecord {
        KeyRecord(
            number: KeyNumber(rawValue: number), publicKey: bytes32(8), state: state,
            notBefore: time, notAfter: state == .current ? nil : time.advanced(bySeconds: 60),
            position: LogPosition(rawValue: 16))
    }

    static func app(_ serial: UInt64) -> AppRecord {
        AppRecord(
            serial: Serial(rawValue: serial), name: name("app-\(serial)"),
            ceiling: scopes("read:data:*", "write:logs:app"), uids: [UserID(rawValue: 1_000)],
            orchestrations: [name("orch-1"), name("orch-2")], attestationKeys: [bytes32(4)],
            defaultLifetimeSeconds: 300, maximumLifetimeSeconds: 3_600, sharesUid: true, epoch: 6,
            createdAt: time, removedAt: nil, position: LogPosition(rawValue: 12))
    }

    /// With everything that an app need not have.
    static func fullApp(_ serial: UInt64) -> AppRecord {
        var app = app(serial)
        app.secret = AppSecret(clientID: name("client-1"), digest: bytes32(2), generation: 2)
        app.secretGenerations = 3
        app.heartbeat = HeartbeatTerms(policy: .end, intervalSeconds: 15)
        app.delegatesAcrossApps = true
        app.removedAt = time
        return app
    }

    static func event(_ index: Int, kind: EventKind = .agentSpawned) -> Event {
        var event = Event(
            time: Instant(milliseconds: time.milliseconds + UInt64(index)), kind: kind)
        event.app = name("app-\(index % 3)")
        event.orchestration = name("orch-\(index % 2)")
        event.task = name("task-\(index)")
        event.instance = InstanceID(rawValue: UInt64(index))
        event.grant = GrantID(high: UInt64(index), low: 1)
        event.token = TokenID(high: UInt64(index), low: 2)
        event.scope = TextList(scopes("read:data:customer-12345"))
        event.expiresAt = time.advanced(bySeconds: 120)
        event.uid = UserID(rawValue: 1_000)
        event.pid = ProcessID(rawValue: 4_242)
        return event
    }

    /// Every field there is.
    static func fullEvent() -> Event {
        var event = event(1, kind: .requestRefused)
        event.reason = .scopeViolation
        event.count = 3
        event.detail = [UInt8]("not covered by the ceiling".utf8)
        event.parent = GrantID(high: 11, low: 12)
        event.depth = 4
        event.chainHash = bytes32(13)
        event.previousToken = TokenID(high: 14, low: 15)
        return event
    }
}

extension CommitGroup {
    static func of(
        _ start: UInt64, events: [Event] = [], changes: [Change] = []
    ) -> CommitGroup {
        var group = CommitGroup(start: LogPosition(rawValue: start))
        group.append(events: events, changes: changes)
        return group
    }
}

extension Store {
    /// A group of its own at the end of the log.
    func commit(events: [Event] = [], changes: [Change] = [], checkpoint: Bool = false) throws {
        let group = CommitGroup.of(position.rawValue, events: events, changes: changes)
        try commit(group, withCheckpoint: checkpoint)
    }

    func grantSerials() throws -> [UInt64] {
        var serials: [UInt64] = []
        try forEachGrant { serials.append($0.serial.rawValue) }
        return serials
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func bytes(hex text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var digits = text.filter { !$0.isWhitespace }[...]
    while let byte = UInt8(digits.prefix(2), radix: 16) {
        bytes.append(byte)
        digits = digits.dropFirst(2)
    }
    return bytes
}
