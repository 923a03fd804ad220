/// An Ed25519 key pair with its secret half in ordinary memory, wiped at its end: for clients that
/// hold the keys of thousands of short-lived agents, where locked memory would cost four pages and
/// a handful of system calls for each.
package final class AgentKeyPair: Ed25519Signing {
    package let publicKey: Ed25519PublicKey
    private let secretKey: HeapSecret

    private init(_ secretKey: consuming HeapSecret) {
        publicKey = secretKey.withBytes { SecretKeyBytes.publicKey(of: $0) }
        self.secretKey = secretKey
    }

    /// A fresh random key; about 16 us.
    package convenience init() {
        self.init(HeapSecret(count: SecretKeyBytes.count) { SecretKeyBytes.writeRandom(into: $0) })
    }

    /// The key of a 32-byte seed, which stays the caller's to wipe.
    package convenience init(seed: UnsafeRawBufferPointer) {
        self.init(
            HeapSecret(count: SecretKeyBytes.count) {
                SecretKeyBytes.write(seed: seed, into: $0)
            })
    }

    package func sign(
        _ message: UnsafeRawBufferPointer, into signature: UnsafeMutableRawBufferPointer
    ) {
        secretKey.withBytes { SecretKeyBytes.sign(message, with: $0, into: signature) }
    }
}
