/// A single-use secret with which an agent registers itself, as far as the broker keeps it.
package struct LaunchToken: Equatable, Sendable {
    package var serial: Serial
    /// Keyed BLAKE2b-256 of the secret.
    package var digest: Digest
    package var label: Name?
    package var app: Serial
    /// The app's epoch when it was made; another now, and the launch token is dead.
    package var appEpoch: UInt32
    /// The most that the agent may ask for.
    package var ceiling: [Scope]
    package var expiresAt: Instant
    /// Longest life of the agent's grant: seconds.
    package var maximumLifetimeSeconds: UInt32
    /// Who is charged for it.
    package var share: UserShare
    package var position: LogPosition

    package init(
        serial: Serial, digest: Digest, label: Name?, app: Serial, appEpoch: UInt32,
        ceiling: [Scope], expiresAt: Instant, maximumLifetimeSeconds: UInt32,
        share: UserShare = .unnamed, position: LogPosition
    ) {
        self.serial = serial
        self.digest = digest
        self.label = label
        self.app = app
        self.appEpoch = appEpoch
        self.ceiling = ceiling
        self.expiresAt = expiresAt
        self.maximumLifetimeSeconds = maximumLifetimeSeconds
        self.share = share
        self.position = position
    }
}
