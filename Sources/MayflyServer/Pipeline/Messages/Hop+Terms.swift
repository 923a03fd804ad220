internal import MayflyCore
internal import MayflyCrypto

/// From what a hop says to what the core takes. The alphabets are the same in both rooms.
extension HopTerms {
    /// Nil where an agent is of another trust domain.
    init?(_ hop: Hop, issuer: TokenIssuer) {
        let content = hop.content
        guard let delegator = issuer.agent(content.delegator),
            let delegate = issuer.agent(content.delegate)
        else { return nil }
        let scope = content.scope.compactMap { scope in
            scope.bytes.withUnsafeBytes { Scope($0) }
        }
        guard scope.count == content.scope.count else { return nil }
        self.init(
            text: hop.bytes, digest: Digest(hop.digest), delegator: delegator,
            delegatorKey: PublicKey(content.delegatorKey), delegate: delegate,
            delegateKey: PublicKey(content.delegateKey),
            held: TextList(words: content.held.lazy.map(\.bytes)), scope: scope,
            audience: content.audience.map { TextList(words: $0.lazy.map(\.bytes)) },
            maximumUses: content.maximumUses, issuedAtSeconds: content.issuedAtSeconds,
            expiresAtSeconds: content.expiresAtSeconds,
            parent: GrantID(high: content.parent.high, low: content.parent.low),
            depth: content.depth, previous: Digest(content.previous))
    }
}
