/// A 256-bit digest, held in place.
package struct Digest32: Hashable, Sendable {
    private let storage: FixedBytes32

    package static let count = FixedBytes32.count

    init(writtenBy write: (UnsafeMutablePointer<UInt8>) -> Void) {
        storage = FixedBytes32(writtenBy: write)
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let storage = FixedBytes32(bytes) else { return nil }
        self.storage = storage
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: [UInt8]) {
        guard let value = bytes.withUnsafeBytes({ Digest32($0) }) else { return nil }
        self = value
    }

    package var bytes: [UInt8] { storage.bytes }

    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try storage.withBytes(body)
    }

    /// Equality in time that does not depend on where the bytes differ.
    package func equalsInConstantTime(_ other: Digest32) -> Bool {
        storage.equalsInConstantTime(other.storage)
    }
}
