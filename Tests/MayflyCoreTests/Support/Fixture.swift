@testable import MayflyCore

/// Values that tests start from.
enum Fixture {
    static let start = Instant(milliseconds: 1_700_000_000_250)
    static let operatorCaller = Caller(uid: UserID(rawValue: 0), pid: ProcessID(rawValue: 1))

    static func serial(_ number: UInt64) -> Serial { Serial(rawValue: number) }

    static func name(_ text: String) -> Name {
        guard let name = Name(text) else { preconditionFailure("no name: \(text)") }
        return name
    }

    static func scopes(_ texts: [String]) -> [Scope] {
        texts.map { text in
            guard let scope = Scope(text) else { preconditionFailure("no scope: \(text)") }
            return scope
        }
    }

    /// Some grant, well formed.
    static var grant: GrantRecord {
        GrantRecord(
            serial: serial(1), id: GrantID(high: 10, low: 11), token: TokenID(high: 12, low: 13),
            instance: InstanceID(rawValue: 10), orchestration: name("orch"), task: name("task"),
            app: serial(1), appEpoch: 1, key: KeyNumber(rawValue: 1),
            publicKey: PlainIssuance.key(1), scope: TextList(scopes(["read:data:x"])),
            audience: .empty, issuedAt: start, expiresAt: start.advanced(bySeconds: 300),
            notAfter: start.advanced(bySeconds: 300), proof: .agent,
            unsignedDigest: PlainIssuance.key(2), position: LogPosition(rawValue: 1))
    }

    static func terms(
        _ app: String = "shop", ceiling: [String] = ["read:data:*"], uids: [UInt32] = [1_000],
        orchestrations: [String] = [], defaultLifetimeSeconds: UInt32 = 0,
        maximumLifetimeSeconds: UInt32 = 0, sharesUid: Bool = false
    ) -> AppTerms {
        AppTerms(
            name: name(app), ceiling: scopes(ceiling), uids: uids.map { UserID(rawValue: $0) },
            orchestrations: orchestrations.map(name), attestationKeys: [],
            defaultLifetimeSeconds: defaultLifetimeSeconds,
            maximumLifetimeSeconds: maximumLifetimeSeconds, sharesUid: sharesUid)
    }

    static func agent(
        key: UInt64, orchestration: String = "orch", task: String = "task",
        scope: [String] = ["read:data:x"], audience: [String] = [], lifetimeSeconds: UInt32 = 0,
        totalLifetimeSeconds: UInt32 = 0, maximumUses: UInt32? = nil, isByReference: Bool = false
    ) -> AgentSpec {
        var spec = AgentSpec(
            orchestration: name(orchestration), task: name(task), scope: scopes(scope),
            audience: TextList(words: audience.map { [UInt8]($0.utf8) }),
            publicKey: PlainIssuance.key(key), lifetimeSeconds: lifetimeSeconds,
            totalLifetimeSeconds: totalLifetimeSeconds)
        spec.maximumUses = maximumUses
        spec.isByReference = isByReference
        return spec
    }
}
