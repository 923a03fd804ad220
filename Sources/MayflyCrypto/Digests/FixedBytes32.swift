/// Thirty-two bytes in four words: the storage beneath digests, public keys and challenges.
///
/// An array would cost an allocation of about 50 ns for each.
struct FixedBytes32: Hashable, Sendable {
    private var w0: UInt64 = 0
    private var w1: UInt64 = 0
    private var w2: UInt64 = 0
    private var w3: UInt64 = 0

    static let count = 32

    init(words w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
        (self.w0, self.w1, self.w2, self.w3) = (w0, w1, w2, w3)
    }

    /// Thirty-two bytes that `write` stores.
    init(writtenBy write: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeMutableBytes(of: &self) { raw in
            raw.withMemoryRebound(to: UInt8.self) { bytes in
                if let base = bytes.baseAddress { write(base) }
            }
        }
    }

    /// Copies exactly 32 bytes; nil for any other count.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == FixedBytes32.count else { return nil }
        w0 = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        w1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        w2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        w3 = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    var bytes: [UInt8] { withBytes { [UInt8]($0) } }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(of: self, body)
    }

    func equalsInConstantTime(_ other: FixedBytes32) -> Bool {
        (w0 ^ other.w0) | (w1 ^ other.w1) | (w2 ^ other.w2) | (w3 ^ other.w3) == 0
    }
}
