import MayflyCrypto
import Testing

@Suite struct TokenTests {
    static let payload = utf8(#"{"iss":"https://broker.example","jti":"0123456789abcdef"}"#)

    private func token(_ key: Ed25519PrivateKey, payload: [UInt8] = TokenTests.payload) -> [UInt8] {
        payload.withUnsafeBytes { TokenSigner(key: key).token(payload: $0) }
    }

    /// A compact JWS with any header, properly signed.
    private func forged(header: String, by key: Ed25519PrivateKey) -> [UInt8] {
        let input =
            Base64URL.encode(utf8(header)) + utf8(".") + Base64URL.encode(Self.payload)
        return input + utf8(".") + Base64URL.encode(key.signature(for: input))
    }

    private func refusal(_ token: [UInt8], keys: [Ed25519PublicKey]) -> TokenRefusal? {
        switch TokenVerifier(keys: keys).verify(token) {
        case .success: nil
        case .failure(let refusal): refusal
        }
    }

    @Test func `a signed token is verified and gives back its payload and signer`() throws {
        let key = privateKey(1)
        let verifier = TokenVerifier(keys: [privateKey(2).publicKey, key.publicKey])
        let verified = try verifier.verify(token(key)).get()
        #expect(verified.payload == Self.payload)
        #expect(verified.signer == key.publicKey)
    }

    @Test func `the header is the canonical one`() throws {
        let key = privateKey(1)
        let header = try #require(token(key).split(separator: UInt8(ascii: ".")).first)
        let json = try #require(Base64URL.decode([UInt8](header)))
        let kid = text(key.publicKey.thumbprint)
        #expect(text(json) == #"{"alg":"EdDSA","typ":"JWT","kid":"\#(kid)"}"#)
    }

    @Test func `a token written in two steps behind other bytes is the same token`() {
        let key = privateKey(1)
        let signer = TokenSigner(key: key)
        var target = utf8("before")
        Self.payload.withUnsafeBytes { signer.appendSigningInput($0, to: &target) }
        signer.appendSignature(over: 6, to: &target)
        #expect(target == utf8("before") + token(key))
        #expect(target.count == 6 + signer.encodedCount(payloadCount: Self.payload.count))
    }

    @Test func `every single changed bit is refused`() {
        let key = privateKey(1)
        let original = token(key)
        let verifier = TokenVerifier(keys: [key.publicKey])
        for index in original.indices {
            for bit in 0..<8 {
                var changed = original
                changed[index] ^= 1 << UInt8(bit)
                guard case .failure = verifier.verify(changed) else {
                    Issue.record("byte \(index), bit \(bit) was accepted")
                    continue
                }
            }
        }
    }

    @Test func `every cut and every surplus byte is refused`() {
        let key = privateKey(1)
        let original = token(key)
        for count in original.indices {
            #expect(refusal([UInt8](original.prefix(count)), keys: [key.publicKey]) != nil)
        }
        for byte in UInt8.min...UInt8.max {
            #expect(refusal(original + [byte], keys: [key.publicKey]) == .malformed)
            #expect(refusal([byte] + original, keys: [key.publicKey]) != nil)
        }
    }

    @Test func `a token by an unknown key has a foreign header`() {
        let token = token(privateKey(1))
        #expect(refusal(token, keys: [privateKey(2).publicKey]) == .foreignHeader)
        #expect(refusal(token, keys: []) == .foreignHeader)
    }

    static let foreignHeaders = [
        #"{"alg":"none","typ":"JWT","kid":"KID"}"#,
        #"{"alg":"HS256","typ":"JWT","kid":"KID"}"#,
        #"{"alg":"Ed25519","typ":"JWT","kid":"KID"}"#,
        #"{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}"#,
        #"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#,
        #"{"typ":"JWT","alg":"EdDSA","kid":"KID"}"#,
        #"{"alg":"EdDSA","typ":"JWT","kid":"KID" }"#,
        #"{"alg":"EdDSA","typ":"JWT","kid":"KID","crit":["exp"]}"#,
        #"{"alg":"EdDSA","typ":"JWT","kid":"KID","jwk":{}}"#,
        #"{"alg":"EdDSA","alg":"EdDSA","typ":"JWT","kid":"KID"}"#,
        #"{"alg":"EdDSA","typ":"JWT"}"#,
        #"{"alg":"EdDSA"}"#,
        "{}",
        "x",
    ]

    @Test(arguments: foreignHeaders)
    func `a header that is not byte for byte ours is refused, however well signed`(
        header: String
    ) {
        let key = privateKey(1)
        let header = header.replacing("KID", with: text(key.publicKey.thumbprint))
        #expect(refusal(forged(header: header, by: key), keys: [key.publicKey]) == .foreignHeader)
    }

    @Test func `our header with the signature of another key is refused`() {
        let (key, other) = (privateKey(1), privateKey(2))
        let header =
            #"{"alg":"EdDSA","typ":"JWT","kid":"\#(text(key.publicKey.thumbprint))"}"#
        #expect(refusal(forged(header: header, by: key), keys: [key.publicKey]) == nil)
        #expect(
            refusal(forged(header: header, by: other), keys: [key.publicKey, other.publicKey])
                == .invalidSignature)
    }

    static let signature = String(repeating: "A", count: 86)

    @Test(arguments: [
        "", ".", "..", "...", "AAAA", "AAAA.AAAA", ".AAAA.\(signature)", "AAAA..\(signature)",
        "AAAA.AAAA.", "AAAA.AAAA.AAAA", "AAAA.AAAA.\(signature).AAAA", "AAAA.AAAA.\(signature).",
        "AAAA.AAAA.\(signature)=", "AAAA.AAAA.\(signature)A", "AAAA.AAAA.\(signature)AA",
        "AAAA.AAAA.\(signature.dropLast())", "AAAA.AAAA.\(signature.dropLast())B",
        "AAAA.AAAA.\(signature)\n", " AAAA.AAAA.\(signature)", "AAAA.AAAA=.\(signature)",
        "AAAA.A.\(signature)", "AAAA.AB.\(signature)", "AAAA.AAB.\(signature)",
        "AAAA.AA+A.\(signature)", "AAAA.AA/A.\(signature)", "A.AAAA.\(signature)",
        "AAAA.AA\u{0}A.\(signature)", "AAAA.\u{FEFF}AAAA.\(signature)",
        #"{"payload":"AAAA","protected":"AAAA","signature":"\#(signature)"}"#,
    ])
    func `bytes that are not a compact JWS of ours do not parse`(token: String) {
        #expect(utf8(token).withUnsafeBytes { UntrustedToken($0) } == nil)
    }

    @Test func `an untrusted token tells its parts and decodes its payload`() throws {
        let bytes = token(privateKey(1))
        try bytes.withUnsafeBytes { bytes in
            let token = try #require(UntrustedToken(bytes))
            #expect(token.signatureRange.count == 86)
            #expect(token.signingInputRange == 0..<token.payloadRange.upperBound)
            #expect(token.headerRange.upperBound + 1 == token.payloadRange.lowerBound)
            #expect(token.decodePayload(of: bytes) == Self.payload)
            #expect(token.decodedPayloadCount == Self.payload.count)
        }
    }

    @Test func `a token of 16 KiB parses and a longer one does not`() {
        let signature = utf8("." + Self.signature)
        func parses(_ count: Int) -> Bool {
            let body =
                utf8("AAAA.")
                + [UInt8](
                    repeating: UInt8(ascii: "A"), count: count - 5 - signature.count)
            return (body + signature).withUnsafeBytes { UntrustedToken($0) } != nil
        }
        #expect(parses(UntrustedToken.maximumCount))
        #expect(!parses(UntrustedToken.maximumCount + 1))
        #expect(!parses(UntrustedToken.maximumCount + 4))
    }
}
