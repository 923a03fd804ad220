internal import MayflyWire

/// A grant id in 16 bytes instead of 32 characters: a million live ones are kept.
struct GrantText: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    static let characters = 32

    /// Nil for anything but 32 lower-case hex characters.
    init?(_ text: [UInt8]) {
        guard text.count == Self.characters, let high = Self.word(text[..<16]),
            let low = Self.word(text[16...])
        else { return nil }
        self.high = high
        self.low = low
    }

    private static func word(_ text: ArraySlice<UInt8>) -> UInt64? {
        var word: UInt64 = 0
        for character in text {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                word = word << 4 | UInt64(character - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                word = word << 4 | UInt64(character - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return word
    }

    func append(to text: inout [UInt8]) {
        for word in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 0xF
                text.append(
                    nibble < 10 ? nibble + UInt8(ascii: "0") : nibble - 10 + UInt8(ascii: "a"))
            }
        }
    }

    var text: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(Self.characters)
        append(to: &text)
        return text
    }
}
