/// What a validator asks of a token beyond that it is valid.
package struct Requirement: Equatable, Sendable {
    package var scope: [Scope]
    /// One word of printable ASCII.
    package var audience: [UInt8]?
    package var consumesUse: Bool
    /// Those of a token by reference are written for the answer: up to 176 KiB of them.
    package var wantsClaims = true

    package init(scope: [Scope] = [], audience: [UInt8]? = nil, consumesUse: Bool = false) {
        self.scope = scope
        self.audience = audience
        self.consumesUse = consumesUse
    }

    package static let none = Requirement()
}

/// A renewal, proven by the key that the grant is bound to.
package struct RenewalRequest: Equatable, Sendable {
    package var presentation: Presentation
    /// Whose signature was found good: it must be the grant's.
    package var provenBy: PublicKey
    package var renewal: RenewalID
    /// Nil keeps the scope.
    package var scope: [Scope]?
    /// 0 means as long as the old token's life.
    package var lifetimeSeconds: UInt32

    package init(
        presentation: Presentation, provenBy: PublicKey, renewal: RenewalID, scope: [Scope]?,
        lifetimeSeconds: UInt32
    ) {
        self.presentation = presentation
        self.provenBy = provenBy
        self.renewal = renewal
        self.scope = scope
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// What an agent says it is doing.
package enum AgentState: UInt8, Sendable {
    case unspecified = 0
    case active = 1
    case idle = 2
    case completing = 3
}

/// A token as presented: the grant it names, and the digest of all its bytes.
package struct Presentation: Equatable, Sendable {
    package var grant: GrantID
    /// Of the whole compact JWS: whichever digest the server chose, the same for every token.
    package var digest: Digest

    package init(grant: GrantID, digest: Digest) {
        self.grant = grant
        self.digest = digest
    }
}

/// Which grant to release.
package enum ReleaseTarget: Equatable, Sendable {
    case token(Presentation)
    case grant(GrantID)
}
