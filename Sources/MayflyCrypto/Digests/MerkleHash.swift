/// The two hashes of an RFC 6962 tree; their different first bytes keep a leaf from posing as a
/// node.
package enum MerkleHash {
    private static let leafPrefix: UInt8 = 0x00
    private static let nodePrefix: UInt8 = 0x01

    /// The root of a tree without leaves: the digest of nothing (RFC 6962, section 2.1).
    package static let emptyRoot = SHA256().finalize()

    /// SHA-256(0x00 || leaf).
    package static func leaf(_ leaf: UnsafeRawBufferPointer) -> Digest32 {
        var hasher = SHA256()
        hasher.update(byte: leafPrefix)
        hasher.update(leaf)
        return hasher.finalize()
    }

    /// SHA-256(0x01 || left || right).
    package static func node(_ left: Digest32, _ right: Digest32) -> Digest32 {
        var hasher = SHA256()
        hasher.update(byte: nodePrefix)
        hasher.update(left)
        hasher.update(right)
        return hasher.finalize()
    }
}
