import MayflyCrypto
import Testing

@Suite struct HopTests {
    /// The payload of a compact JWS.
    private func payload(_ jws: [UInt8]) throws -> String {
        let parts = jws.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text(try #require(Base64URL.decode([UInt8](parts[1]))))
    }

    @Test func `a hop has the header and the payload of the protocol, byte for byte`() throws {
        let jws = Hop.sign(try sampleHopContent(), with: agentKey(0))
        let parts = jws.split(separator: UInt8(ascii: "."))
        let header = try #require(Base64URL.decode([UInt8](parts[0])))
        #expect(text(header) == #"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#)
        func base64(_ bytes: [UInt8]) -> String { text(Base64URL.encode(bytes)) }
        #expect(
            try payload(jws)
                == #"{"iss":"https://broker.example","#
                + #""challenge":"\#(base64([UInt8](repeating: 0xC4, count: 32)))","proof_seq":7,"#
                + #""delegator":"\#(agentName(0))","#
                + #""delegator_key":"\#(base64(agentKey(0).publicKey.bytes))","#
                + #""delegate":"\#(agentName(1))","#
                + #""delegate_key":"\#(base64(agentKey(1).publicKey.bytes))","#
                + #""held":["read:data:*","write:reports:q3"],"scope":["read:data:customer-12345"],"#
                + #""aud":["https://data.example"],"max_uses":3,"#
                + #""iat":1790000000,"exp":1790000300,"#
                + #""parent":"0123456789abcdeffedcba9876543210","depth":1,"#
                + #""prev":"\#(base64(SHA256.digest(utf8("before")).bytes))"}"#)
    }

    @Test func `what was signed is read again, and is signed by the delegator`() throws {
        var content = try sampleHopContent()
        for (audience, uses) in [
            (content.audience, content.maximumUses), (nil, 1), (content.audience, nil), (nil, nil),
        ] {
            (content.audience, content.maximumUses) = (audience, uses)
            let jws = Hop.sign(content, with: agentKey(0))
            let hop = try #require(Hop(parsing: jws))
            #expect(hop.content == content)
            #expect(hop.bytes == jws)
            #expect(hop.isSigned)
            #expect(hop.digest == SHA256.digest(jws))
            #expect(hop.grant.description == hex([UInt8](SHA256.digest(jws).bytes.prefix(16))))
        }
    }

    @Test func `a hop signed by another key parses and is not signed`() throws {
        let jws = Hop.sign(try sampleHopContent(), with: agentKey(0))
        let input = [UInt8](jws.dropLast(87))
        let forged =
            input + utf8(".") + Base64URL.encode(agentKey(1).signature(for: input))
        #expect(try #require(Hop(parsing: forged)).isSigned == false)
        #expect(Hop(parsing: forged)?.content == Hop(parsing: jws)?.content)
    }

    @Test func `the longest hop has the length that is the limit`() throws {
        func longest(_ count: Int) -> String { String(repeating: "z", count: count) }
        let name = "spiffe://\(longest(255))/agent/\(longest(128))/\(longest(128))/0123456789abcdef"
        let scope = try #require(ScopeText("a:b:" + longest(252)))
        var content = try sampleHopContent()
        content.issuer = try #require(IssuerText(longest(249)))
        content.proofSequence = .max
        content.delegator = try #require(AgentURI(name))
        content.delegate = content.delegator
        content.held = [ScopeText](repeating: scope, count: ScopeText.maximumListCount)
        content.scope = content.held
        content.audience = [AudienceText](
            repeating: try #require(AudienceText(longest(256))),
            count: AudienceText.maximumListCount)
        content.maximumUses = .max
        content.issuedAtSeconds = .max
        content.expiresAtSeconds = .max
        content.depth = Hop.maximumDepth
        let jws = Hop.sign(content, with: agentKey(0))
        #expect(jws.count == Hop.maximumCount)
        #expect(Hop(parsing: jws)?.content == content)
    }

    @Test func `every cut, every surplus byte and every changed bit is refused or not signed`()
        throws
    {
        let jws = Hop.sign(try sampleHopContent(), with: agentKey(0))
        for count in jws.indices { #expect(Hop(parsing: [UInt8](jws.prefix(count))) == nil) }
        for byte in UInt8.min...UInt8.max {
            #expect(Hop(parsing: jws + [byte]) == nil)
            #expect(Hop(parsing: [byte] + jws) == nil)
        }
        for index in jws.indices {
            for bit in 0..<8 {
                var changed = jws
                changed[index] ^= 1 << UInt8(bit)
                guard let hop = Hop(parsing: changed) else { continue }
                if hop.isSigned { Issue.record("byte \(index), bit \(bit) was accepted") }
            }
        }
    }

    @Test func `whatever parses is the one text of its content`() throws {
        // Written again, a hop with any byte of its payload changed is itself or was refused.
        let original = try payload(Hop.sign(try sampleHopContent(), with: agentKey(0)))
        let header = Base64URL.encode(utf8(#"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#))
        var accepted = 0
        for index in original.utf8.indices {
            for replacement in #"0a9Z*:/",]}"#.utf8 {
                var changed = utf8(original)
                changed[original.utf8.distance(from: original.startIndex, to: index)] = replacement
                let input = header + utf8(".") + Base64URL.encode(changed)
                let jws = input + utf8(".") + Base64URL.encode(agentKey(0).signature(for: input))
                guard let hop = Hop(parsing: jws) else { continue }
                guard hop.content.delegatorKey == agentKey(0).publicKey else { continue }
                accepted += 1
                #expect(Hop.sign(hop.content, with: agentKey(0)) == jws)
            }
        }
        #expect(accepted > 1_000)
    }
}
