import MayflyCrypto
import Testing

@Suite struct ClaimTextTests {
    static let agent = "spiffe://mayfly.local/agent/nightly/summarize/5b1f3c0e9d2a47c6"

    @Test func `an agent's URI tells its parts`() throws {
        let uri = try #require(AgentURI(Self.agent))
        #expect(uri.bytes == utf8(Self.agent))
        #expect(uri.trustDomain == utf8("mayfly.local"))
        #expect(uri.orchestration == utf8("nightly"))
        #expect(uri.task == utf8("summarize"))
        #expect(uri.instance == 0x5B1F_3C0E_9D2A_47C6)
        #expect(uri.description == Self.agent)
    }

    @Test func `the longest agent's URI has 545 bytes`() {
        func uri(_ domain: Int, _ orchestration: Int, _ task: Int) -> String {
            let parts = [domain, orchestration, task].map { String(repeating: "a", count: $0) }
            return "spiffe://\(parts[0])/agent/\(parts[1])/\(parts[2])/0123456789abcdef"
        }
        #expect(AgentURI(uri(255, 128, 128))?.bytes.count == 545)
        #expect(AgentURI(uri(256, 128, 128)) == nil)
        #expect(AgentURI(uri(255, 129, 128)) == nil)
        #expect(AgentURI(uri(255, 128, 129)) == nil)
        #expect(AgentURI(uri(0, 1, 1)) == nil)
        #expect(AgentURI(uri(1, 0, 1)) == nil)
        #expect(AgentURI(uri(1, 1, 0)) == nil)
    }

    static let foreignAgents: [String] = [
        "", "spiffe://", "SPIFFE://" + agent.dropFirst(9), "https://" + agent.dropFirst(9),
        agent + "/", agent + "/more", agent + "?a", agent + "#a", agent + "\u{0}", " " + agent,
        agent.replacing("/agent/", with: "/Agent/"), agent.replacing("/agent/", with: "/"),
        agent.replacing("mayfly.local", with: "Mayfly.local"),
        agent.replacing("mayfly.local", with: "mayfly.local:80"),
        agent.replacing("mayfly.local", with: "user@mayfly.local"),
        agent.replacing("nightly", with: ".."), agent.replacing("nightly", with: "."),
        agent.replacing("nightly", with: "night%6cy"), agent.replacing("nightly", with: "nìghtly"),
        agent.replacing("summarize", with: "a b"), agent.replacing("summarize", with: "a\"b"),
        agent.replacing("5b1f", with: "5B1F"), agent.replacing("5b1f", with: "5b1"),
        agent.replacing("5b1f", with: "5b1ff"), agent.replacing("5b1f", with: "5b1g"),
    ]

    @Test(arguments: foreignAgents)
    func `anything else is no agent's URI`(text: String) {
        #expect(AgentURI(text) == nil)
    }

    @Test(arguments: [
        ("read:data:customer-1", "read:data:customer-1", true),
        ("read:data:customer-1", "read:data:customer-2", false),
        ("read:data:*", "read:data:customer-1", true),
        ("read:data:*", "read:data:a:b", true),
        ("read:data:*", "read:data:*", true),
        ("read:data:customer-1", "read:data:*", false),
        ("read:data:*", "write:data:customer-1", false),
        ("read:data:*", "read:date:customer-1", false),
        ("read:data:*", "read:data-2:x", false),
        ("read:data:*:b", "read:data:a:b", false),
        ("read:data:cust*", "read:data:customer-1", false),
        ("read:data:**", "read:data:customer-1", false),
        ("read:data:customer-1", "read:data:Customer-1", false),
        ("read:data:a", "read:data:a:b", false),
    ])
    func `a scope covers its equal, and with a star any identifier`(
        held: String, wanted: String, isCovered: Bool
    ) throws {
        let (held, wanted) = (try #require(ScopeText(held)), try #require(ScopeText(wanted)))
        #expect(held.covers(wanted) == isCovered)
        #expect([held].cover([wanted]) == isCovered)
    }

    @Test(arguments: [
        "", ":", "::", "a:b", "a:b:", ":b:c", "a::c", "a b:c:d", "a:b:c d", "a:b:c,d", "a:b:\"",
        "a:b:\\", "a:b:\u{E9}", "*:b:c", "a:*:c", "a:b:\u{0}", "a:b:\n", "a:b:\u{7F}",
    ])
    func `what is no scope is refused`(text: String) {
        #expect(ScopeText(text) == nil)
    }

    @Test func `texts have their greatest lengths`() {
        func text(_ count: Int) -> String { String(repeating: "a", count: count) }
        #expect(ScopeText("a:b:" + text(252)) != nil)
        #expect(ScopeText("a:b:" + text(253)) == nil)
        #expect(AudienceText(text(256)) != nil)
        #expect(AudienceText(text(257)) == nil)
        #expect(AudienceText("") == nil)
        #expect(IssuerText(text(249)) != nil)
        #expect(IssuerText(text(250)) == nil)
        #expect(IssuerText("") == nil)
    }

    @Test(arguments: ["a b", "a\"b", "a\\b", "a\u{0}", "\u{E9}", "a\n"])
    func `an issuer and an audience need no escape`(text: String) {
        #expect(IssuerText(text) == nil)
        #expect(AudienceText(text) == nil)
        #expect(AudienceText("a,b") == nil)
        #expect(IssuerText("a,b") != nil)
    }

    @Test func `a reference is 32 lower-case hexadecimal characters`() throws {
        let text = "0123456789abcdeffedcba9876543210"
        let grant = try #require(GrantReference(utf8(text)))
        #expect(grant.high == 0x0123_4567_89AB_CDEF)
        #expect(grant.low == 0xFEDC_BA98_7654_3210)
        #expect(grant.description == text)
        for foreign in [
            "", String(text.dropLast()), text + "0", text.uppercased(), "g" + text.dropFirst(),
        ] {
            #expect(GrantReference(utf8(foreign)) == nil)
            #expect(TokenReference(utf8(foreign)) == nil)
        }
    }
}
