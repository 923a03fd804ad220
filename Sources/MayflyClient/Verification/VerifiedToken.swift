internal import MayflyCrypto

/// A token whose signature and whole lineage were verified without asking the broker; only
/// `verifyChain` makes one.
///
/// It says what was granted, by whom and until when. Whether it has ended since, only the broker
/// knows, and a stream of ends (`RevocationSet`).
public struct VerifiedToken: Equatable, Sendable {
    /// An agent and the grant by which it holds what it holds.
    public struct Link: Equatable, Sendable {
        /// The SPIFFE ID.
        public let agentID: String
        /// Its orchestration.
        public let orchestration: String
        /// Its task.
        public let task: String
        /// 32 lower-case hexadecimal characters.
        public let grantID: String
    }

    /// The `jti`.
    public let tokenID: String
    /// The grant that it states.
    public let grantID: String
    /// The `iss`.
    public let issuer: String
    /// Whom it is for, the SPIFFE ID; nil in a token by reference, of which only the broker can say
    /// what it stands for.
    public let subject: String?
    /// What it allows; empty in a token by reference.
    public let scope: [String]
    /// Whom it is meant for; empty where it names nobody.
    public let audience: [String]
    /// When it was issued; nil in a token by reference.
    public let issuedAt: UnixTime?
    /// When it ends if nothing ends it before.
    public let expiresAt: UnixTime
    /// Of the key that its agent can be asked to sign with, in base64url (RFC 7638, RFC 7800); nil in
    /// a token by reference.
    public let keyThumbprint: String?
    /// From the root to the subject, each by the grant that it delegated from: one link for a token
    /// that was not delegated, at most six; empty in a token by reference.
    public let lineage: [Link]
    /// Worth nothing until the broker has been asked: its uses are limited, or it is a reference.
    public let isOnline: Bool
    /// The `kid` of the key that signed it.
    public let keyID: String
    /// The payload, exactly as signed.
    public let claims: Claims

    /// Stands for claims that only the broker has.
    public var isReference: Bool { subject == nil }

    init(_ chain: VerifiedChain) {
        tokenID = chain.token.description
        grantID = chain.grant.description
        issuer = chain.issuer.description
        expiresAt = UnixTime(seconds: chain.expiresAtSeconds)
        isOnline = chain.isOnline
        keyID = String(decoding: chain.signer.thumbprint, as: UTF8.self)
        claims = Claims(json: chain.payload)
        let authority = chain.authority
        subject = authority?.subject.description
        scope = authority?.scope.map(\.description) ?? []
        audience = authority?.audience.map(\.description) ?? []
        issuedAt = authority.map { UnixTime(seconds: $0.issuedAtSeconds) }
        keyThumbprint = authority.map {
            String(decoding: Base64URL.encode($0.keyThumbprint.bytes), as: UTF8.self)
        }
        lineage =
            authority?.lineage.map { link in
                Link(
                    agentID: link.agent.description,
                    orchestration: String(decoding: link.agent.orchestration, as: UTF8.self),
                    task: String(decoding: link.agent.task, as: UTF8.self),
                    grantID: link.grant.description)
            } ?? []
    }
}
