package import MayflyCrypto

/// The right edge of an RFC 6962 tree: all that is needed to append to it and to know its root.
///
/// One digest for each one-bit of the size, the largest complete subtree first.
package struct MerkleFrontier: Equatable, Sendable {
    package private(set) var size: UInt64
    private var peaks: [Digest32]

    package init() {
        size = 0
        peaks = []
    }

    /// Appends a leaf's hash. One node is hashed per append on average.
    package mutating func append(_ leafHash: Digest32) {
        var node = leafHash
        var remaining = size
        while remaining & 1 == 1 {
            guard let left = peaks.popLast() else { preconditionFailure("a peak per one-bit") }
            node = MerkleHash.node(left, node)
            remaining >>= 1
        }
        peaks.append(node)
        size += 1
    }

    package mutating func append(leaf: [UInt8]) {
        append(leaf.withUnsafeBytes { MerkleHash.leaf($0) })
    }

    package var root: Digest32 {
        guard var node = peaks.last else { return MerkleHash.emptyRoot }
        for left in peaks.dropLast().reversed() { node = MerkleHash.node(left, node) }
        return node
    }

    /// The size in eight bytes, big-endian, and the digests in order.
    package var serialized: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + peaks.count * Digest32.count)
        withUnsafeBytes(of: size.bigEndian) { bytes.append(contentsOf: $0) }
        for peak in peaks { peak.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Nil for anything that `serialized` does not give.
    package init?(serialized bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard let size = try? reader.number(UInt64.self) else { return nil }
        var peaks: [Digest32] = []
        for _ in 0..<size.nonzeroBitCount {
            guard let peak = try? reader.bytes(Digest32.count), let digest = Digest32(peak) else {
                return nil
            }
            peaks.append(digest)
        }
        guard reader.isAtEnd else { return nil }
        self.size = size
        self.peaks = peaks
    }
}
