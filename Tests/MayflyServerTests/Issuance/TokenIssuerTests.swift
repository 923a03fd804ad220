internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

@Suite struct `The bytes of a token` {
    private func payload(of token: [UInt8]) throws -> String {
        let parts = token.split(separator: UInt8(ascii: "."))
        try #require(parts.count == 3)
        return String(decoding: try #require(Base64URL.decode(Array(parts[1]))), as: UTF8.self)
    }

    private func issue(
        _ grant: GrantRecord, by issuer: TokenIssuer, app: String = "reports"
    ) throws -> [UInt8] {
        issuer.sign(issuer.seal(grant, app: try #require(Name(app))).signingInput)
    }

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
        let verifier = TokenVerifier(keys: [issuer.signer.key.publicKey])
        guard case .success = verifier.verify(try issue(makeGrant(), by: issuer)) else {
            Issue.record("its own token is refused")
            return
        }
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
