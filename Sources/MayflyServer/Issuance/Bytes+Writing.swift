internal import MayflyCore

/// What token payloads and answers are written with: direct bytes, no intermediate strings.
extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Sixteen lower-case hex characters.
    mutating func append(hex word: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 0xF
            append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    /// Thirty-two lower-case hex characters.
    mutating func append(hex identifier: some WideIdentifier) {
        append(hex: identifier.high)
        append(hex: identifier.low)
    }

    mutating func append(decimal number: UInt64) {
        var number = number
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(number % 10))
            number /= 10
        } while number > 0
        self[start...].reverse()
    }

    /// `"a","b"`: the words need no escaping, by their alphabet.
    mutating func append(quoted list: TextList) {
        append(UInt8(ascii: "\""))
        for byte in list.joined {
            if byte == UInt8(ascii: " ") { append(#"",""#) } else { append(byte) }
        }
        append(UInt8(ascii: "\""))
    }
}

/// Reads 32 lower-case hex characters; nil for anything else.
func parseHex<Identifier: WideIdentifier>(_ bytes: UnsafeRawBufferPointer) -> Identifier? {
    guard bytes.count == 32 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (place, byte) in bytes.enumerated() {
        let nibble: UInt64
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = UInt64(byte - UInt8(ascii: "a") + 10)
        default: return nil
        }
        if place < 16 { words.0 = words.0 << 4 | nibble } else { words.1 = words.1 << 4 | nibble }
    }
    return Identifier(high: words.0, low: words.1)
}

func parseHex<Identifier: WideIdentifier>(_ text: String) -> Identifier? {
    var text = text
    return text.withUTF8 { parseHex(UnsafeRawBufferPointer($0)) }
}
