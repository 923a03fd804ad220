/// What a delegate gets: never more than its delegator holds.
public struct DelegationTerms: Equatable, Sendable {
    /// 1 to 32 scopes, each covered by one that the delegator holds.
    public var scope: [String]
    /// 1 to 8 of the audiences of the delegator's token; nil takes them all.
    public var audience: [String]?
    /// How long the new grant may live, renewals included, rounded up to whole seconds; nil takes
    /// what is left of the delegator's token. Its token also ends with that of the delegate's own.
    public var lifetime: Duration?
    /// Uses that the delegator gives away, from 1; needed where its own are limited, else nil sets
    /// no limit.
    public var maximumUses: UInt32?
    /// Issue a short token that the broker resolves; done unasked where the chain is too long for a
    /// token.
    public var byReference: Bool

    /// Terms of a delegation.
    public init(
        scope: [String], audience: [String]? = nil, lifetime: Duration? = nil,
        maximumUses: UInt32? = nil, byReference: Bool = false
    ) {
        self.scope = scope
        self.audience = audience
        self.lifetime = lifetime
        self.maximumUses = maximumUses
        self.byReference = byReference
    }
}
