/// An Ed25519 key pair with its secret half in locked memory: for the broker's few keys.
///
/// Shared by all threads that sign; the memory is read-only from the start.
package final class Ed25519PrivateKey: Ed25519Signing {
    package let publicKey: Ed25519PublicKey
    private let secretKey: GuardedMemory

    private init(_ secretKey: consuming GuardedMemory) {
        publicKey = secretKey.withBytes { SecretKeyBytes.publicKey(of: $0) }
        self.secretKey = secretKey
    }

    /// A fresh random key.
    package convenience init() {
        self.init(
            GuardedMemory(count: SecretKeyBytes.count) { SecretKeyBytes.writeRandom(into: $0) })
    }

    /// The key of a 32-byte seed, which stays the caller's to wipe.
    package convenience init(seed: UnsafeRawBufferPointer) {
        self.init(
            GuardedMemory(count: SecretKeyBytes.count) {
                SecretKeyBytes.write(seed: seed, into: $0)
            })
    }

    /// The key of a 32-byte seed.
    package convenience init(seed: LockedSecret) {
        self.init(
            GuardedMemory(count: SecretKeyBytes.count) { secretKey in
                seed.withBytes { SecretKeyBytes.write(seed: $0, into: secretKey) }
            })
    }

    /// False where the process may not lock its pages (RLIMIT_MEMLOCK): the key may be swapped.
    package var isLocked: Bool { secretKey.isLocked }

    package func sign(
        _ message: UnsafeRawBufferPointer, into signature: UnsafeMutableRawBufferPointer
    ) {
        secretKey.withBytes { SecretKeyBytes.sign(message, with: $0, into: signature) }
    }

    /// The 32 bytes that the key can be made of again; the pointer must not outlive the closure.
    package func withSeed<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        secretKey.withBytes {
            body(UnsafeRawBufferPointer(rebasing: $0.prefix(SecretKeyBytes.seedCount)))
        }
    }
}
