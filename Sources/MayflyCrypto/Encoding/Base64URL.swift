/// Base64url without padding (RFC 4648, section 5; RFC 7515, section 2), strict.
///
/// Decoding refuses padding, white space, every other character, lengths that no byte string
/// encodes to (4n + 1), and non-zero bits after the last byte.
package enum Base64URL {
    package static func encodedCount(_ count: Int) -> Int { Base64Codec.url.encodedCount(count) }

    /// The number of bytes in a text of `count` characters.
    package static func decodedCount(_ count: Int) -> Int { Base64Codec.url.decodedCount(count) }

    /// Writes exactly `encodedCount` characters into a buffer of at least that count.
    package static func encode(
        _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) {
        Base64Codec.url.encode(bytes, into: target)
    }

    package static func append(_ bytes: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        Base64Codec.url.append(bytes, to: &target)
    }

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        bytes.withUnsafeBytes { append($0, to: &text) }
        return text
    }

    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        Base64Codec.url.decode(text)
    }

    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { decode($0) }
    }

    /// The number of bytes written; nil, with the target's content undefined, where the text is
    /// refused or the target is too small.
    package static func decode(
        _ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        Base64Codec.url.decode(text, into: target)
    }

    /// Whether `decode` would accept the text.
    package static func isCanonical(_ text: UnsafeRawBufferPointer) -> Bool {
        end(ofTextIn: text, from: 0) == text.count
    }

    /// Where the base64url text that begins at `start` ends, be it at the end of the bytes or
    /// before another character; nil where `decode` would refuse it.
    package static func end(ofTextIn bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        Base64Codec.url.end(ofTextIn: bytes, from: start)
    }
}
