internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

@Suite struct `What a hop says to the core` {
    private func hop(by issuer: TokenIssuer, audience: [String]? = nil) throws -> Hop {
        var chain = try Chain(issuer, root: try makeGrant(audience: ["one", "two"]))
        try chain.delegate(
            to: try makeAgent("other", instance: 5), scope: ["read:data:customer-12345"],
            audience: audience, maximumUses: 4)
        let text = try #require(chain.lineage.last)
        return try #require(Hop(parsing: text))
    }

    @Test func `is all that it says`() throws {
        let issuer = makeIssuer()
        let hop = try hop(by: issuer, audience: ["two"])
        let terms = try #require(HopTerms(hop, issuer: issuer))
        let root = try makeGrant()
        #expect(terms.text == hop.bytes)
        #expect(terms.digest == Digest(SHA256.digest(hop.bytes)))
        #expect(terms.grant.high == hop.grant.high && terms.grant.low == hop.grant.low)
        #expect(terms.delegator == root.subject)
        #expect(terms.delegate == (try makeAgent("other", instance: 5)))
        #expect(terms.delegatorKey.bytes == hop.content.delegatorKey.bytes)
        #expect(terms.delegateKey.bytes == hop.content.delegateKey.bytes)
        #expect(terms.held == root.scope)
        #expect(TextList(terms.scope) == root.scope)
        #expect(terms.audience == TextList(words: [Array("two".utf8)]))
        #expect(terms.maximumUses == 4)
        #expect(terms.parent == root.id)
        #expect(terms.depth == 1)
        #expect(terms.previous.bytes == hop.content.previous.bytes)
        #expect(terms.expiresAtSeconds == root.notAfter.seconds)
    }

    @Test func `leaves the audience to the parent where it names none`() throws {
        let issuer = makeIssuer()
        let terms = HopTerms(try hop(by: issuer), issuer: issuer)
        #expect(try #require(terms).audience == nil)
    }

    @Test func `is nothing between agents of another trust domain`() throws {
        let hop = try hop(by: makeIssuer(trustDomain: "other.local"))
        #expect(HopTerms(hop, issuer: makeIssuer()) == nil)
    }
}

@Suite struct `The id of a renewal` {
    @Test func `is sixteen bytes`() {
        let bytes = [UInt8](0..<17)
        for count in 0...17 {
            let id = bytes[..<count].withUnsafeBytes { RenewalID($0) }
            #expect((id != nil) == (count == 16))
        }
        let id = bytes[..<16].withUnsafeBytes { RenewalID($0) }
        #expect(id == RenewalID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F))
    }
}
