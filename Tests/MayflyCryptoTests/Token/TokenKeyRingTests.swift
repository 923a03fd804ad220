import MayflyCrypto
import Testing

@Suite struct TokenKeyRingTests {
    private let ring = TokenKeyRing(
        [(7, 2), (1, 1), (30, 3)].map { number, seed in
            (number: number, signer: TokenSigner(key: privateKey(seed)))
        })

    private func token(seed: UInt8) -> [UInt8] {
        utf8("{}").withUnsafeBytes { TokenSigner(key: privateKey(seed)).token(payload: $0) }
    }

    private func number(_ token: [UInt8]) -> UInt32? {
        token.withUnsafeBytes { ring.find($0)?.number }
    }

    @Test func `a token is found to be of the key that signed it`() {
        #expect(number(token(seed: 1)) == 1)
        #expect(number(token(seed: 2)) == 7)
        #expect(number(token(seed: 3)) == 30)
        #expect(number(token(seed: 4)) == nil)
    }

    @Test func `the payload begins behind the header's dot`() throws {
        let token = token(seed: 2)
        let start = try #require(token.withUnsafeBytes { ring.find($0)?.payloadStart })
        #expect(token[start - 1] == UInt8(ascii: "."))
        #expect(token[..<(start - 1)].contains(UInt8(ascii: ".")) == false)
    }

    @Test func `signers are found by number, and numbers ascend`() {
        #expect(ring.numbers == [1, 7, 30])
        #expect(ring.signer(7)?.key.publicKey == privateKey(2).publicKey)
        #expect(ring.signer(2) == nil)
    }

    @Test func `the keys of a key file are the ring's`() {
        let file = KeyFile.generate().adding(number: 4, seed: .random())
        let ring = TokenKeyRing(file.tokenSigningSeeds)
        #expect(ring.numbers == [1, 4])
        for seed in file.tokenSigningSeeds {
            #expect(
                ring.signer(seed.number)?.key.publicKey
                    == Ed25519PrivateKey(seed: seed.seed).publicKey)
        }
    }

    @Test func `every change in the header and every cut of it is of no key`() {
        let token = token(seed: 1)
        let header = token.firstIndex(of: UInt8(ascii: ".")) ?? 0
        for index in 0...header {
            for bit in 0..<8 {
                var changed = token
                changed[index] ^= 1 << UInt8(bit)
                #expect(number(changed) == nil)
            }
            #expect(number([UInt8](token[..<index])) == nil)
        }
        #expect(number([]) == nil)
    }
}
