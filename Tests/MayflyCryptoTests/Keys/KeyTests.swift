import MayflyCrypto
import Testing

@Suite struct KeyTests {
    // RFC 8032, section 7.1, tests 1 to 3.
    static let vectors = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test(arguments: vectors)
    func `both kinds of key sign as RFC 8032 does`(
        seed: String, key: String, message: String, signature: String
    ) throws {
        let seed = try #require(hex(seed))
        let message = try #require(hex(message))
        let signers: [any Ed25519Signing] = [
            seed.withUnsafeBytes { Ed25519PrivateKey(seed: $0) },
            seed.withUnsafeBytes { AgentKeyPair(seed: $0) },
        ]
        for signer in signers {
            #expect(hex(signer.publicKey.bytes) == key)
            #expect(hex(signer.signature(for: message)) == signature)
            #expect(signer.publicKey.isValid(signer.signature(for: message), for: message))
        }
    }

    @Test func `a signature is valid for its message, key and bytes alone`() {
        let key = privateKey(1)
        let message = utf8("spawn")
        let signature = key.signature(for: message)
        #expect(key.publicKey.isValid(signature, for: message))
        #expect(!key.publicKey.isValid(signature, for: utf8("spawm")))
        #expect(!privateKey(2).publicKey.isValid(signature, for: message))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!key.publicKey.isValid(changed, for: message))
        }
    }

    @Test(arguments: [0, 1, 32, 63, 65, 128])
    func `a signature of another length is refused`(count: Int) {
        let key = privateKey(1)
        var signature = key.signature(for: [])
        signature = count < 64 ? [UInt8](signature.prefix(count)) : signature
        while signature.count < count { signature.append(0) }
        #expect(!key.publicKey.isValid(signature, for: []))
    }

    @Test func `random keys differ`() {
        #expect(Ed25519PrivateKey().publicKey != Ed25519PrivateKey().publicKey)
        #expect(AgentKeyPair().publicKey != AgentKeyPair().publicKey)
    }

    @Test func `a key is made again from its seed`() {
        let key = Ed25519PrivateKey()
        let again = key.withSeed { Ed25519PrivateKey(seed: $0) }
        #expect(again.publicKey == key.publicKey)
        let locked = key.withSeed { LockedSecret(copying: $0) }
        #expect(Ed25519PrivateKey(seed: locked).publicKey == key.publicKey)
    }

    @Test func `one key signs on many threads`() async {
        let key = privateKey(3)
        let expected = key.signature(for: utf8("shared"))
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<50).allSatisfy { _ in key.signature(for: utf8("shared")) == expected }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    @Test func `the thumbprint is the one of RFC 8037`() throws {
        let x = try #require(
            Base64URL.decode(utf8("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")))
        let key = try #require(Ed25519PublicKey(x))
        #expect(text(key.thumbprint) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(key.thumbprint.count == Ed25519PublicKey.thumbprintCount)
        var target = utf8("kid:")
        key.appendThumbprint(to: &target)
        #expect(target == utf8("kid:") + key.thumbprint)
        #expect(Base64URL.encode(key.thumbprintDigest.bytes) == key.thumbprint)
    }

    @Test func `a public key is 32 bytes and nothing else`() {
        let bytes = privateKey(1).publicKey.bytes
        #expect(Ed25519PublicKey(bytes)?.bytes == bytes)
        #expect(Ed25519PublicKey(bytes + [0]) == nil)
        #expect(Ed25519PublicKey([UInt8](bytes.dropLast())) == nil)
    }
}
