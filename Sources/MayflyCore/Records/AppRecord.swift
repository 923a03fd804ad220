/// A registered orchestrator.
package struct AppRecord: Equatable, Sendable {
    package var serial: Serial
    package var name: Name
    package var ceiling: [Scope]
    /// Unix users that are this app without a secret.
    package var uids: [UserID]
    /// Orchestration ids that only this app may use.
    package var orchestrations: [Name]
    /// Ed25519 keys that may attest spawn batches.
    package var attestationKeys: [PublicKey]
    package var defaultLifetimeSeconds: UInt32
    package var maximumLifetimeSeconds: UInt32
    /// This app shares a uid with another and knows that their ceilings merge.
    package var sharesUid: Bool
    /// The other way to prove itself.
    package var secret: AppSecret?
    /// Secrets that it ever had: no generation comes twice.
    package var secretGenerations: UInt32 = 0
    package var heartbeat = HeartbeatTerms.none
    /// Its agents may delegate to those of another app that says the same.
    package var delegatesAcrossApps = false
    /// Raised by whatever makes the app's older grants invalid.
    package var epoch: UInt32
    package var createdAt: Instant
    /// Set when the app was removed; the record stays until its last grant is swept.
    package var removedAt: Instant?
    package var position: LogPosition

    package init(
        serial: Serial, name: Name, ceiling: [Scope], uids: [UserID], orchestrations: [Name],
        attestationKeys: [PublicKey], defaultLifetimeSeconds: UInt32,
        maximumLifetimeSeconds: UInt32, sharesUid: Bool, epoch: UInt32, createdAt: Instant,
        removedAt: Instant?, position: LogPosition
    ) {
        self.serial = serial
        self.name = name
        self.ceiling = ceiling
        self.uids = uids
        self.orchestrations = orchestrations
        self.attestationKeys = attestationKeys
        self.defaultLifetimeSeconds = defaultLifetimeSeconds
        self.maximumLifetimeSeconds = maximumLifetimeSeconds
        self.sharesUid = sharesUid
        self.epoch = epoch
        self.createdAt = createdAt
        self.removedAt = removedAt
        self.position = position
    }
}

/// A client secret, as far as the broker keeps it.
package struct AppSecret: Equatable, Sendable {
    /// What the client names: 1 to 128 bytes of `[A-Za-z0-9._-]`, no other app's.
    package var clientID: Name
    /// Keyed BLAKE2b-256 of the secret.
    package var digest: Digest
    /// Raised when the secret is changed or taken: connections that proved an older one are none.
    package var generation: UInt32

    package init(clientID: Name, digest: Digest, generation: UInt32) {
        self.clientID = clientID
        self.digest = digest
        self.generation = generation
    }
}

/// What becomes of an agent that does not say it is alive.
package struct HeartbeatTerms: Equatable, Sendable {
    package enum Policy: UInt8, Sendable {
        case none = 1
        case flag = 2
        case end = 3
    }

    package var policy: Policy
    /// 1 to 86,400 where there is a policy.
    package var intervalSeconds: UInt32

    package init(policy: Policy, intervalSeconds: UInt32) {
        self.policy = policy
        self.intervalSeconds = intervalSeconds
    }

    package static let none = HeartbeatTerms(policy: .none, intervalSeconds: 0)
}
