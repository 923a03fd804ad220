/// What the last agent of a chain holds, on the way from the root to the end: each hop that is
/// followed takes the place of what it was made from.
struct ChainWalk {
    private(set) var agent: AgentURI
    private(set) var key: Ed25519PublicKey
    private(set) var grant: GrantReference
    private(set) var scope: [ScopeText]
    /// None where no audience was named: then no hop can name one.
    private(set) var audience: [AudienceText]
    private(set) var maximumUses: UInt32?
    private(set) var expiresAtSeconds: UInt64
    /// Of the root's text, or of the last hop.
    private(set) var digest: Digest32
    private(set) var depth: UInt8 = 0
    private let issuer: IssuerText

    /// At the root, which is the broker's word: nothing in it needs to be proven.
    init(root text: [UInt8], issuer: IssuerText) throws(ChainRefusal) {
        guard let root = text.withUnsafeBytes({ RootStatement(parsing: $0) }) else {
            throw .rootMalformed
        }
        agent = root.agent
        key = root.key
        grant = root.grant
        scope = root.scope
        audience = root.audience
        expiresAtSeconds = root.notAfterSeconds
        digest = SHA256.digest(text)
        self.issuer = issuer
    }

    /// Goes on to the delegate of a hop, where the hop follows from what is held here.
    mutating func follow(_ text: [UInt8]) throws(ChainRefusal) {
        guard let hop = Hop(parsing: text) else { throw .hopMalformed }
        let content = hop.content
        guard content.depth == depth + 1, content.previous == digest else { throw .hopOrder }
        guard content.issuer == issuer else { throw .issuerMismatch }
        guard content.delegator == agent, content.delegatorKey == key else {
            throw .delegatorMismatch
        }
        guard hop.isSigned else { throw .hopSignatureInvalid }
        guard content.parent == grant else { throw .parentMismatch }
        try checkNarrowing(content)

        agent = content.delegate
        key = content.delegateKey
        grant = hop.grant
        scope = content.scope
        audience = content.audience ?? audience
        maximumUses = content.maximumUses
        expiresAtSeconds = content.expiresAtSeconds
        digest = hop.digest
        depth = content.depth
    }

    private func checkNarrowing(_ content: Hop.Content) throws(ChainRefusal) {
        // Not equal: a renewal may have narrowed what the delegator held when it delegated.
        guard scope.cover(content.held) else { throw .heldWidened }
        guard content.held.cover(content.scope) else { throw .scopeWidened }
        if let wanted = content.audience {
            guard wanted.allSatisfy(audience.contains) else { throw .audienceWidened }
        }
        if let maximumUses {
            guard let uses = content.maximumUses, uses <= maximumUses else { throw .usesWidened }
        }
        guard content.expiresAtSeconds <= expiresAtSeconds else { throw .expiryWidened }
    }
}
