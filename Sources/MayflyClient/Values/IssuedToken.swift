internal import MayflyWire

/// A token that the broker issued, without the key behind it: of a delegation or a renewal.
///
/// Printing it does not show the token.
public struct IssuedToken: Hashable, Sendable {
    /// Whom it is for: the SPIFFE ID.
    public let agentID: String
    /// A compact JWS (RFC 7515), at most 16 KiB. Whoever has it may use it.
    public let token: String
    /// The grant that it states: 32 lower-case hexadecimal characters, stable over renewals.
    public let grantID: String
    /// When the token ends if nothing ends it before, as its `exp`.
    public let expiresAt: UnixTime

    /// The value of an `Authorization` header that presents the token (RFC 6750, section 2.1).
    public var bearerHeader: String { "Bearer \(token)" }

    init(_ message: SpawnedAgentMessage) {
        agentID = String(decoding: message.agentID, as: UTF8.self)
        token = String(decoding: message.token, as: UTF8.self)
        grantID = String(decoding: message.grantID, as: UTF8.self)
        expiresAt = UnixTime(seconds: message.expiresAt)
    }
}

extension IssuedToken: CustomStringConvertible, CustomReflectable {
    /// The grant and whom it is for.
    public var description: String { "grant \(grantID) of \(agentID)" }

    /// Without the token.
    public var customMirror: Mirror {
        Mirror(
            self, children: ["agentID": agentID, "grantID": grantID, "expiresAt": expiresAt])
    }
}
