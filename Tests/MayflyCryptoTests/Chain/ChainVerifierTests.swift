import MayflyCrypto
import Testing

@Suite struct ChainVerifierTests {
    private func verified(
        _ forge: ChainForge, for audience: String? = nil, now: UInt64 = ChainForge.now
    ) throws -> VerifiedChain {
        try verify(forge.token, for: audience, now: now).get()
    }

    @Test(arguments: 0...5)
    func `a chain of any depth is verified back to its root`(depth: Int) throws {
        let forge = ChainForge(depth)
        let chain = try verified(forge)
        let authority = try #require(chain.authority)
        #expect(authority.subject.description == agentName(depth))
        #expect(authority.scope.map(\.description) == forge.scope(depth))
        #expect(authority.audience.isEmpty)
        #expect(authority.keyThumbprint == agentKey(depth).publicKey.thumbprintDigest)
        #expect(authority.lineage.map(\.agent.description) == (0...depth).map { agentName($0) })
        let grants = [ChainForge.rootGrant(0)] + forge.chain.hops.map(ChainForge.grant(ofHop:))
        #expect(authority.lineage.map(\.grant.description) == grants)
        #expect(chain.grant.description == grants.last)
        #expect(chain.expiresAtSeconds == ChainForge.now + 300)
        #expect(chain.signer == privateKey(1).publicKey)
        #expect(!chain.isOnline)
    }

    @Test func `a token of either of the broker's keys is verified`() throws {
        let chain = try verified(ChainForge(2) { $0.brokerSeed = 2 })
        #expect(chain.signer == privateKey(2).publicKey)
        #expect(try refusal(ChainForge(2) { $0.brokerSeed = 3 }.token) == .foreignHeader)
    }

    @Test func `a token by reference says no more than that the broker issued it`() throws {
        let chain = try verified(.reference(), for: ChainForge.audience)
        #expect(chain.authority == nil)
        #expect(chain.isOnline)
        #expect(chain.grant.description == ChainForge.rootGrant(0))
    }

    @Test func `a token whose uses are limited is online, said or not`() throws {
        let said = ChainForge(0) { $0.editToken = { $0["online"] = "true" } }
        #expect(try verified(said).isOnline)
        let limited = ChainForge(2) {
            $0.editHop = { _, hop in hop.insert("max_uses", "3", before: "iat") }
        }
        #expect(try verified(limited).isOnline)
    }

    @Test func `claims may come in any order, with others that are not known`() throws {
        let forge = ChainForge(2) {
            $0.editToken = { claims in
                claims.claims.reverse()
                claims["color"] = #"{"of":["the","sky",1.5e3,null,false]}"#
            }
        }
        #expect(try verified(forge).authority?.lineage.count == 3)
    }

    @Test func `a token is valid from its nbf to its exp, by clocks as far apart as the leeway`()
        throws
    {
        let forge = ChainForge(1)
        func refusal(at now: UInt64) throws -> ChainRefusal? {
            switch try verify(forge.token, now: now) {
            case .success: nil
            case .failure(let refusal): refusal
            }
        }
        let (start, end) = (ChainForge.now, ChainForge.now + 300)
        #expect(try refusal(at: start - ChainForge.leeway - 1) == .notYetValid)
        #expect(try refusal(at: start - ChainForge.leeway) == nil)
        #expect(try refusal(at: end + ChainForge.leeway - 1) == nil)
        #expect(try refusal(at: end + ChainForge.leeway) == .expired)
        #expect(try refusal(at: 0) == .notYetValid)
        #expect(try refusal(at: .max) == .expired)
    }

    @Test func `times at the end of all numbers are no trap`() throws {
        let forge = ChainForge(0) {
            $0.editToken = { claims in
                claims["exp"] = "\(UInt64.max)"
                claims["nbf"] = "\(UInt64.max)"
            }
        }
        #expect(try refusal(forge.token) == .notYetValid)
        #expect(throws: Never.self) { try verify(forge.token, now: .max).get() }
    }

    @Test func `the audience asked for must be one that the token names`() throws {
        let forge = ChainForge(1) { $0.audiences = [ChainForge.audience, "https://b.example"] }
        #expect(try refusal(forge.token) == nil)
        #expect(try refusal(forge.token, for: "https://b.example") == nil)
        #expect(try refusal(forge.token, for: "https://c.example") == .audienceMismatch)
        #expect(try refusal(ChainForge(1).token, for: ChainForge.audience) == .audienceMismatch)
    }

    @Test func `a renewal may have narrowed what a delegator held, and what the token states`()
        throws
    {
        let forge = ChainForge(3) {
            $0.editHop = { depth, hop in
                if depth == 1 { hop["held"] = quoted(["read:data:*"]) }
                if depth == 1 { hop["scope"] = quoted(["read:data:a", "read:data:b"]) }
                if depth == 2 { hop["held"] = quoted(["read:data:b", "read:data:a"]) }
                if depth == 2 { hop["scope"] = quoted(["read:data:b"]) }
                if depth == 3 { hop["held"] = quoted(["read:data:b"]) }
                if depth == 3 { hop["scope"] = quoted(["read:data:b"]) }
            }
            $0.editToken = { $0["scope"] = quoted(["read:data:b"]) }
        }
        #expect(try verified(forge).authority?.scope.map(\.description) == ["read:data:b"])
    }

    @Test func `another broker's token is not this one's`() throws {
        let forge = ChainForge(1)
        let verifier = ChainVerifier(
            keys: ChainForge.brokerKeys, issuer: try #require(IssuerText("https://other.example")))
        let verdict = verifier.verify(forge.token, now: ChainForge.now, leeway: 0)
        #expect(throws: ChainRefusal.issuerMismatch) { try verdict.get() }
    }
}
