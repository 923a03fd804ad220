/// The 32 random bytes a connection's proofs are over; they die with the connection.
package struct Challenge: Hashable, Sendable {
    private let storage: FixedBytes32

    package static let count = FixedBytes32.count

    /// A fresh challenge.
    package init(from random: inout RandomSource) {
        storage = FixedBytes32(words: random.next(), random.next(), random.next(), random.next())
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let storage = FixedBytes32(bytes) else { return nil }
        self.storage = storage
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: [UInt8]) {
        guard let value = bytes.withUnsafeBytes({ Challenge($0) }) else { return nil }
        self = value
    }

    package var bytes: [UInt8] { storage.bytes }

    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try storage.withBytes(body)
    }
}
