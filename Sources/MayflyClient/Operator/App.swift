internal import MayflyWire

/// A registered orchestrator.
public struct App: Equatable, Sendable {
    /// 1 to 64 bytes of `[a-z0-9-]`, from a letter.
    public let name: String
    /// What its agents may have at most: scopes `action:resource:identifier`, `*` for any
    /// identifier.
    public let ceiling: [String]
    /// Unix uids that are this app without a secret. A uid proves the uid only: every process of
    /// that user is the app.
    public let uids: [UInt32]
    /// Orchestration ids that only this app may use.
    public let orchestrations: [String]
    /// Ed25519 public keys, 32 bytes each, that may attest spawn batches.
    public let attestationKeys: [[UInt8]]
    /// Life of a token where none is asked, in seconds.
    public let defaultLifetimeSeconds: UInt32
    /// Longest life of a grant, in seconds.
    public let maximumLifetimeSeconds: UInt32
    /// It knows that another app has one of its uids, and that their ceilings then merge.
    public let sharesUid: Bool
    /// Raised by whatever makes the app's older grants invalid; from 1.
    public let epoch: UInt32
    /// Live grants at the time of the answer.
    public let liveGrants: UInt64
    /// When it was registered.
    public let createdAt: UnixTime
    /// What it may make itself known with besides its uids; nil where it has no secret.
    public let clientID: String?
    /// What becomes of its agents that miss their heartbeats.
    public let heartbeat: HeartbeatPolicy
    /// Its agents may delegate to those of another app that allows it too, and the other way round.
    public let delegatesAcrossApps: Bool
    /// Where this very call issued a secret: the only time that it is shown.
    public let issuedCredentials: ClientCredentials?

    init(_ message: AppMessage, issuedSecret: String = "") {
        name = message.name
        ceiling = message.ceiling
        uids = message.uids
        orchestrations = message.orchestrations
        attestationKeys = message.attestationKeys
        defaultLifetimeSeconds = message.defaultTTLSeconds
        maximumLifetimeSeconds = message.maximumTTLSeconds
        sharesUid = message.sharedUid
        epoch = message.epoch
        liveGrants = message.liveGrants
        createdAt = UnixTime(seconds: message.createdAt)
        clientID = message.clientID.isEmpty ? nil : message.clientID
        heartbeat = HeartbeatPolicy(
            message.heartbeatPolicy, intervalSeconds: message.heartbeatIntervalSeconds)
        delegatesAcrossApps = message.crossAppDelegation
        issuedCredentials =
            issuedSecret.isEmpty
            ? nil : ClientCredentials(clientID: message.clientID, secret: issuedSecret)
    }
}
