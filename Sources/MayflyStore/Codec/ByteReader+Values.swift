internal import MayflyCore

// The domain's values as the codecs write and read them. What is read is checked as strictly as
// when it first came in: a file can be edited.

extension ByteWriter {
    mutating func append<Identifier: WideIdentifier>(_ identifier: Identifier) {
        append(identifier.high)
        append(identifier.low)
    }

    mutating func append(_ value: Bytes32) { value.withBytes { append($0) } }

    /// Length in one byte: a name has at most 128.
    mutating func append(_ name: Name) {
        append(UInt8(name.bytes.count))
        append(name.bytes)
    }

    /// A count in two bytes, and each with its length in two.
    mutating func append(_ scopes: [Scope]) {
        append(UInt16(scopes.count))
        for scope in scopes {
            append(UInt16(scope.bytes.count))
            append(scope.bytes)
        }
    }

    /// Length in two bytes.
    mutating func append(_ list: TextList) {
        append(UInt16(list.joined.count))
        append(list.joined)
    }
}

extension ByteReader {
    mutating func identifier<Identifier: WideIdentifier>(
        _ type: Identifier.Type
    ) throws(Malformed) -> Identifier {
        let high = try number(UInt64.self)
        return Identifier(high: high, low: try number(UInt64.self))
    }

    mutating func bytes32() throws(Malformed) -> Bytes32 {
        guard let value = Bytes32(try bytes(Bytes32.count)) else {
            throw Malformed("it ends too early")
        }
        return value
    }

    mutating func instant() throws(Malformed) -> Instant {
        let milliseconds = try number(UInt64.self)
        guard milliseconds <= StoredBounds.milliseconds else { throw Malformed("no such time") }
        return Instant(milliseconds: milliseconds)
    }

    mutating func position() throws(Malformed) -> LogPosition {
        let position = try number(UInt64.self)
        guard position <= StoredBounds.count else { throw Malformed("no such position") }
        return LogPosition(rawValue: position)
    }

    mutating func name() throws(Malformed) -> Name {
        let count = try number(UInt8.self)
        guard let name = Name(try bytes(Int(count))) else {
            throw Malformed("an identifier is outside its alphabet")
        }
        return name
    }

    mutating func scopes() throws(Malformed) -> [Scope] {
        var scopes: [Scope] = []
        for _ in 0..<(try number(UInt16.self)) {
            let count = try number(UInt16.self)
            guard let scope = Scope(try bytes(Int(count))) else { throw Malformed("a bad scope") }
            scopes.append(scope)
        }
        return scopes
    }

    mutating func textList() throws(Malformed) -> TextList {
        let count = try number(UInt16.self)
        return try TextList(stored: try bytes(Int(count)))
    }

    func end() throws(Malformed) {
        guard isAtEnd else { throw Malformed("bytes are left over") }
    }
}

extension TextList {
    /// Printable words with single spaces between them, or nothing at all.
    init(stored bytes: UnsafeRawBufferPointer) throws(Malformed) {
        let space = UInt8(ascii: " ")
        var previous = space
        for byte in bytes {
            guard byte == space ? previous != space : Scope.isPrintable(byte) else {
                throw Malformed("a list of words is not well formed")
            }
            previous = byte
        }
        guard bytes.isEmpty || previous != space else {
            throw Malformed("a list of words is not well formed")
        }
        self.init(joined: [UInt8](bytes))
    }
}

/// What stored numbers may be: more than any broker comes to, and little enough that a start which
/// counts on from them never overflows.
enum StoredBounds {
    /// Of serials and places in the log.
    static let count: UInt64 = 1 << 60
    /// Of times since the epoch, and of what two clocks can differ by: some 31,000 years.
    static let milliseconds: UInt64 = 1_000_000_000_000_000
}

extension ClockOffset {
    private static let bound = Int64(StoredBounds.milliseconds)

    /// Whole seconds within bounds, or nil.
    init?(stored milliseconds: Int64) {
        guard -Self.bound...Self.bound ~= milliseconds, milliseconds.isMultiple(of: 1_000) else {
            return nil
        }
        self.init(milliseconds: milliseconds)
    }
}
