/// One permission, `action:resource:identifier`.
///
/// Split at the first two colons, all three parts non-empty. Action and resource are identifiers
/// and match exactly; a held identifier `*` covers any. At most 256 bytes.
package struct Scope: Hashable, Sendable {
    package let bytes: [UInt8]
    private let resourceStart: UInt16
    private let identifierStart: UInt16

    package static let maximumBytes = 256

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard 5...Scope.maximumBytes ~= bytes.count else { return nil }
        let colon = UInt8(ascii: ":")
        guard let first = bytes.firstIndex(of: colon), first > 0,
            let second = bytes[(first + 1)...].firstIndex(of: colon), second > first + 1,
            second + 1 < bytes.count
        else { return nil }
        for byte in bytes[..<first] where !Name.isIdentifierByte(byte) { return nil }
        for byte in bytes[(first + 1)..<second] where !Name.isIdentifierByte(byte) { return nil }
        for byte in bytes[(second + 1)...] where !Scope.isPrintable(byte) { return nil }
        self.bytes = [UInt8](bytes)
        resourceStart = UInt16(first + 1)
        identifierStart = UInt16(second + 1)
    }

    package init?(_ text: String) {
        let bytes = [UInt8](text.utf8)
        guard let scope = bytes.withUnsafeBytes({ Scope($0) }) else { return nil }
        self = scope
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The families `admin:` and `app:` are never granted to an agent.
    package var isReserved: Bool {
        let action = bytes[..<Int(resourceStart - 1)]
        return action.elementsEqual("admin".utf8) || action.elementsEqual("app".utf8)
    }

    /// Whether holding this scope is enough for `wanted`.
    package func covers(_ wanted: Scope) -> Bool {
        guard identifierStart == wanted.identifierStart, resourceStart == wanted.resourceStart
        else { return false }
        let start = Int(identifierStart)
        if bytes.count == start + 1 && bytes[start] == UInt8(ascii: "*") {
            return bytes[..<start] == wanted.bytes[..<start]
        }
        return bytes == wanted.bytes
    }

    /// Printable ASCII without space, quote, backslash and comma.
    package static func isPrintable(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: ","): false
        case 0x21...0x7E: true
        default: false
        }
    }
}
