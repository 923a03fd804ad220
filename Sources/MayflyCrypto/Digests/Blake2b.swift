private import CSodium

/// BLAKE2b (RFC 7693) with a digest of 256 bits.
package enum Blake2b {
    /// The length in bytes of the key of the keyed variant.
    package static let keyCount = 32

    package static func digest256(_ bytes: UnsafeRawBufferPointer) -> Digest32 {
        Sodium.start()
        return digest(bytes, key: nil, keyCount: 0)
    }

    /// The keyed digest: without the key nobody can tell which secret a digest belongs to.
    package static func digest256(_ bytes: UnsafeRawBufferPointer, key: LockedSecret) -> Digest32 {
        precondition(key.count == keyCount, "a digest key is 32 bytes")
        return key.withBytes { key in
            digest(bytes, key: key.octets, keyCount: key.count)
        }
    }

    private static func digest(
        _ bytes: UnsafeRawBufferPointer, key: UnsafePointer<UInt8>?, keyCount: Int
    ) -> Digest32 {
        Digest32 { output in
            let status = crypto_generichash(
                output, Digest32.count, bytes.octets, UInt64(bytes.count), key, keyCount)
            precondition(status == 0, "the lengths of digest and key are constants")
        }
    }
}
