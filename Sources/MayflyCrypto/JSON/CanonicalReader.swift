/// Reads JSON of which every byte but the values is known beforehand: root statements and hops.
///
/// What it accepts is therefore the one text of its values; nothing needs to be compared with a
/// text written again.
struct CanonicalReader {
    struct Malformed: Error {}

    private static let quote = UInt8(ascii: "\"")

    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func skipIfPresent(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - place >= count else { return false }
        for offset in 0..<count where bytes[place + offset] != literal.utf8Start[offset] {
            return false
        }
        place += count
        return true
    }

    mutating func expect(_ literal: StaticString) throws(Malformed) {
        guard skipIfPresent(literal) else { throw Malformed() }
    }

    /// What stands before the next quote, as the value that it must be; the quote is skipped. No
    /// value may accept a quote or a backslash.
    mutating func text<Value>(
        _ make: (UnsafeRawBufferPointer) -> Value?
    ) throws(Malformed) -> Value {
        let start = place
        while place < bytes.count, bytes[place] != Self.quote { place += 1 }
        guard place < bytes.count,
            let value = make(UnsafeRawBufferPointer(rebasing: bytes[start..<place]))
        else { throw Malformed() }
        place += 1
        return value
    }

    /// The rest of an array of texts behind its `["`, to the bracket: one to `maximumCount`.
    mutating func texts<Value>(
        maximumCount: Int, _ make: (UnsafeRawBufferPointer) -> Value?
    ) throws(Malformed) -> [Value] {
        var values = [try text(make)]
        while skipIfPresent(#",""#) {
            guard values.count < maximumCount else { throw Malformed() }
            values.append(try text(make))
        }
        try expect("]")
        return values
    }

    mutating func number<Value: FixedWidthInteger & UnsignedInteger>(
        in range: ClosedRange<Value> = Value.min...Value.max
    ) throws(Malformed) -> Value {
        let start = place
        while place < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] {
            place += 1
        }
        let digits = UnsafeRawBufferPointer(rebasing: bytes[start..<place])
        guard let number = DecimalText.parse(digits), let value = Value(exactly: number),
            range.contains(value)
        else { throw Malformed() }
        return value
    }
}
