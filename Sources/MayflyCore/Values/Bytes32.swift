/// Thirty-two bytes held in place: a key or a digest, without an allocation.
package struct Bytes32: Hashable, Sendable {
    private var w0: UInt64
    private var w1: UInt64
    private var w2: UInt64
    private var w3: UInt64

    package static let count = 32
    package static let zero = Bytes32(words: 0, 0, 0, 0)

    private init(words w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
        (self.w0, self.w1, self.w2, self.w3) = (w0, w1, w2, w3)
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Bytes32.count else { return nil }
        w0 = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        w1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        w2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        w3 = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    package init?(_ bytes: [UInt8]) {
        guard let value = bytes.withUnsafeBytes({ Bytes32($0) }) else { return nil }
        self = value
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: self) { [UInt8]($0) } }

    /// All of it, for an index.
    var words: (UInt64, UInt64, UInt64, UInt64) { (w0, w1, w2, w3) }

    /// Equality in time that does not depend on where the bytes differ.
    package func equalsInConstantTime(_ other: Bytes32) -> Bool {
        (w0 ^ other.w0) | (w1 ^ other.w1) | (w2 ^ other.w2) | (w3 ^ other.w3) == 0
    }

    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        try withUnsafeBytes(of: self, body)
    }
}

/// An Ed25519 public key.
package typealias PublicKey = Bytes32

/// A 256-bit digest.
package typealias Digest = Bytes32
