/// What an app is to be: the operator's words, well formed.
package struct AppTerms: Equatable, Sendable {
    package var name: Name
    package var ceiling: [Scope]
    package var uids: [UserID]
    package var orchestrations: [Name]
    package var attestationKeys: [PublicKey]
    /// 0 takes the broker's default.
    package var defaultLifetimeSeconds: UInt32
    package var maximumLifetimeSeconds: UInt32
    package var sharesUid: Bool
    package var heartbeat = HeartbeatTerms.none
    package var delegatesAcrossApps = false
    /// Client id and digest of a secret just made for it.
    package var secret: NewSecret?

    package init(
        name: Name, ceiling: [Scope], uids: [UserID], orchestrations: [Name],
        attestationKeys: [PublicKey], defaultLifetimeSeconds: UInt32,
        maximumLifetimeSeconds: UInt32, sharesUid: Bool
    ) {
        self.name = name
        self.ceiling = ceiling
        self.uids = uids
        self.orchestrations = orchestrations
        self.attestationKeys = attestationKeys
        self.defaultLifetimeSeconds = defaultLifetimeSeconds
        self.maximumLifetimeSeconds = maximumLifetimeSeconds
        self.sharesUid = sharesUid
    }
}

/// What is to change about an app; nil leaves it as it is.
package struct AppAmendment: Equatable, Sendable {
    package var name: Name
    package var ceiling: [Scope]?
    package var uids: [UserID]?
    package var orchestrations: [Name]?
    package var attestationKeys: [PublicKey]?
    package var defaultLifetimeSeconds: UInt32?
    package var maximumLifetimeSeconds: UInt32?
    package var sharesUid: Bool?
    package var heartbeat: HeartbeatTerms?
    package var delegatesAcrossApps: Bool?
    package var secret: SecretAmendment?

    package init(name: Name) { self.name = name }

    package enum SecretAmendment: Equatable, Sendable {
        case issue(NewSecret)
        case remove
    }
}

/// A secret that was just made: all that the broker keeps of it. An app that has a client id keeps it.
package struct NewSecret: Equatable, Sendable {
    package var clientID: Name
    package var digest: Digest

    package init(clientID: Name, digest: Digest) {
        self.clientID = clientID
        self.digest = digest
    }
}
