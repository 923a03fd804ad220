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

    init(_ message: AppMessage) {
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
    }
}

/// What an app is registered with.
public struct AppTerms: Equatable, Sendable {
    /// 1 to 64 bytes of `[a-z0-9-]`, from a letter.
    public var name: String
    /// 1 to 32 scopes.
    public var ceiling: [String]
    /// Unix uids that are this app.
    public var uids: [UInt32]
    /// Orchestration ids that only this app may use.
    public var orchestrations: [String]
    /// Ed25519 public keys, 32 bytes each, that may attest spawn batches.
    public var attestationKeys: [[UInt8]]
    /// Life of a token where none is asked, in whole seconds; nil takes the broker's default.
    public var defaultLifetime: Duration?
    /// Longest life of a grant, in whole seconds; nil takes the broker's maximum.
    public var maximumLifetime: Duration?
    /// It knows that another app has one of its uids; both must say so.
    public var sharesUid: Bool

    /// An app that only the named uids are.
    public init(
        name: String, ceiling: [String], uids: [UInt32], orchestrations: [String] = [],
        attestationKeys: [[UInt8]] = [], defaultLifetime: Duration? = nil,
        maximumLifetime: Duration? = nil, sharesUid: Bool = false
    ) {
        self.name = name
        self.ceiling = ceiling
        self.uids = uids
        self.orchestrations = orchestrations
        self.attestationKeys = attestationKeys
        self.defaultLifetime = defaultLifetime
        self.maximumLifetime = maximumLifetime
        self.sharesUid = sharesUid
    }
}

/// What is to change about an app; nil leaves a thing as it is, a list replaces the whole list.
public struct AppChange: Equatable, Sendable {
    /// 1 to 32 scopes. Taking one away ends the app's live grants.
    public var ceiling: [String]?
    /// Unix uids that are this app.
    public var uids: [UInt32]?
    /// Orchestration ids that only this app may use.
    public var orchestrations: [String]?
    /// Ed25519 public keys, 32 bytes each, that may attest spawn batches.
    public var attestationKeys: [[UInt8]]?
    /// Life of a token where none is asked, in whole seconds.
    public var defaultLifetime: Duration?
    /// Longest life of a grant, in whole seconds.
    public var maximumLifetime: Duration?
    /// It knows that another app has one of its uids.
    public var sharesUid: Bool?

    /// A change of nothing.
    public init() {}
}

/// Terms whose lifetimes fit the wire.
struct ResolvedAppTerms: Sendable {
    let message: AppMessage

    init(_ terms: AppTerms) throws(MayflyError) {
        var message = AppMessage()
        message.name = terms.name
        message.ceiling = terms.ceiling
        message.uids = terms.uids
        message.orchestrations = terms.orchestrations
        message.attestationKeys = terms.attestationKeys
        message.defaultTTLSeconds = try wireSeconds(terms.defaultLifetime)
        message.maximumTTLSeconds = try wireSeconds(terms.maximumLifetime)
        message.sharedUid = terms.sharesUid
        self.message = message
    }
}

/// A change whose lifetimes fit the wire.
struct ResolvedAppChange: Sendable {
    private let change: AppChange
    private let defaultSeconds: UInt32
    private let maximumSeconds: UInt32

    init(_ change: AppChange) throws(MayflyError) {
        self.change = change
        defaultSeconds = try wireSeconds(change.defaultLifetime)
        maximumSeconds = try wireSeconds(change.maximumLifetime)
    }

    func message(_ name: String) -> UpdateAppRequestMessage {
        var message = UpdateAppRequestMessage(name: name)
        message.ceiling = change.ceiling
        message.uids = change.uids
        message.orchestrations = change.orchestrations
        message.attestationKeys = change.attestationKeys
        message.defaultTTLSeconds = defaultSeconds
        message.maximumTTLSeconds = maximumSeconds
        message.sharedUid = change.sharesUid
        return message
    }
}
