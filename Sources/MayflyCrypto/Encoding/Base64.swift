/// Standard base64 with padding (RFC 4648, section 4), strict; signed notes use it.
///
/// Decoding refuses missing or surplus padding, white space, every other character, and non-zero
/// bits after the last byte.
package enum Base64 {
    package static func encodedCount(_ count: Int) -> Int {
        Base64Codec.standard.encodedCount(count)
    }

    package static func append(_ bytes: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        Base64Codec.standard.append(bytes, to: &target)
    }

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        bytes.withUnsafeBytes { append($0, to: &text) }
        return text
    }

    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        Base64Codec.standard.decode(text)
    }

    package static func decode(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { decode($0) }
    }
}
