internal import MayflyWire

/// The public face of a live agent.
public struct AgentDescription: Equatable, Sendable {
    /// The SPIFFE ID.
    public let id: String
    /// Ed25519 (RFC 8032), 32 bytes: the key that its tokens are bound to.
    public let publicKey: [UInt8]
    /// The agent's own grant, made when it was spawned or registered.
    public let grantID: String
    /// When that grant's token ends.
    public let expiresAt: UnixTime
    /// What no renewal of that grant passes.
    public let notAfter: UnixTime
    /// The root statement of that grant, in base64url: what the first hop of a chain from it names.
    public let root: String

    init(_ message: DescribeResponseMessage) {
        id = String(decoding: message.agentID, as: UTF8.self)
        publicKey = message.publicKey
        grantID = String(decoding: message.grantID, as: UTF8.self)
        expiresAt = UnixTime(seconds: message.expiresAt)
        notAfter = UnixTime(seconds: message.notAfter)
        root = String(decoding: message.root, as: UTF8.self)
    }
}
