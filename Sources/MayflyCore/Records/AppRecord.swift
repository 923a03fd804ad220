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
