private import CSodium

/// What holds an Ed25519 secret key and signs with it.
package protocol Ed25519Signing: Sendable {
    var publicKey: Ed25519PublicKey { get }

    /// Writes the 64 bytes of the signature into a buffer of at least that count.
    func sign(_ message: UnsafeRawBufferPointer, into signature: UnsafeMutableRawBufferPointer)
}

extension Ed25519Signing {
    package func signature(for message: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Ed25519PublicKey.signatureCount) { target, used in
            sign(message, into: UnsafeMutableRawBufferPointer(target))
            used = Ed25519PublicKey.signatureCount
        }
    }

    package func signature(for message: [UInt8]) -> [UInt8] {
        message.withUnsafeBytes { signature(for: $0) }
    }
}

/// libsodium's form of a secret key: the 32-byte seed and the public key behind it.
enum SecretKeyBytes {
    static let count = 64
    static let seedCount = 32

    static func writeRandom(into secretKey: UnsafeMutableRawBufferPointer) {
        precondition(secretKey.count == count)
        Sodium.start()
        _ = Ed25519PublicKey { _ = crypto_sign_keypair($0, secretKey.firstOctet) }
    }

    static func write(
        seed: UnsafeRawBufferPointer, into secretKey: UnsafeMutableRawBufferPointer
    ) {
        precondition(seed.count == seedCount, "a seed is 32 bytes")
        precondition(secretKey.count == count)
        Sodium.start()
        _ = Ed25519PublicKey {
            _ = crypto_sign_seed_keypair($0, secretKey.firstOctet, seed.firstOctet)
        }
    }

    static func publicKey(of secretKey: UnsafeRawBufferPointer) -> Ed25519PublicKey {
        precondition(secretKey.count == count)
        return Ed25519PublicKey { _ = crypto_sign_ed25519_sk_to_pk($0, secretKey.firstOctet) }
    }

    static func sign(
        _ message: UnsafeRawBufferPointer, with secretKey: UnsafeRawBufferPointer,
        into signature: UnsafeMutableRawBufferPointer
    ) {
        precondition(secretKey.count == count)
        precondition(signature.count >= Ed25519PublicKey.signatureCount)
        let status = crypto_sign_detached(
            signature.firstOctet, nil, message.octets, UInt64(message.count),
            secretKey.firstOctet)
        precondition(status == 0, "signing has no way to fail")
    }
}
