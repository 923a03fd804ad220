/// A text in a claim: bytes of a checked alphabet that needs no escapes in JSON.
///
/// Bytes, not a `String`: Swift compares strings by Unicode equivalence, and two texts of ours are
/// equal only where their bytes are.
package protocol ClaimText: Hashable, Sendable, CustomStringConvertible {
    var bytes: [UInt8] { get }

    /// nil where the length or a byte is outside what the kind of text allows.
    init?(_ bytes: UnsafeRawBufferPointer)
}

extension ClaimText {
    package init?(_ bytes: [UInt8]) {
        guard let text = bytes.withUnsafeBytes({ Self($0) }) else { return nil }
        self = text
    }

    package init?(_ text: String) { self.init([UInt8](text.utf8)) }

    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// Who issues tokens and signs them: 1 to 249 bytes of printable ASCII without space, quote and
/// backslash.
package struct IssuerText: ClaimText {
    package static let maximumCount = 249

    package let bytes: [UInt8]

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard 1...Self.maximumCount ~= bytes.count,
            bytes.allSatisfy({ Alphabet.isPlain($0) || $0 == UInt8(ascii: ",") })
        else { return nil }
        self.bytes = [UInt8](bytes)
    }
}

/// Whom a token is for: 1 to 256 bytes of the alphabet of a scope's identifier.
package struct AudienceText: ClaimText {
    package static let maximumCount = 256
    /// Of one grant.
    package static let maximumListCount = 8

    package let bytes: [UInt8]

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard 1...Self.maximumCount ~= bytes.count, bytes.allSatisfy(Alphabet.isPlain) else {
            return nil
        }
        self.bytes = [UInt8](bytes)
    }
}

/// One permission, `action:resource:identifier`, at most 256 bytes.
package struct ScopeText: ClaimText {
    package static let maximumCount = 256
    /// Of one grant.
    package static let maximumListCount = 32

    private static let colon = UInt8(ascii: ":")

    package let bytes: [UInt8]
    private let identifierStart: Int

    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.maximumCount,
            let first = bytes.firstIndex(of: Self.colon), first > 0,
            let second = bytes[(first + 1)...].firstIndex(of: Self.colon), second > first + 1,
            second + 1 < bytes.count,
            bytes[..<first].allSatisfy(Alphabet.isIdentifier),
            bytes[(first + 1)..<second].allSatisfy(Alphabet.isIdentifier),
            bytes[(second + 1)...].allSatisfy(Alphabet.isPlain)
        else { return nil }
        self.bytes = [UInt8](bytes)
        identifierStart = second + 1
    }

    /// Whether holding this scope is enough for `wanted`: equal byte for byte, or alike in action
    /// and resource where this one's identifier is `*`.
    package func covers(_ wanted: ScopeText) -> Bool {
        let isForAny =
            bytes.count == identifierStart + 1 && bytes[identifierStart] == UInt8(ascii: "*")
        guard isForAny else { return bytes == wanted.bytes }
        return bytes[..<identifierStart] == wanted.bytes[..<wanted.identifierStart]
    }
}

extension [ScopeText] {
    /// Whether each of the wanted scopes is covered by one of these.
    package func cover(_ wanted: [ScopeText]) -> Bool {
        wanted.allSatisfy { wanted in contains { $0.covers(wanted) } }
    }
}

/// The alphabets of PROTOCOL.md, "Words".
enum Alphabet {
    /// `[A-Za-z0-9._-]`
    static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Printable ASCII without space, quote, backslash and comma.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: ","): false
        case 0x21...0x7E: true
        default: false
        }
    }
}
