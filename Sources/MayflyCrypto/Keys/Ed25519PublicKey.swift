private import CSodium

/// An Ed25519 public key (RFC 8032), held in place.
package struct Ed25519PublicKey: Hashable, Sendable {
    private let storage: FixedBytes32

    package static let count = FixedBytes32.count
    package static let signatureCount = 64

    init(writtenBy write: (UnsafeMutablePointer<UInt8>) -> Void) {
        storage = FixedBytes32(writtenBy: write)
    }

    /// Copies exactly 32 bytes; nil for any other count. Whether they are a point of the curve is
    /// seen when a signature is checked: by a key that is none, no signature is valid.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let storage = FixedBytes32(bytes) else { return nil }
        self.storage = storage
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: [UInt8]) {
        guard let key = bytes.withUnsafeBytes({ Ed25519PublicKey($0) }) else { return nil }
        self = key
    }

    package var bytes: [UInt8] { storage.bytes }

    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try storage.withBytes(body)
    }

    /// Strict verification: keys and signature points of small order, and every encoding that is
    /// not canonical, are refused.
    package func isValidSignature(
        _ signature: UnsafeRawBufferPointer, for message: UnsafeRawBufferPointer
    ) -> Bool {
        guard signature.count == Self.signatureCount else { return false }
        Sodium.start()
        return withBytes { key in
            crypto_sign_verify_detached(
                signature.firstOctet, message.octets, UInt64(message.count), key.firstOctet) == 0
        }
    }
}
