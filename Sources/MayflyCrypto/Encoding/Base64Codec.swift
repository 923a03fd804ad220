/// One of the two alphabets of RFC 4648, encoded and decoded by table.
///
/// Decoding is strict: every byte string has exactly one text that is accepted for it, so that a
/// digest over the text is a digest over the bytes. The tables are not constant-time; secrets go
/// through them only at start, from a file that nobody else times.
struct Base64Codec: Sendable {
    private let alphabet: [UInt8]
    private let values: [UInt8]
    private let isPadded: Bool

    static let padding = UInt8(ascii: "=")
    /// In `values` for a byte outside the alphabet: more than six bits.
    private static let invalid: UInt8 = 0xFF
    private static let beyondSixBits: UInt8 = 0xC0

    static let url = Base64Codec(last: "-_", isPadded: false)
    static let standard = Base64Codec(last: "+/", isPadded: true)

    private init(last: String, isPadded: Bool) {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        alphabet = [UInt8]((letters + last).utf8)
        var values = [UInt8](repeating: Self.invalid, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
    }

    func encodedCount(_ count: Int) -> Int {
        isPadded ? (count + 2) / 3 * 4 : (count * 4 + 2) / 3
    }

    /// The most bytes that a text of `count` characters can hold.
    func decodedCount(_ count: Int) -> Int { count / 4 * 3 + (count % 4) * 3 / 4 }

    /// Writes `encodedCount` characters into a buffer of at least that count.
    func encode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        precondition(target.count >= encodedCount(source.count), "the target has room for the text")
        alphabet.withUnsafeBufferPointer { alphabet in
            var (from, to) = (0, 0)
            while from + 3 <= source.count {
                let (a, b, c) = (source[from], source[from + 1], source[from + 2])
                target[to] = alphabet[Int(a >> 2)]
                target[to + 1] = alphabet[Int((a & 0x03) << 4 | b >> 4)]
                target[to + 2] = alphabet[Int((b & 0x0F) << 2 | c >> 6)]
                target[to + 3] = alphabet[Int(c & 0x3F)]
                from += 3
                to += 4
            }
            guard from < source.count else { return }
            let a = source[from]
            let b = from + 1 < source.count ? source[from + 1] : 0
            target[to] = alphabet[Int(a >> 2)]
            target[to + 1] = alphabet[Int((a & 0x03) << 4 | b >> 4)]
            if from + 1 < source.count {
                target[to + 2] = alphabet[Int((b & 0x0F) << 2)]
            } else if isPadded {
                target[to + 2] = Self.padding
            }
            if isPadded { target[to + 3] = Self.padding }
        }
    }

    /// Under another name than `encode`, because `&array` also converts to a pointer.
    func append(_ source: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        let start = target.count
        target.append(contentsOf: repeatElement(0, count: encodedCount(source.count)))
        target.withUnsafeMutableBytes {
            encode(source, into: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
    }

    /// The number of bytes written; nil, with the target's content undefined, where the text is
    /// not the one encoding of its bytes or the target is too small.
    func decode(_ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int?
    {
        guard let text = withoutPadding(text) else { return nil }
        let count = decodedCount(text.count)
        guard text.count % 4 != 1, target.count >= count else { return nil }
        let isValid = values.withUnsafeBufferPointer { values in
            var seen: UInt8 = 0
            var (from, to) = (0, 0)
            while from + 4 <= text.count {
                let a = values[Int(text[from])]
                let b = values[Int(text[from + 1])]
                let c = values[Int(text[from + 2])]
                let d = values[Int(text[from + 3])]
                seen |= a | b | c | d
                target[to] = a << 2 | b >> 4
                target[to + 1] = b << 4 | c >> 2
                target[to + 2] = c << 6 | d
                from += 4
                to += 3
            }
            guard from < text.count else { return seen & Self.beyondSixBits == 0 }
            let a = values[Int(text[from])]
            let b = values[Int(text[from + 1])]
            seen |= a | b
            target[to] = a << 2 | b >> 4
            var trailing = b & 0x0F
            if from + 2 < text.count {
                let c = values[Int(text[from + 2])]
                seen |= c
                target[to + 1] = b << 4 | c >> 2
                trailing = c & 0x03
            }
            return seen & Self.beyondSixBits == 0 && trailing == 0
        }
        return isValid ? count : nil
    }

    func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var count: Int?
        let bytes = [UInt8](unsafeUninitializedCapacity: decodedCount(text.count)) { target, used in
            count = decode(text, into: UnsafeMutableRawBufferPointer(target))
            used = count ?? 0
        }
        return count == nil ? nil : bytes
    }

    /// Where the characters of the alphabet that begin at `start` end; nil where they are not the
    /// one encoding of any bytes. Checks without decoding.
    func end(ofTextIn bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        precondition(!isPadded, "only the form without padding is checked in place")
        precondition((0...bytes.count).contains(start))
        return values.withUnsafeBufferPointer { values in
            var end = start
            while end < bytes.count, values[Int(bytes[end])] & Self.beyondSixBits == 0 { end += 1 }
            let unused: UInt8
            switch (end - start) % 4 {
            case 1: return nil
            case 2: unused = 0x0F
            case 3: unused = 0x03
            default: return end
            }
            return values[Int(bytes[end - 1])] & unused == 0 ? end : nil
        }
    }

    /// The text without the padding its length calls for; nil where that is not what it has.
    private func withoutPadding(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard isPadded else { return text }
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == Self.padding }.count
        return UnsafeRawBufferPointer(rebasing: text.dropLast(padding))
    }
}
