@testable import MayflyWire

enum Hex {
    /// Pairs of hex digits; spaces are for the reader.
    static func bytes(_ text: String) -> [UInt8] {
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
        precondition(digits.count % 2 == 0, "hex comes in pairs")
        return stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Wire format by hand, for what no encoder writes.
enum Craft {
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] {
        varint(field << 3) + varint(value)
    }

    static func field(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(content.count)) + content
    }

    static func field(_ field: UInt64, _ content: String) -> [UInt8] {
        self.field(field, [UInt8](content.utf8))
    }

    static func repeating(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        Array((0..<count).map { _ in bytes }.joined())
    }

    static func frame(
        stream: UInt32, type: UInt8 = 1, flags: UInt8 = 0, length: UInt32? = nil,
        _ data: [UInt8] = []
    ) -> [UInt8] {
        let length = length ?? UInt32(data.count)
        let words = [length, stream].flatMap { word in
            withUnsafeBytes(of: word.bigEndian) { [UInt8]($0) }
        }
        return words + [type, flags] + data
    }
}

/// The failure of decoding `bytes` as a message; nil where they are good.
func failure<Message: DecodableMessage>(
    decoding bytes: [UInt8], as type: Message.Type, limits: ScanLimits = .request,
    arena: MessageArena = MessageArena()
) -> DecodeFailure? {
    bytes.withUnsafeBytes { buffer in
        do throws(DecodeFailure) {
            _ = try type.decode(buffer, arena: arena, limits: limits)
            return nil
        } catch {
            return error
        }
    }
}
