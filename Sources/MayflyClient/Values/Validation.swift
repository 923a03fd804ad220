internal import MayflyWire

/// What the broker says of a token at this moment.
public struct Validation: Equatable, Sendable {
    /// Whether it is the current token of a live grant. Why not, only the audit knows.
    public let isValid: Bool
    /// What the token says; nil where it is not valid or the claims were not asked for.
    public let claims: Claims?
    /// When it ends if nothing ends it before; nil where it is not valid.
    public let expiresAt: UnixTime?
    /// Uses that are left after the one that this validation consumed; also 0 where none was
    /// consumed, or where they are not limited.
    public let usesLeft: UInt32

    init(_ message: ValidateResponseMessage) {
        isValid = message.valid
        claims = message.valid && !message.claims.isEmpty ? Claims(json: message.claims) : nil
        expiresAt = message.valid ? UnixTime(seconds: message.expiresAt) : nil
        usesLeft = message.valid ? message.usesLeft : 0
    }
}

/// The claims of a token that the broker has vouched for (RFC 7519, section 4).
public struct Claims: Equatable, Sendable {
    /// The token's payload, exactly as it was signed: a JSON object in UTF-8, for any JSON decoder.
    /// proto/PROTOCOL.md lists its members.
    public let json: [UInt8]

    /// The payload as text.
    public var text: String { String(decoding: json, as: UTF8.self) }
}
