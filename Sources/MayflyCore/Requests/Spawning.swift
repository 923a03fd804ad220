/// One agent to be spawned; its identifiers and scopes are already well formed.
package struct AgentSpec: Equatable, Sendable {
    package var orchestration: Name
    package var task: Name
    package var scope: [Scope]
    package var audience: TextList
    package var publicKey: PublicKey
    /// 0 takes the app's default.
    package var lifetimeSeconds: UInt32
    /// Seconds until `not_after`; 0 means the same as the first token's life.
    package var totalLifetimeSeconds: UInt32
    /// What the grant is to hang on beyond its expiry; nil for nothing.
    package var bond: Bond?
    /// Uses that the grant and all delegated from it may consume; nil without limit.
    package var maximumUses: UInt32?
    package var isByReference = false
    package var binding: Binding { bond?.binding ?? .none }

    package init(
        orchestration: Name, task: Name, scope: [Scope], audience: TextList, publicKey: PublicKey,
        lifetimeSeconds: UInt32, totalLifetimeSeconds: UInt32, bond: Bond? = nil
    ) {
        self.orchestration = orchestration
        self.task = task
        self.scope = scope
        self.audience = audience
        self.publicKey = publicKey
        self.lifetimeSeconds = lifetimeSeconds
        self.totalLifetimeSeconds = totalLifetimeSeconds
        self.bond = bond
    }
}

/// What a launch token is to be.
package struct LaunchTokenTerms: Equatable, Sendable {
    /// Keyed BLAKE2b-256 of the secret.
    package var digest: Digest
    package var label: Name?
    package var ceiling: [Scope]
    /// 0 takes the default of 30 s.
    package var lifetimeSeconds: UInt32
    /// Longest life of the agent's grant; 0 takes the app's maximum.
    package var maximumAgentLifetimeSeconds: UInt32

    package init(
        digest: Digest, label: Name?, ceiling: [Scope], lifetimeSeconds: UInt32,
        maximumAgentLifetimeSeconds: UInt32
    ) {
        self.digest = digest
        self.label = label
        self.ceiling = ceiling
        self.lifetimeSeconds = lifetimeSeconds
        self.maximumAgentLifetimeSeconds = maximumAgentLifetimeSeconds
    }
}
