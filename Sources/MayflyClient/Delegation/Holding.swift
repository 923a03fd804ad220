internal import MayflyCrypto

/// What a token says its agent holds, as far as a hop from it needs it. Nothing is verified: what
/// is wrong in it the broker refuses.
struct Holding: Sendable {
    let agent: AgentURI
    let grant: GrantReference
    /// In the token's order.
    let scope: [ScopeText]
    let expiresAtSeconds: UInt64
    /// Hops from the root.
    let depth: Int
    /// SHA-256 of the last hop; nil in an agent's own grant.
    let previous: Digest32?

    /// Nil where the payload lacks one of these, as that of a token by reference does.
    init?(payload: [UInt8]) {
        guard let json = payload.withUnsafeBytes({ JSONReader.read($0) }),
            let agent = json["sub"]?.text.flatMap({ AgentURI($0) }),
            let grant = json["grant"]?.text.flatMap({ GrantReference($0) }),
            let scope = json["scope"]?.texts, let expiry = json["exp"]?.wholeNumber
        else { return nil }
        self.agent = agent
        self.grant = grant
        self.scope = scope.compactMap { ScopeText($0) }
        expiresAtSeconds = expiry
        let hops = json["delegation_chain"]?.texts ?? []
        depth = hops.count
        previous = hops.last.map { SHA256.digest($0) }
        guard self.scope.count == scope.count, !scope.isEmpty else { return nil }
    }
}
