internal import MayflyCrypto

/// A hop that lacks only what the connection gives: challenge, number and time.
struct HopDraft: Sendable {
    private let holding: Holding
    private let key: AgentKey
    private let delegate: AgentURI
    private let delegateKey: Ed25519PublicKey
    private let previous: Digest32
    private let depth: UInt8
    private let scope: [ScopeText]
    private let audience: [AudienceText]?
    private let maximumUses: UInt32?
    private let lifetimeSeconds: UInt32

    /// - Parameter root: the root statement of the delegator's grant, for the first hop.
    init(
        _ holding: Holding, root: [UInt8]?, key: AgentKey, delegate: AgentDescription,
        _ terms: DelegationTerms
    ) throws(MayflyError) {
        guard let previous = holding.previous ?? root.map({ SHA256.digest($0) }) else {
            throw .protocolViolation("An agent's description has no root statement.")
        }
        guard let agent = AgentURI(delegate.id), let agentKey = Ed25519PublicKey(delegate.publicKey)
        else { throw .protocolViolation("An agent's description has no SPIFFE ID or no key.") }
        guard holding.depth < Int(Hop.maximumDepth) else {
            throw .invalidRequest("A chain has at most \(Hop.maximumDepth) hops.")
        }
        self.holding = holding
        self.key = key
        self.delegate = agent
        delegateKey = agentKey
        self.previous = previous
        depth = UInt8(holding.depth + 1)
        scope = try Self.words(
            terms.scope, maximum: ScopeText.maximumListCount, "scopes"
        ) { ScopeText($0) }
        if let audience = terms.audience {
            self.audience = try Self.words(
                audience, maximum: AudienceText.maximumListCount, "audiences"
            ) { AudienceText($0) }
        } else {
            audience = nil
        }
        _ = try wireUses(terms.maximumUses)
        maximumUses = terms.maximumUses
        lifetimeSeconds = try wireSeconds(terms.lifetime)
    }

    private static func words<Word>(
        _ texts: [String], maximum: Int, _ what: String, _ make: (String) -> Word?
    ) throws(MayflyError) -> [Word] {
        let words = texts.compactMap(make)
        guard 1...maximum ~= texts.count, words.count == texts.count else {
            throw .invalidRequest("Delegate 1 to \(maximum) well-formed \(what).")
        }
        return words
    }

    /// The compact JWS, over the connection's challenge and by the broker's clock.
    func signed(on session: Session) throws(MayflyError) -> [UInt8] {
        guard let issuer = IssuerText(session.issuer) else {
            throw .protocolViolation("The broker's issuer is not one.")
        }
        let now = session.brokerTime.seconds
        let expiry =
            lifetimeSeconds == 0 ? holding.expiresAtSeconds : now + UInt64(lifetimeSeconds)
        let content = Hop.Content(
            issuer: issuer, challenge: session.challenge,
            proofSequence: session.nextProofSequence(), delegator: holding.agent,
            delegatorKey: key.pair.publicKey, delegate: delegate, delegateKey: delegateKey,
            held: holding.scope, scope: scope, audience: audience, maximumUses: maximumUses,
            issuedAtSeconds: now, expiresAtSeconds: expiry, parent: holding.grant, depth: depth,
            previous: previous)
        return Hop.sign(content, with: key.pair)
    }
}
