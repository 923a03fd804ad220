/// What a hop says, its signature by `delegatorKey`, its issuer and its challenge found good.
package struct HopTerms: Equatable, Sendable {
    /// The compact JWS.
    package var text: [UInt8]
    /// SHA-256 of it; the first half is the new grant's id.
    package var digest: Digest
    package var delegator: AgentName
    package var delegatorKey: PublicKey
    package var delegate: AgentName
    package var delegateKey: PublicKey
    /// What the delegator holds, in its token's order.
    package var held: TextList
    package var scope: [Scope]
    /// Nil takes the parent's.
    package var audience: TextList?
    package var maximumUses: UInt32?
    /// Seconds since the Unix epoch, on the clock that tokens tell.
    package var issuedAtSeconds: UInt64
    package var expiresAtSeconds: UInt64
    package var parent: GrantID
    package var depth: UInt8
    /// SHA-256 of the hop before, or of the root statement.
    package var previous: Digest

    package init(
        text: [UInt8], digest: Digest, delegator: AgentName, delegatorKey: PublicKey,
        delegate: AgentName, delegateKey: PublicKey, held: TextList, scope: [Scope],
        audience: TextList?, maximumUses: UInt32?, issuedAtSeconds: UInt64,
        expiresAtSeconds: UInt64, parent: GrantID, depth: UInt8, previous: Digest
    ) {
        self.text = text
        self.digest = digest
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

    /// The grant that it makes.
    package var grant: GrantID {
        digest.withBytes { bytes in
            GrantID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}
