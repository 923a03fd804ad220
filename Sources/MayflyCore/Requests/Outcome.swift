/// A grant made or renewed, with its token still to be signed.
package struct IssuedGrant: Sendable {
    package var grant: GrantID
    package var agent: AgentName
    package var key: KeyNumber
    /// As the token tells it.
    package var expiresAt: Instant
    /// `header.payload`, base64url: what the signature is over.
    package var signingInput: [UInt8]
    /// BLAKE2b-256 of it: says which of the grant's tokens this is.
    package var unsignedDigest: Digest

    package init(
        grant: GrantID, agent: AgentName, key: KeyNumber, expiresAt: Instant,
        signingInput: [UInt8], unsignedDigest: Digest
    ) {
        self.grant = grant
        self.agent = agent
        self.key = key
        self.expiresAt = expiresAt
        self.signingInput = signingInput
        self.unsignedDigest = unsignedDigest
    }
}

/// The answer to a command.
package enum Decision: Sendable {
    case refused(Refusal)
    indirect case authenticated(AppRecord)
    case spawned([IssuedGrant])
    /// By a registration, a renewal or a delegation.
    indirect case issued(IssuedGrant)
    indirect case launchToken(LaunchToken)
    case valid(ValidGrant)
    case invalid(Reason)
    /// Recovered and not presented since: the server finds its token's digest, then `Broker.pin`.
    case unproven(UnprovenGrant)
    case released(ended: Bool)
    indirect case app(AppRecord)
    case appRemoved(endedGrants: UInt64)
    case alive(expiresAt: Instant)
    /// How many live grants ended with their bond; `more` asks to be called again.
    case unbound(count: UInt64, more: Bool)
    /// How many live grants it matched, and the record, where there has to be one.
    indirect case revoked(count: UInt64, RevocationRecord?)
    indirect case keyRotated(KeyRecord)
    case advanced(more: Bool)
    case recorded
}

/// What a validator learns of a valid token.
package struct ValidGrant: Sendable {
    /// As the token tells it.
    package var expiresAt: Instant
    /// What is left, where a limited use was consumed.
    package var usesLeft: UInt32?
    /// All claims, of a token that only refers to them.
    package var claims: [UInt8]?
}

/// What a recovered grant's first presentation is checked against.
package struct UnprovenGrant: Sendable {
    package var key: KeyNumber
    /// BLAKE2b-256 of the token's `header.payload`.
    package var unsignedDigest: Digest
}

/// A decision, and what it did to the world.
package struct Outcome: Sendable {
    package var decision: Decision
    /// The answer may leave when the log is durable up to here.
    package var dependsOn: LogPosition
    /// To be appended to the log in this order, with the changes they record.
    package var events: [Event] = []
    package var changes: [Change] = []

    package init(_ decision: Decision, dependsOn: LogPosition) {
        self.decision = decision
        self.dependsOn = dependsOn
    }
}
