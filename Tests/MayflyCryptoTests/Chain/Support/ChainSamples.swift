// Values that the tests of hops and chains share.
import MayflyCrypto
import Testing

/// The key of the agent at a place of a chain; agents of another lane are other agents.
func agentKey(_ place: Int, lane: Int = 0) -> AgentKeyPair {
    [UInt8](repeating: UInt8(0x10 + lane * 0x10 + place), count: 32)
        .withUnsafeBytes { AgentKeyPair(seed: $0) }
}

func agentName(_ place: Int, lane: Int = 0) -> String {
    let instance = hex([UInt8(lane), 0, 0, 0, 0, 0, 0, UInt8(place)])
    return "spiffe://mayfly.local/agent/nightly/task-\(place)/\(instance)"
}

/// A hop with everything in it.
func sampleHopContent() throws -> Hop.Content {
    Hop.Content(
        issuer: try #require(IssuerText("https://broker.example")),
        challenge: try #require(Challenge([UInt8](repeating: 0xC4, count: 32))), proofSequence: 7,
        delegator: try #require(AgentURI(agentName(0))), delegatorKey: agentKey(0).publicKey,
        delegate: try #require(AgentURI(agentName(1))), delegateKey: agentKey(1).publicKey,
        held: try ["read:data:*", "write:reports:q3"].map { try #require(ScopeText($0)) },
        scope: [try #require(ScopeText("read:data:customer-12345"))],
        audience: [try #require(AudienceText("https://data.example"))], maximumUses: 3,
        issuedAtSeconds: 1_790_000_000, expiresAtSeconds: 1_790_000_300,
        parent: GrantReference(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210), depth: 1,
        previous: SHA256.digest(utf8("before")))
}

func sampleRoot() throws -> RootStatement {
    RootStatement(
        agent: try #require(AgentURI(agentName(0))), key: agentKey(0).publicKey,
        scope: try ["read:data:*", "write:reports:q3"].map { try #require(ScopeText($0)) },
        audience: [try #require(AudienceText("https://data.example"))],
        notAfterSeconds: 1_790_003_600,
        grant: GrantReference(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210))
}
