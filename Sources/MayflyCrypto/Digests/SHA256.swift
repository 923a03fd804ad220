private import CSodium

/// SHA-256 (FIPS 180-4), all at once or piece by piece.
package struct SHA256 {
    private var state = crypto_hash_sha256_state()

    package init() { crypto_hash_sha256_init(&state) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        crypto_hash_sha256_update(&state, bytes.octets, UInt64(bytes.count))
    }

    package mutating func update(_ digest: Digest32) {
        digest.withBytes { update($0) }
    }

    package mutating func update(byte: UInt8) {
        withUnsafeBytes(of: byte) { update($0) }
    }

    /// The digest of everything so far; consumes the hasher, which libsodium wipes.
    package consuming func finalize() -> Digest32 {
        var last = self
        return Digest32 { output in _ = crypto_hash_sha256_final(&last.state, output) }
    }

    package static func digest(_ bytes: UnsafeRawBufferPointer) -> Digest32 {
        Digest32 { output in
            _ = crypto_hash_sha256(output, bytes.octets, UInt64(bytes.count))
        }
    }

    package static func digest(_ bytes: [UInt8]) -> Digest32 {
        bytes.withUnsafeBytes { digest($0) }
    }
}
