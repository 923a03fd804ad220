/// Reads JSON (RFC 8259) as this project writes it, and refuses what programs read in different
/// ways: names given twice, white space, escapes, invalid UTF-8, a byte order mark, control
/// characters, trailing bytes and commas.
///
/// No text of ours needs an escape, by its alphabet; without them two names are the same name
/// exactly where their bytes are.
package struct JSONReader {
    /// The longest text that is looked at, in bytes.
    package static let maximumCount = 1_024 * 1_024
    /// Objects and arrays within each other, the outermost counted.
    package static let maximumDepth = 8
    /// Of one object.
    package static let maximumMembers = 64

    private struct Malformed: Error {}

    private let bytes: UnsafeRawBufferPointer
    private let allowsLineBreaks: Bool
    private var place = 0

    private init(_ bytes: UnsafeRawBufferPointer, allowsLineBreaks: Bool) {
        self.bytes = bytes
        self.allowsLineBreaks = allowsLineBreaks
    }

    /// nil where the bytes are not one such text from the first to the last.
    ///
    /// - Parameter allowsLineBreaks: takes the one escape `\n`, for a key in PEM; no token has it.
    package static func read(
        _ bytes: UnsafeRawBufferPointer, allowsLineBreaks: Bool = false
    ) -> JSONValue? {
        guard bytes.count <= maximumCount, String(validating: bytes, as: UTF8.self) != nil else {
            return nil
        }
        var reader = JSONReader(bytes, allowsLineBreaks: allowsLineBreaks)
        guard let value = try? reader.value(atDepth: 1), reader.place == bytes.count else {
            return nil
        }
        return value
    }

    private mutating func value(atDepth depth: Int) throws(Malformed) -> JSONValue {
        switch peek {
        case UInt8(ascii: "{"): .object(try members(atDepth: depth))
        case UInt8(ascii: "["): .array(try elements(atDepth: depth))
        case UInt8(ascii: "\""): .text(try text())
        case UInt8(ascii: "t"): .boolean(try word("true", true))
        case UInt8(ascii: "f"): .boolean(try word("false", false))
        case UInt8(ascii: "n"): try word("null", .null)
        default: .number(try number())
        }
    }

    private mutating func members(atDepth depth: Int) throws(Malformed) -> [JSONMember] {
        var members: [JSONMember] = []
        try forEachItem(from: "{", to: "}", atDepth: depth) { reader throws(Malformed) in
            let name = try reader.text()
            guard members.count < Self.maximumMembers,
                !members.contains(where: { $0.name == name })
            else { throw Malformed() }
            try reader.expect(UInt8(ascii: ":"))
            members.append(JSONMember(name: name, value: try reader.value(atDepth: depth + 1)))
        }
        return members
    }

    private mutating func elements(atDepth depth: Int) throws(Malformed) -> [JSONValue] {
        var elements: [JSONValue] = []
        try forEachItem(from: "[", to: "]", atDepth: depth) { reader throws(Malformed) in
            elements.append(try reader.value(atDepth: depth + 1))
        }
        return elements
    }

    /// What objects and arrays have in common: a first and a last bracket, commas in between.
    private mutating func forEachItem(
        from first: Unicode.Scalar, to last: Unicode.Scalar, atDepth depth: Int,
        _ readItem: (inout JSONReader) throws(Malformed) -> Void
    ) throws(Malformed) {
        guard depth <= Self.maximumDepth else { throw Malformed() }
        try expect(UInt8(ascii: first))
        if skipIfPresent(UInt8(ascii: last)) { return }
        repeat {
            try readItem(&self)
        } while skipIfPresent(UInt8(ascii: ","))
        try expect(UInt8(ascii: last))
    }

    private mutating func text() throws(Malformed) -> [UInt8] {
        try expect(UInt8(ascii: "\""))
        var text = try plainText()
        while peek == UInt8(ascii: "\\") {
            text.append(try lineBreak())
            text += try plainText()
        }
        try expect(UInt8(ascii: "\""))
        return text
    }

    /// What comes before the next quote or backslash.
    private mutating func plainText() throws(Malformed) -> [UInt8] {
        let start = place
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw Malformed() }
            place += 1
        }
        return [UInt8](bytes[start..<place])
    }

    private mutating func lineBreak() throws(Malformed) -> UInt8 {
        guard allowsLineBreaks else { throw Malformed() }
        try expect(UInt8(ascii: "\\"))
        try expect(UInt8(ascii: "n"))
        return UInt8(ascii: "\n")
    }

    /// The grammar of RFC 8259, section 6.
    private mutating func number() throws(Malformed) -> [UInt8] {
        let start = place
        _ = skipIfPresent(UInt8(ascii: "-"))
        if !skipIfPresent(UInt8(ascii: "0")) { try skipDigits() }
        if skipIfPresent(UInt8(ascii: ".")) { try skipDigits() }
        if skipIfPresent(UInt8(ascii: "e")) || skipIfPresent(UInt8(ascii: "E")) {
            if !skipIfPresent(UInt8(ascii: "+")) { _ = skipIfPresent(UInt8(ascii: "-")) }
            try skipDigits()
        }
        return [UInt8](bytes[start..<place])
    }

    private mutating func skipDigits() throws(Malformed) {
        let start = place
        while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { place += 1 }
        guard place > start else { throw Malformed() }
    }

    private mutating func word<Value>(
        _ word: StaticString, _ value: Value
    ) throws(Malformed) -> Value {
        for offset in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[offset]) }
        return value
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipIfPresent(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(Malformed) {
        guard skipIfPresent(byte) else { throw Malformed() }
    }
}
