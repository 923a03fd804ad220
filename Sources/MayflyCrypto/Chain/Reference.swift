/// Sixteen bytes that name a grant or a token, in text 32 lower-case hexadecimal characters.
package protocol Reference: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, read as a big-endian number.
    var high: UInt64 { get }
    /// The last eight.
    var low: UInt64 { get }

    init(high: UInt64, low: UInt64)
}

extension Reference {
    /// nil where the text is not 32 lower-case hexadecimal characters.
    package init?(_ text: UnsafeRawBufferPointer) {
        var words: (UInt64, UInt64) = (0, 0)
        guard withUnsafeMutableBytes(of: &words, { Hex.decode(text, into: $0) }) else { return nil }
        self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    }

    package init?(_ text: [UInt8]) {
        guard let reference = text.withUnsafeBytes({ Self($0) }) else { return nil }
        self = reference
    }

    package func appendText(to target: inout [UInt8]) {
        for word in [high.bigEndian, low.bigEndian] {
            withUnsafeBytes(of: word) { Hex.append($0, to: &target) }
        }
    }

    package var description: String {
        var text: [UInt8] = []
        appendText(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// The id of a grant.
package struct GrantReference: Reference {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The grant that a hop makes: the first half of the hop's SHA-256.
    package init(ofHop digest: Digest32) {
        self = digest.withBytes { bytes in
            GrantReference(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}

/// The id of a token (`jti`).
package struct TokenReference: Reference {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}
