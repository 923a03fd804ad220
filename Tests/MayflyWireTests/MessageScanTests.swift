import Testing

@testable import MayflyWire

/// Bytes that are refused before the decoder sees them, one per way to be wrong.
struct MessageScanTests {
    struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let kind: DecodeFailure.Kind

        init(_ name: String, _ bytes: [UInt8], _ kind: DecodeFailure.Kind) {
            testDescription = name
            self.bytes = bytes
            self.kind = kind
        }
    }

    /// Each is a ValidateRequest: token = 1, omit_claims = 2, required_scope = 3.
    static let malformed = [
        Malformed("a tag that does not end", [0x80], .truncated),
        Malformed("a tag alone", [0x0A], .truncated),
        Malformed("a length without bytes", [0x0A, 5], .truncated),
        Malformed("a length one too long", [0x0A, 2, 0x61], .truncated),
        Malformed("a huge length", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], .truncated),
        Malformed(
            "a length of 2^64-1", [0x0A] + Craft.varint(.max) + [0x61], .truncated),
        Malformed("a length of 2^63", [0x0A] + Craft.varint(1 << 63) + [0x61], .truncated),
        Malformed("a varint that does not end", [0x10, 0x80, 0x80], .truncated),
        Malformed("field number zero", [0x02, 0], .tagInvalid),
        Malformed("a field number above 2^29-1", Craft.varint(1 << 32 | 2) + [0], .tagInvalid),
        Malformed("wire type 6", [0x0E, 0], .tagInvalid),
        Malformed("wire type 7 of an unknown field", [0x7F, 0], .tagInvalid),
        Malformed("a group", [0x0B, 0x0C], .group),
        Malformed("an unknown group", [0x7B, 0x7C], .group),
        Malformed("an end of a group", [0x0C], .group),
        Malformed("a string as a number", Craft.number(1, 5), .wireTypeMismatch),
        Malformed("a number as a string", Craft.field(2, "a"), .wireTypeMismatch),
        Malformed(
            "a number of 64 fixed bits", [0x11] + [UInt8](repeating: 0, count: 8),
            .wireTypeMismatch),
        Malformed("a number of 32 fixed bits", [0x15, 0, 0, 0, 0], .wireTypeMismatch),
        Malformed("an unknown fixed64 cut short", [0x79, 0, 0, 0], .truncated),
        Malformed("an unknown fixed32 cut short", [0x7D, 0, 0, 0], .truncated),
        Malformed("an overlong zero", [0x10, 0x80, 0x00], .varintOverlong),
        Malformed("an overlong one", [0x10, 0x81, 0x00], .varintOverlong),
        Malformed("an overlong tag", [0x8A, 0x00, 0x01, 0x61], .varintOverlong),
        Malformed("an overlong length", [0x0A, 0x81, 0x00, 0x61], .varintOverlong),
        Malformed("an overlong unknown number", [0x78, 0x81, 0x00], .varintOverlong),
        Malformed(
            "a varint of 65 bits", [0x78] + [UInt8](repeating: 0xFF, count: 9) + [0x02],
            .varintOverlong),
        Malformed(
            "a varint of eleven bytes", [0x78] + [UInt8](repeating: 0xFF, count: 10) + [0x01],
            .varintOverlong),
        Malformed("a flag of two", Craft.number(2, 2), .numberOutOfRange),
        Malformed(
            "a string twice", Craft.field(1, "a") + Craft.field(1, "b"), .duplicateField),
        Malformed("a flag twice", Craft.number(2, 1) + Craft.number(2, 1), .duplicateField),
        Malformed("a NUL alone", Craft.field(1, [0]), .embeddedNul),
        Malformed("a NUL at the end", Craft.field(1, "token\0"), .embeddedNul),
        Malformed("a NUL in a word", Craft.field(1, "abc\0efghijk"), .embeddedNul),
        Malformed("a NUL among letters that are not ASCII", Craft.field(1, "é\0é"), .embeddedNul),
        Malformed("a NUL in an element", Craft.field(3, "a:b:\0"), .embeddedNul),
        Malformed("a lone continuation byte", Craft.field(1, [0x80]), .invalidUTF8),
        Malformed(
            "a bad byte after eight good ones",
            Craft.field(1, [UInt8](repeating: 0x61, count: 8) + [0xFF]),
            .invalidUTF8),
        Malformed("an overlong slash", Craft.field(1, [0xC0, 0xAF]), .invalidUTF8),
        Malformed("a surrogate", Craft.field(1, [0xED, 0xA0, 0x80]), .invalidUTF8),
        Malformed("above U+10FFFF", Craft.field(1, [0xF4, 0x90, 0x80, 0x80]), .invalidUTF8),
        Malformed("a letter cut in two", Craft.field(1, [0x61, 0xC3]), .invalidUTF8),
    ]

    @Test(arguments: malformed)
    func `a malformed message is refused`(row: Malformed) {
        #expect(failure(decoding: row.bytes, as: ValidateRequestMessage.self)?.kind == row.kind)
    }

    /// The same inside the one item of a batch, and behind a good item.
    @Test(arguments: malformed)
    func `a malformed message is refused inside another`(row: Malformed) {
        let good = Craft.field(1, Craft.field(1, "a.b.c"))
        let bytes = good + Craft.field(1, row.bytes)
        #expect(
            failure(decoding: bytes, as: ValidateBatchRequestMessage.self)?.kind == row.kind)
    }

    static let numbers: [(UInt64, [UInt8], DecodeFailure.Kind?)] = [
        (6, Craft.varint(UInt64(UInt32.max)), nil),
        (6, Craft.varint(1 << 32), .numberOutOfRange),
        (8, Craft.varint(UInt64(Int32.max)), nil),
        (8, Craft.varint(UInt64(Int32.max) + 1), .numberOutOfRange),
        (8, Craft.varint(.max), nil),
        (8, Craft.varint(UInt64(bitPattern: Int64(Int32.min))), nil),
        (8, Craft.varint(UInt64(bitPattern: Int64(Int32.min) - 1)), .numberOutOfRange),
        (11, [1], nil),
        (11, [0], nil),
    ]

    @Test(arguments: numbers)
    func `a number fits its field or is refused`(
        field: UInt64, value: [UInt8], kind: DecodeFailure.Kind?
    ) {
        let bytes = Craft.varint(field << 3) + value
        #expect(failure(decoding: bytes, as: AgentSpecMessage.self)?.kind == kind)
    }

    @Test func `two members of a oneof are refused`() {
        let bytes = Craft.field(1, "token") + Craft.field(2, "grant")
        #expect(
            failure(decoding: bytes, as: ReleaseRequestMessage.self)
                == DecodeFailure(.duplicateField, field: 2))
    }

    @Test func `a nested message twice is refused, not merged`() {
        let bytes = Craft.field(2, Craft.field(1, "o")) + Craft.field(2, Craft.field(2, "t"))
        #expect(
            failure(decoding: bytes, as: SpawnBodyMessage.self)
                == DecodeFailure(.duplicateField, field: 2))
    }

    @Test(arguments: ["ASCII", "é", "漢字", "🐝", "mixed é and more than eight bytes 🐝"])
    func `text of any script is accepted`(text: String) throws {
        let bytes = Craft.field(1, text)
        let arena = MessageArena()
        let request = try bytes.withUnsafeBytes {
            try ValidateRequestMessage.decode($0, arena: arena)
        }
        withExtendedLifetime(arena) { #expect(request.token.text == text) }
    }

    @Test func `an envelope is checked like any message`() {
        let bytes = Craft.field(1, "mayfly.v1.Agents") + Craft.field(1, "mayfly.v1.Apps")
        bytes.withUnsafeBytes { (buffer) -> Void in
            #expect(throws: DecodeFailure(.duplicateField, field: 1)) {
                _ = try RequestEnvelope.decode(buffer)
            }
        }
    }
}
