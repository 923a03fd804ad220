internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

@Suite struct `The bytes of a token` {
    @Test func `the payload is the one canonical text of its claims`() throws {
        let issuer = makeIssuer()
        let grant = try makeGrant(
            scope: ["read:data:b", "read:data:a"], audience: ["https://one", "two"])
        let thumbprint = String(
            decoding: Ed25519PublicKey(grant.publicKey).thumbprint, as: UTF8.self)
        #expect(
            try payload(of: issue(grant, by: issuer)) == """
                {"grant":"5b1f3c0e9d2a47c60000000000000002",\
                "jti":"00000000000000030000000000000004","iss":"mayfly",\
                "sub":"spiffe://mayfly.local/agent/nightly/summarize/5b1f3c0e9d2a47c6",\
                "aud":["https://one","two"],"exp":1790000300,"nbf":1790000000,"iat":1790000000,\
                "scope":["read:data:b","read:data:a"],"task_id":"summarize","orch_id":"nightly",\
                "app_id":"reports","cnf":{"jkt":"\(thumbprint)"},"binding":"none","proof":"agent"}
                """)
    }

    @Test func `an audience that was not asked for is not there`() throws {
        #expect(!(try payload(of: issue(makeGrant(), by: makeIssuer())).contains("\"aud\"")))
    }

    @Test func `the broker's public key verifies it`() throws {
        let issuer = makeIssuer()
        let verifier = TokenVerifier(keys: [try #require(issuer.keys.signer(1)).key.publicKey])
        guard case .success = verifier.verify(try issue(makeGrant(), by: issuer)) else {
            Issue.record("its own token is refused")
            return
        }
    }

    @Test func `a token by reference names its grant and no more`() throws {
        let issuer = makeIssuer()
        var grant = try makeGrant(audience: ["one"])
        grant.isByReference = true
        let token = try issue(grant, by: issuer)
        #expect(
            try payload(of: token) == """
                {"grant":"5b1f3c0e9d2a47c60000000000000002",\
                "jti":"00000000000000030000000000000004","iss":"mayfly","exp":1790000300,\
                "online":true}
                """)
        let claims = issuer.claims(of: grant, app: try #require(Name("reports")), lineage: [])
        #expect(
            String(decoding: claims, as: UTF8.self).hasSuffix(#""proof":"agent","online":true}"#))
        token.withUnsafeBytes {
            #expect(PresentedToken($0, issuer: issuer)?.presentation.grant == grant.id)
        }
    }

    @Test func `a grant with a limit of uses says that only the broker can answer`() throws {
        var grant = try makeGrant()
        grant.usesLeft = 2
        #expect(
            try payload(of: issue(grant, by: makeIssuer()))
                .hasSuffix(#""binding":"none","proof":"agent","online":true}"#))
    }

    @Test(arguments: [(-3_600_000, 1_789_996_400), (0, 1_790_000_000), (7_000, 1_790_000_007)])
    func `times are told by the clock that the operator accepted`(
        _ offset: Int64, _ issuedAt: Int
    ) throws {
        var grant = try makeGrant()
        grant.clockOffset = ClockOffset(milliseconds: offset)
        let text = try payload(of: issue(grant, by: makeIssuer()))
        #expect(text.contains(#""exp":\#(issuedAt + 300),"nbf":\#(issuedAt),"iat":\#(issuedAt),"#))
        let root = makeIssuer().rootStatement(of: grant)
        let statement = try #require(root.withUnsafeBytes { RootStatement(parsing: $0) })
        #expect(statement.notAfterSeconds == UInt64(issuedAt + 300))
    }

    @Test func `each grant is signed by the key that it names`() throws {
        let issuer = makeIssuer(keys: [3, 7])
        var grant = try makeGrant()
        for number in [UInt32(3), 7] {
            grant.key = KeyNumber(rawValue: number)
            let key = try #require(issuer.keys.signer(number)).key.publicKey
            let token = try issue(grant, by: issuer)
            guard case .success = TokenVerifier(keys: [key]).verify(token) else {
                Issue.record("key \(number) did not sign its own")
                return
            }
        }
    }

    @Test(arguments: [
        ("spiffe://mayfly.local/agent/o/t/00000000000000ff", true),
        ("spiffe://other.local/agent/o/t/00000000000000ff", false),
        ("spiffe://mayfly.local/agent/o/t/+0000000000000ff", false),
        ("spiffe://mayfly.local/agent/o/t/00000000000000FF", false),
        ("spiffe://mayfly.local/agent/o/t/ff", false),
        ("spiffe://mayfly.local/agent/o/../00000000000000ff", false),
        ("spiffe://mayfly.local/agent/o/t/00000000000000ff/", false),
        ("mayfly.local/agent/o/t/00000000000000ff", false),
    ])
    func `an agent is known by its own name only`(_ text: String, _ isKnown: Bool) throws {
        let issuer = makeIssuer()
        let agent: AgentName? = issuer.agent(text)
        #expect((agent != nil) == isKnown)
        if let agent { #expect(issuer.subject(of: agent) == Array(text.utf8)) }
    }

    @Test func `the largest grant there can be still has a token of at most 16 KiB`() throws {
        let scope = "a:b:" + String(repeating: "c", count: Scope.maximumBytes - 4)
        let audience = String(repeating: "u", count: Limits.audienceBytes)
        let name = String(repeating: "n", count: Name.maximumBytes)
        let grant = try makeGrant(
            orchestration: name, task: name,
            scope: [String](repeating: scope, count: Limits.scopesPerAgent),
            audience: [String](repeating: audience, count: Limits.audiencesPerAgent))
        let longest = String(repeating: "i", count: ConfigurationLimit.nameBytes.upperBound)
        let issuer = makeIssuer(longest, trustDomain: longest)
        let token = try issue(grant, by: issuer, app: String(repeating: "a", count: 64))
        #expect(token.count > 15_000)
        #expect(token.count <= PresentedToken.maximumBytes)
        token.withUnsafeBytes {
            #expect(PresentedToken($0, issuer: issuer)?.presentation.grant == grant.id)
        }
    }
}
