@testable internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

@Suite struct `A token as a peer presents it` {
    private let issuer = makeIssuer()

    private func token() throws -> [UInt8] {
        try issue(makeGrant(), by: issuer)
    }

    private func read(_ bytes: [UInt8]) -> PresentedToken? {
        bytes.withUnsafeBytes { PresentedToken($0, issuer: issuer) }
    }

    /// What the pipeline does with the first presentation: the token made anew, then compared.
    private func isOriginal(_ bytes: [UInt8], of grant: UnprovenGrant) -> Bool {
        bytes.withUnsafeBytes { bytes in
            guard let presented = PresentedToken(bytes, issuer: issuer),
                let original = presented.digestOfOriginal(bytes, as: grant, by: issuer)
            else { return false }
            return original == presented.presentation.digest
        }
    }

    @Test func `it names its grant and gives back its claims`() throws {
        let token = try token()
        let presented = try #require(read(token))
        #expect(presented.presentation.grant == (try makeGrant()).id)
        let claims = token.withUnsafeBytes { presented.claims(of: $0) }
        #expect(claims.starts(with: #"{"grant":"5b1f3c0e9d2a47c6"#.utf8))
        #expect(claims.last == UInt8(ascii: "}"))
    }

    @Test func `two that differ anywhere behind the grant's id are told apart`() throws {
        let token = try token()
        let known = try #require(read(token)).presentation
        var changed = token
        changed[token.count - 1] ^= 1
        #expect(read(changed)?.presentation.grant == known.grant)
        #expect(read(changed)?.presentation.digest != known.digest)
    }

    @Test func `what cannot be one of ours is nothing`() throws {
        let token = try token()
        let header = Array(token.prefix { $0 != UInt8(ascii: ".") })
        var otherGrant = token
        otherGrant[header.count + 1 + 20] = UInt8(ascii: "!")
        let foreign = makeIssuer()
        let theirs = try issue(makeGrant(), by: foreign)
        let cases: [[UInt8]] = [
            [], Array("..".utf8), header, header + Array(".".utf8), Array(token.prefix(100)),
            Array(token.dropFirst()), otherGrant, theirs,
            header + Array(".".utf8) + [UInt8](repeating: UInt8(ascii: "A"), count: 200),
            token + [UInt8](repeating: UInt8(ascii: "A"), count: PresentedToken.maximumBytes),
        ]
        for bytes in cases { #expect(read(bytes) == nil) }
    }

    @Test func `a grant that was recovered takes its own token and no other`() throws {
        let sealed = issuer.seal(
            try makeGrant(), app: try #require(Name("reports")), lineage: [])
        let grant = UnprovenGrant(key: KeyNumber(rawValue: 1), unsignedDigest: sealed.digest)
        let token = issuer.sign(sealed.signingInput, by: KeyNumber(rawValue: 1))
        #expect(isOriginal(token, of: grant))
        // Every position past the grant's id, each with another character.
        for place in stride(from: token.count - 200, to: token.count, by: 1) {
            var changed = token
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "Q") : 0x41
            #expect(!isOriginal(changed, of: grant), "changed at \(place)")
        }
        #expect(!isOriginal(token + [UInt8(ascii: "A")], of: grant))
        #expect(!isOriginal(token.dropLast(), of: grant))
        #expect(!isOriginal(sealed.signingInput, of: grant))
    }

    @Test func `after a rotation tokens of the old key and of the new are read, and nobody else's`()
        throws
    {
        let old = try token()
        let ring = issuer.keys
        issuer.replaceKeys(
            TokenKeyRing(
                [1, 2].map { number in
                    (number, ring.signer(number) ?? makeSigner())
                }))
        var renewed = try makeGrant()
        renewed.key = KeyNumber(rawValue: 2)
        let new = try issue(renewed, by: issuer)
        #expect(read(old)?.presentation.grant == renewed.id)
        #expect(read(new)?.presentation.grant == renewed.id)
        #expect(read(new)?.presentation.digest != read(old)?.presentation.digest)
        #expect(
            isOriginal(new, of: UnprovenGrant(key: renewed.key, unsignedDigest: digest(of: new))))
        issuer.replaceKeys(makeKeyRing([2]))
        #expect(read(old) == nil)
        #expect(read(new) == nil)
    }

    private func makeSigner() -> TokenSigner {
        TokenSigner(key: Ed25519PrivateKey(seed: .random()))
    }

    private func digest(of token: [UInt8]) -> Digest {
        let dot = token.lastIndex(of: UInt8(ascii: ".")) ?? 0
        return token[..<dot].withUnsafeBytes { Digest(Blake2b.digest256($0)) }
    }
}
