internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

@Suite struct `A token with a lineage` {
    private let issuer = makeIssuer()
    private let now: UInt64 = 1_790_000_001

    private func verified(_ token: [UInt8]) throws -> Result<VerifiedChain, ChainRefusal> {
        let key = try #require(issuer.keys.signer(1)).key.publicKey
        return ChainVerifier(keys: [key], issuer: try #require(IssuerText(issuer.issuer)))
            .verify(token, now: now, leeway: 0)
    }

    private func chain(depth: Int) throws -> Chain {
        var chain = try Chain(
            issuer, root: try makeGrant(scope: ["read:data:*", "write:log:a"], audience: ["one"]))
        for hop in 0..<depth {
            try chain.delegate(
                to: try makeAgent("task-\(hop)", instance: UInt64(hop) + 10),
                scope: hop == 0 ? ["read:data:*"] : ["read:data:x"])
        }
        return chain
    }

    @Test(arguments: 0...5)
    func `is verified by nothing but the broker's public key, at every depth`(_ depth: Int) throws {
        let chain = try chain(depth: depth)
        let token = try chain.token
        let authority = try #require(try verified(token).get().authority)
        #expect(authority.subject.bytes == issuer.subject(of: chain.grant.subject))
        #expect(authority.lineage.count == depth + 1)
        #expect(authority.lineage.first?.grant.high == chain.grant.root.high)
        #expect(try verified(token).get().isOnline == false)
    }

    @Test func `ends with the root, the hops and the digest of the last`() throws {
        let chain = try chain(depth: 2)
        let texts = chain.lineage.map { String(decoding: $0, as: UTF8.self) }
        let last = try #require(chain.lineage.last)
        let digest = String(decoding: Hex.encode(SHA256.digest(last).bytes), as: UTF8.self)
        #expect(
            try payload(of: chain.token).hasSuffix(
                """
                ,"binding":"none","proof":"agent","root":"\(texts[0])",\
                "delegation_chain":["\(texts[1])","\(texts[2])"],"chain_hash":"\(digest)"}
                """))
    }

    @Test func `says before its lineage that only the broker can count its uses`() throws {
        var chain = try chain(depth: 1)
        try chain.delegate(
            to: try makeAgent("counted", instance: 99), scope: ["read:data:x"], maximumUses: 3)
        #expect(try payload(of: chain.token).contains(#""proof":"agent","online":true,"root":""#))
        #expect(try verified(chain.token).get().isOnline)
    }

    @Test func `has another agent's hop in its place refused by the verifier`() throws {
        let chain = try chain(depth: 2)
        let other = try self.chain(depth: 2)
        var lineage = chain.lineage
        lineage[2] = other.lineage[2]
        #expect(
            try verified(issue(chain.grant, by: issuer, lineage: lineage)) == .failure(.hopOrder))
    }

    @Test(arguments: [[], ["one"], ["one", "https://two"]])
    func `has a root statement that is the one text of its content`(_ audience: [String]) throws {
        let grant = try makeGrant(scope: ["read:data:b", "read:data:a"], audience: audience)
        let text = issuer.rootStatement(of: grant)
        let statement = try #require(text.withUnsafeBytes { RootStatement(parsing: $0) })
        #expect(statement.encoded() == text)
        #expect(statement.agent.bytes == issuer.subject(of: grant.subject))
        #expect(statement.scope.map(\.description) == ["read:data:b", "read:data:a"])
        #expect(statement.audience.map(\.description) == audience)
        #expect(statement.notAfterSeconds == grant.notAfter.seconds)
        #expect(issuer.chainDigest(of: text) == Digest(SHA256.digest(text)))
    }

    /// What the answer to a batch that consumes uses is measured by before any is consumed.
    @Test func `has claims of at most 176 KiB however long all of it is`() throws {
        let longest = String(repeating: "i", count: ConfigurationLimit.issuerBytes.upperBound)
        let domain = String(repeating: "d", count: ConfigurationLimit.nameBytes.upperBound)
        let name = String(repeating: "n", count: Name.maximumBytes)
        let scope = [String](
            repeating: "a:b:" + String(repeating: "c", count: Scope.maximumBytes - 4),
            count: Limits.scopesPerAgent)
        let audience = [String](
            repeating: String(repeating: "u", count: Limits.audienceBytes),
            count: Limits.audiencesPerAgent)
        let issuer = makeIssuer(longest, trustDomain: domain)
        var chain = try Chain(
            issuer,
            root: try makeGrant(
                orchestration: name, task: name, scope: scope, audience: audience))
        let agent = AgentName(
            orchestration: try #require(Name(name)), task: try #require(Name(name)),
            instance: InstanceID(rawValue: .max))
        for _ in 0..<Limits.delegationDepth {
            try chain.delegate(to: agent, scope: scope, audience: audience, maximumUses: .max)
        }
        let claims = issuer.claims(
            of: chain.grant, app: try #require(Name(String(repeating: "a", count: 64))),
            lineage: chain.lineage)
        #expect(claims.count > 150_000)
        #expect(claims.count <= Pipeline.maximumClaimsBytes)
    }
}
