/// Lower-case hexadecimal, strict: upper-case digits are refused, so that bytes have one text.
///
/// Digits are computed, not looked up, because the text of a secret goes through here too.
package enum Hex {
    package static func encodedCount(_ count: Int) -> Int { count * 2 }

    package static func append(_ bytes: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        target.reserveCapacity(target.count + encodedCount(bytes.count))
        for byte in bytes {
            target.append(digit(byte >> 4))
            target.append(digit(byte & 0x0F))
        }
    }

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        bytes.withUnsafeBytes { append($0, to: &text) }
        return text
    }

    /// Fills the target; false, with the target's content undefined, where the text is not exactly
    /// twice as many lower-case digits.
    package static func decode(
        _ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard text.count == encodedCount(target.count) else { return false }
        var beyondFourBits: UInt8 = 0
        for index in target.indices {
            let (high, low) = (value(text[2 * index]), value(text[2 * index + 1]))
            beyondFourBits |= (high | low) & 0xF0
            target[index] = high << 4 | low & 0x0F
        }
        return beyondFourBits == 0
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        // Past nine the letters begin 39 places after the digit that would be next.
        let isLetter = (9 &- nibble) >> 7
        return UInt8(ascii: "0") &+ nibble &+ isLetter &* 39
    }

    /// More than four bits for what is no digit.
    private static func value(_ digit: UInt8) -> UInt8 {
        let decimal = digit &- UInt8(ascii: "0")
        let letter = digit &- UInt8(ascii: "a")
        return decimal < 10 ? decimal : (letter < 6 ? letter &+ 10 : 0xFF)
    }
}
