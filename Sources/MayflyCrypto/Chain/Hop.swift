/// One delegation, as the delegator signed it: a compact JWS of one canonical form.
///
/// Well formed and no more: whose authority it passes on, and whether the named key signed it, is
/// for `ChainVerifier` or the broker to find out.
package struct Hop: Equatable, Sendable {
    /// Hops from the root to the last.
    package static let maximumDepth: UInt8 = 5

    /// What a hop says.
    package struct Content: Equatable, Sendable {
        package var issuer: IssuerText
        /// Of the delegator's connection, and its number there: no hop is accepted twice.
        package var challenge: Challenge
        package var proofSequence: UInt64
        package var delegator: AgentURI
        package var delegatorKey: Ed25519PublicKey
        package var delegate: AgentURI
        package var delegateKey: Ed25519PublicKey
        /// 1 to 32 scopes that the delegator holds, in its token's order.
        package var held: [ScopeText]
        /// 1 to 32 scopes that the delegate gets.
        package var scope: [ScopeText]
        /// 1 to 8; nil takes the parent's.
        package var audience: [AudienceText]?
        /// From 1; nil sets no limit.
        package var maximumUses: UInt32?
        /// Seconds since the Unix epoch.
        package var issuedAtSeconds: UInt64
        package var expiresAtSeconds: UInt64
        /// The delegator's grant.
        package var parent: GrantReference
        /// 1 to 5.
        package var depth: UInt8
        /// SHA-256 of the hop before, or of the root's text.
        package var previous: Digest32

        package init(
            issuer: IssuerText, challenge: Challenge, proofSequence: UInt64, delegator: AgentURI,
            delegatorKey: Ed25519PublicKey, delegate: AgentURI, delegateKey: Ed25519PublicKey,
            held: [ScopeText], scope: [ScopeText], audience: [AudienceText]?, maximumUses: UInt32?,
            issuedAtSeconds: UInt64, expiresAtSeconds: UInt64, parent: GrantReference,
            depth: UInt8, previous: Digest32
        ) {
            self.issuer = issuer
            self.challenge = challenge
            self.proofSequence = proofSequence
            self.delegator = delegator
            self.delegatorKey = delegatorKey
            self.delegate = delegate
            self.delegateKey = delegateKey
            self.held = held
            self.scope = scope
            self.audience = audience
            self.maximumUses = maximumUses
            self.issuedAtSeconds = issuedAtSeconds
            self.expiresAtSeconds = expiresAtSeconds
            self.parent = parent
            self.depth = depth
            self.previous = previous
        }
    }

    package let content: Content
    /// The compact JWS.
    package let bytes: [UInt8]
    /// SHA-256 of it.
    package let digest: Digest32
    private let signature: [UInt8]

    init(content: Content, bytes: [UInt8], signature: [UInt8]) {
        self.content = content
        self.bytes = bytes
        self.signature = signature
        digest = SHA256.digest(bytes)
    }

    /// The grant that it makes.
    package var grant: GrantReference { GrantReference(ofHop: digest) }

    /// Whether the key that the hop names as the delegator's signed it. About 50 us.
    package var isSigned: Bool {
        let signedCount = bytes.count - Self.encodedSignatureCount
        return bytes.withUnsafeBytes { bytes in
            signature.withUnsafeBytes {
                content.delegatorKey.isValidSignature(
                    $0, for: UnsafeRawBufferPointer(rebasing: bytes[..<signedCount]))
            }
        }
    }
}
