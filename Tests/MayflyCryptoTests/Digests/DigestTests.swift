import MayflyCrypto
import Testing

@Suite struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 gives the digests of FIPS 180-4`(message: String, digest: String) {
        #expect(hex(SHA256.digest(utf8(message)).bytes) == digest)
    }

    @Test func `SHA-256 piece by piece is SHA-256 at once`() {
        var generator = SeededGenerator(state: 1)
        for count in [0, 1, 55, 56, 63, 64, 65, 127, 128, 1_000] {
            let message = generator.bytes(count)
            for piece in [1, 7, 64, 100] {
                var hasher = SHA256()
                for start in stride(from: 0, to: count, by: piece) {
                    message[start..<min(start + piece, count)].withUnsafeBytes {
                        hasher.update($0)
                    }
                }
                #expect(hasher.finalize() == SHA256.digest(message))
            }
        }
    }

    @Test func `a copy of a hasher goes its own way`() {
        var left = SHA256()
        left.update(byte: UInt8(ascii: "a"))
        var right = left
        left.update(byte: UInt8(ascii: "b"))
        right.update(byte: UInt8(ascii: "c"))
        #expect(left.finalize() == SHA256.digest(utf8("ab")))
        #expect(right.finalize() == SHA256.digest(utf8("ac")))
    }

    @Test(arguments: [
        ("", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
        ("abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
    ])
    func `BLAKE2b-256 gives the known digests`(message: String, digest: String) {
        let computed = utf8(message).withUnsafeBytes { Blake2b.digest256($0) }
        #expect(hex(computed.bytes) == digest)
    }

    @Test func `keyed BLAKE2b-256 gives the known digest and depends on its key`() {
        let ascending = (0..<32).map { UInt8($0) }
        let key = ascending.withUnsafeBytes { LockedSecret(copying: $0) }
        let other = LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        let message = utf8("abc")
        let digest = message.withUnsafeBytes { Blake2b.digest256($0, key: key) }
        #expect(
            hex(digest.bytes) == "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f")
        #expect(message.withUnsafeBytes { Blake2b.digest256($0, key: other) } != digest)
        #expect(message.withUnsafeBytes { Blake2b.digest256($0) } != digest)
    }

    @Test func `tree hashes are those of RFC 6962`() {
        // The example of RFC 6962's reference implementation: an empty leaf.
        let empty = [UInt8]().withUnsafeBytes { MerkleHash.leaf($0) }
        #expect(
            hex(empty.bytes) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(
            hex(MerkleHash.emptyRoot.bytes)
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let second = [UInt8](arrayLiteral: 0).withUnsafeBytes { MerkleHash.leaf($0) }
        #expect(
            hex(MerkleHash.node(empty, second).bytes)
                == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")
    }

    @Test func `a digest is 32 bytes and nothing else`() {
        let bytes = (0..<32).map { UInt8($0) }
        #expect(Digest32(bytes)?.bytes == bytes)
        #expect(Digest32([UInt8](bytes.dropLast())) == nil)
        #expect(Digest32(bytes + [0]) == nil)
        #expect(Digest32([]) == nil)
    }

    @Test func `constant-time equality is equality`() throws {
        let bytes = (0..<32).map { UInt8($0) }
        let digest = try #require(Digest32(bytes))
        #expect(digest.equalsInConstantTime(digest))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x80
            let other = try #require(Digest32(changed))
            #expect(!digest.equalsInConstantTime(other))
            #expect(digest != other)
        }
    }
}
