private import MayflyCrypto

/// At which level an end is announced.
public enum RevocationLevel: String, CaseIterable, Sendable {
    /// One token, by its `jti`: another one of its grant took its place.
    case token
    /// One grant, by its id.
    case grant
    /// An agent, by its SPIFFE ID: its own grant, and all that it holds.
    case agent
    /// A task, as `task` of all orchestrations or as `orchestration/task`.
    case task
    /// All that was delegated from one root, by the root's grant id.
    case chain
}

/// What the stream of ends says instead of a name, so that names do not leak: SHA-256 over the
/// level's word, a zero byte and the target (proto/PROTOCOL.md, "The stream of ends").
public struct RevocationDigest: Hashable, Sendable {
    /// 32.
    public static let count = 32

    private let words: InlineWords

    private struct InlineWords: Hashable, Sendable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    /// The digest of an end.
    ///
    /// - Parameter target: by level: the `jti`; the grant id; the SPIFFE ID; `task` or
    ///   `orchestration/task`; the root's grant id. Ids are lower-case hexadecimal.
    public init(_ level: RevocationLevel, _ target: String) {
        let text = [UInt8](level.rawValue.utf8) + [0] + [UInt8](target.utf8)
        words = SHA256.digest(text).withBytes { Self.words($0) }
    }

    /// A digest as it came; nil unless it is 32 bytes.
    public init?(bytes: [UInt8]) {
        guard let digest = bytes.withUnsafeBytes({ RevocationDigest($0) }) else { return nil }
        self = digest
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.count else { return nil }
        words = Self.words(bytes)
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> InlineWords {
        InlineWords(
            first: bytes.loadUnaligned(as: UInt64.self),
            second: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            third: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            fourth: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: words) { [UInt8]($0) } }
}

extension RevocationDigest: CustomStringConvertible {
    /// 64 lower-case hexadecimal characters.
    public var description: String {
        var text: [UInt8] = []
        withUnsafeBytes(of: words) { Hex.append($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }
}
