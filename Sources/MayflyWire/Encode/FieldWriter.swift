/// A message that can be written: it names its fields in the order of their numbers.
package protocol EncodableMessage {
    /// Called to count the bytes and again to write them: the same fields each time.
    func encode(into writer: inout FieldWriter)
}

extension EncodableMessage {
    /// Bytes on the wire.
    package var encodedSize: Int {
        var counter = FieldWriter()
        encode(into: &counter)
        return counter.count
    }

    /// The message alone, copied: for what is signed, and for tests.
    package func encodedBytes() -> [UInt8] {
        let size = encodedSize
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            var writer = FieldWriter(UnsafeMutableRawBufferPointer(buffer))
            encode(into: &writer)
            initialized = writer.count
        }
    }
}

/// Writes the fields of a message in place, or, without a place, counts their bytes: one
/// description of a message serves both, so that the lengths before nested messages are right.
///
/// Canonical proto3: default values are left out, numbers are minimal, repeated numbers packed.
package struct FieldWriter {
    private let place: UnsafeMutableRawBufferPointer?
    package private(set) var count = 0

    /// A writer that counts.
    init() { place = nil }

    init(_ place: UnsafeMutableRawBufferPointer) { self.place = place }

    package mutating func number(_ field: UInt32, _ value: UInt64) {
        guard value != 0 else { return }
        tag(field, WireType.varint)
        varint(value)
    }

    package mutating func number(_ field: UInt32, _ value: UInt32) { number(field, UInt64(value)) }

    /// int32, int64 and enumerations: a negative value takes ten bytes.
    package mutating func signed(_ field: UInt32, _ value: Int64) {
        number(field, UInt64(bitPattern: value))
    }

    package mutating func flag(_ field: UInt32, _ value: Bool) {
        number(field, value ? 1 : 0 as UInt64)
    }

    package mutating func bytes(_ field: UInt32, _ value: UnsafeRawBufferPointer) {
        if !value.isEmpty { element(field, value) }
    }

    package mutating func bytes(_ field: UInt32, _ value: ByteView) {
        if !value.isEmpty { element(field, value) }
    }

    package mutating func bytes(_ field: UInt32, _ value: [UInt8]) {
        if !value.isEmpty { element(field, value) }
    }

    package mutating func text(_ field: UInt32, _ value: String) {
        if !value.isEmpty { element(field, value) }
    }

    /// One element of a repeated field, or a member of a oneof: written also when empty.
    package mutating func element(_ field: UInt32, _ value: UnsafeRawBufferPointer) {
        lengthPrefix(field, value.count)
        raw(value)
    }

    package mutating func element(_ field: UInt32, _ value: ByteView) {
        element(field, value.rawBuffer)
    }

    package mutating func element(_ field: UInt32, _ value: [UInt8]) {
        value.withUnsafeBytes { element(field, $0) }
    }

    package mutating func element(_ field: UInt32, _ value: String) {
        var value = value
        value.withUTF8 { element(field, UnsafeRawBufferPointer($0)) }
    }

    package mutating func elements(_ field: UInt32, _ values: [ByteView]) {
        for value in values { element(field, value) }
    }

    package mutating func elements(_ field: UInt32, _ values: [[UInt8]]) {
        for value in values { element(field, value) }
    }

    package mutating func elements(_ field: UInt32, _ values: [String]) {
        for value in values { element(field, value) }
    }

    /// A nested message; nil is left out, and one without fields is written as present.
    package mutating func message(_ field: UInt32, _ message: (some EncodableMessage)?) {
        guard let message else { return }
        payload(field, message, size: message.encodedSize)
    }

    /// A nested message whose size is known already.
    mutating func payload(_ field: UInt32, _ message: some EncodableMessage, size: Int) {
        lengthPrefix(field, size)
        if place == nil {
            count += size
        } else {
            message.encode(into: &self)
        }
    }

    package mutating func messages(_ field: UInt32, _ messages: [some EncodableMessage]) {
        for message in messages { self.message(field, message) }
    }

    package mutating func packed(_ field: UInt32, _ values: [UInt32]) {
        guard !values.isEmpty else { return }
        lengthPrefix(field, values.reduce(0) { $0 + FieldWriter.size(ofVarint: UInt64($1)) })
        for value in values { varint(UInt64(value)) }
    }

    package mutating func packed(_ field: UInt32, _ values: [Bool]) {
        guard !values.isEmpty else { return }
        lengthPrefix(field, values.count)
        for value in values { varint(value ? 1 : 0) }
    }

    /// Fields that are encoded already.
    mutating func encoded(_ bytes: [UInt8]) { bytes.withUnsafeBytes { raw($0) } }

    /// What comes before the bytes of a length-delimited field.
    private mutating func lengthPrefix(_ field: UInt32, _ length: Int) {
        tag(field, WireType.delimited)
        varint(UInt64(length))
    }

    /// A nested message of `size` bytes with what comes before it.
    static func size(ofPayload size: Int, field: UInt32) -> Int {
        self.size(ofVarint: UInt64(field) << 3) + self.size(ofVarint: UInt64(size)) + size
    }

    static func size(ofVarint value: UInt64) -> Int {
        (63 - (value | 1).leadingZeroBitCount) / 7 + 1
    }

    private mutating func tag(_ field: UInt32, _ wireType: UInt8) {
        varint(UInt64(field) << 3 | UInt64(wireType))
    }

    private mutating func varint(_ value: UInt64) {
        guard let place else {
            count += FieldWriter.size(ofVarint: value)
            return
        }
        precondition(
            FieldWriter.size(ofVarint: value) <= place.count - count,
            "a message is as long as it counted")
        var rest = value
        while rest >= 0x80 {
            place[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        place[count] = UInt8(truncatingIfNeeded: rest)
        count += 1
    }

    private mutating func raw(_ bytes: UnsafeRawBufferPointer) {
        if let place {
            precondition(bytes.count <= place.count - count, "a message is as long as it counted")
            UnsafeMutableRawBufferPointer(rebasing: place[count...]).copyMemory(from: bytes)
        }
        count += bytes.count
    }
}
