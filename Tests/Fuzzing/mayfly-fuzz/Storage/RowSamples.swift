@testable internal import MayflyCore
internal import MayflyCrypto

/// Records with everything that they need not have.
enum RowSamples {
    private static let time = Instant(milliseconds: 1_767_225_600_000)

    static func name(_ text: String) -> Name {
        guard let name = Name(text) else { fail("\(text) is a name") }
        return name
    }

    static func scope(_ text: String) -> Scope {
        guard let scope = Scope(text) else { fail("\(text) is a scope") }
        return scope
    }

    static func bytes32(_ byte: UInt8) -> Bytes32 {
        guard let value = Bytes32([UInt8](repeating: byte, count: 32)) else { fail("32 bytes") }
        return value
    }

    static var grant: GrantRecord {
        GrantRecord(
            serial: Serial(rawValue: 7), id: GrantID(high: 11, low: 12),
            token: TokenID(high: 11, low: 13), instance: InstanceID(rawValue: 11),
            orchestration: name("orch-1"), task: name("task-7"), app: Serial(rawValue: 1),
            appEpoch: 1, key: KeyNumber(rawValue: 1), publicKey: bytes32(5),
            scope: TextList([scope("read:data:one"), scope("a:b:*")]),
            audience: TextList(words: [[UInt8]("https://api.example".utf8)]), issuedAt: time,
            expiresAt: time.advanced(bySeconds: 120), notAfter: time.advanced(bySeconds: 3_600),
            proof: .agent, unsignedDigest: bytes32(9),
            position: LogPosition(rawValue: 3))
    }

    static var delegatedGrant: GrantRecord {
        var grant = grant
        grant.delegation = Delegation(
            parent: GrantID(high: 1, low: 2), holder: GrantID(high: 3, low: 4),
            root: GrantID(high: 5, low: 6),
            subject: AgentName(
                orchestration: name("orch-9"), task: name("task-9"),
                instance: InstanceID(rawValue: 3)),
            depth: 3, hop: [UInt8]("eyJ0.eyJp-_.c2ln".utf8))
        grant.renewal = RenewalID(high: 7, low: 8)
        grant.usesLeft = 5
        grant.isByReference = true
        grant.clockOffset = ClockOffset(milliseconds: -86_400_000)
        grant.renewals = 700
        return grant
    }

    static var app: AppRecord {
        var app = AppRecord(
            serial: Serial(rawValue: 7), name: name("app"), ceiling: [scope("read:data:*")],
            uids: [UserID(rawValue: 1_000)], orchestrations: [name("orch-1")],
            attestationKeys: [bytes32(4)], defaultLifetimeSeconds: 300,
            maximumLifetimeSeconds: 3_600, sharesUid: true, epoch: 1, createdAt: time,
            removedAt: nil, position: LogPosition(rawValue: 12))
        app.secret = AppSecret(clientID: name("client-1"), digest: bytes32(2), generation: 2)
        app.secretGenerations = 3
        app.heartbeat = HeartbeatTerms(policy: .end, intervalSeconds: 15)
        app.delegatesAcrossApps = true
        return app
    }

    static var token: LaunchToken {
        LaunchToken(
            serial: Serial(rawValue: 7), digest: bytes32(3), label: name("nightly"),
            app: Serial(rawValue: 1), appEpoch: 1, ceiling: [scope("read:data:*")],
            expiresAt: time.advanced(bySeconds: 30), maximumLifetimeSeconds: 600,
            position: LogPosition(rawValue: 14))
    }

    static var revocation: RevocationRecord {
        RevocationRecord(
            serial: Serial(rawValue: 7), orchestration: name("orch-1"), task: name("task-5"),
            allowsNew: false, createdAt: time, lapsesAt: time.advanced(bySeconds: 3_600),
            position: LogPosition(rawValue: 15))
    }

    static var key: KeyRecord {
        KeyRecord(
            number: KeyNumber(rawValue: 7), publicKey: bytes32(8), state: .retired,
            notBefore: time, notAfter: time.advanced(bySeconds: 60),
            position: LogPosition(rawValue: 16))
    }

    static var event: Event {
        var event = Event(time: time, kind: .requestRefused)
        event.app = name("app")
        event.orchestration = name("orch-1")
        event.task = name("task-1")
        event.instance = InstanceID(rawValue: 3)
        event.grant = GrantID(high: 3, low: 1)
        event.token = TokenID(high: 3, low: 2)
        event.scope = TextList([scope("read:data:one")])
        event.expiresAt = time.advanced(bySeconds: 120)
        event.uid = UserID(rawValue: 1_000)
        event.pid = ProcessID(rawValue: 4_242)
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

extension Digest32 {
    static var sample: Digest32 { SHA256.digest([1, 2, 3]) }
}
