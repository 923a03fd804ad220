/// An identifier from outside: 1 to 128 bytes of `[A-Za-z0-9._-]`, never `.` or `..`.
///
/// Bytes, not a `String`: Swift compares strings by Unicode equivalence and a database does not.
package struct Name: Hashable, Sendable {
    package let bytes: [UInt8]

    package static let maximumBytes = 128

    /// Nil where the length or a byte is outside the alphabet.
    package init?(_ bytes: [UInt8]) {
        guard bytes.withUnsafeBytes({ Name.isValid($0) }) else { return nil }
        self.bytes = bytes
    }

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard Name.isValid(bytes) else { return nil }
        self.bytes = [UInt8](bytes)
    }

    /// Bytes that a name was made of before.
    init(alreadyChecked bytes: [UInt8]) { self.bytes = bytes }

    package init?(_ text: String) { self.init([UInt8](text.utf8)) }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    private static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard 1...maximumBytes ~= bytes.count else { return false }
        for byte in bytes where !isIdentifierByte(byte) { return false }
        let dot = UInt8(ascii: ".")
        return !(bytes[0] == dot && (bytes.count == 1 || (bytes.count == 2 && bytes[1] == dot)))
    }

    @inline(__always)
    package static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
