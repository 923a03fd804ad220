private import MayflyCrypto

/// What makes a renewal safe to repeat: the same id within 30 seconds gets the same token.
public struct RenewalID: Hashable, Sendable {
    /// Sixteen bytes.
    public let bytes: [UInt8]

    /// A fresh random id, for a new renewal.
    public init() {
        var random = RandomSource()
        bytes = [UInt8](unsafeUninitializedCapacity: Self.count) { target, used in
            random.fill(UnsafeMutableRawBufferPointer(target))
            used = Self.count
        }
    }

    /// The id of a renewal begun before; nil unless it is sixteen bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    private static let count = 16
}
