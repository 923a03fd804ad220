internal import MayflyWire

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
    /// What becomes of its agents that miss their heartbeats.
    public var heartbeat: HeartbeatPolicy
    /// Its agents may delegate to those of another app that allows it too.
    public var delegatesAcrossApps: Bool
    /// Make a client id and a secret for it; the answer shows them, once.
    public var issuesSecret: Bool

    /// An app that only the named uids are.
    public init(
        name: String, ceiling: [String], uids: [UInt32], orchestrations: [String] = [],
        attestationKeys: [[UInt8]] = [], defaultLifetime: Duration? = nil,
        maximumLifetime: Duration? = nil, sharesUid: Bool = false,
        heartbeat: HeartbeatPolicy = .none, delegatesAcrossApps: Bool = false,
        issuesSecret: Bool = false
    ) {
        self.name = name
        self.ceiling = ceiling
        self.uids = uids
        self.orchestrations = orchestrations
        self.attestationKeys = attestationKeys
        self.defaultLifetime = defaultLifetime
        self.maximumLifetime = maximumLifetime
        self.sharesUid = sharesUid
        self.heartbeat = heartbeat
        self.delegatesAcrossApps = delegatesAcrossApps
        self.issuesSecret = issuesSecret
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
    /// What becomes of its agents that miss their heartbeats.
    public var heartbeat: HeartbeatPolicy?
    /// Its agents may delegate to those of another app that allows it too.
    public var delegatesAcrossApps: Bool?
    /// What becomes of its secret.
    public var secret: SecretChange?

    /// What may become of an app's secret.
    public enum SecretChange: Equatable, Sendable {
        /// A new one, which the answer shows, once; the old one is worth nothing from then on.
        case issue
        /// It has none from then on.
        case remove
    }

    /// A change of nothing.
    public init() {}
}

/// Terms whose lifetimes fit the wire.
struct ResolvedAppTerms: Sendable {
    let message: AppMessage
    let issuesSecret: Bool

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
        message.heartbeatPolicy = terms.heartbeat.message
        message.heartbeatIntervalSeconds = try terms.heartbeat.intervalSeconds()
        message.crossAppDelegation = terms.delegatesAcrossApps
        self.message = message
        issuesSecret = terms.issuesSecret
    }
}

/// A change whose lifetimes fit the wire.
struct ResolvedAppChange: Sendable {
    private let change: AppChange
    private let defaultSeconds: UInt32
    private let maximumSeconds: UInt32
    private let heartbeat: UpdateAppRequestMessage.Heartbeat?

    init(_ change: AppChange) throws(MayflyError) {
        self.change = change
        defaultSeconds = try wireSeconds(change.defaultLifetime)
        maximumSeconds = try wireSeconds(change.maximumLifetime)
        if let policy = change.heartbeat {
            var heartbeat = UpdateAppRequestMessage.Heartbeat()
            heartbeat.policy = policy.message
            heartbeat.intervalSeconds = try policy.intervalSeconds()
            self.heartbeat = heartbeat
        } else {
            heartbeat = nil
        }
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
        message.heartbeat = heartbeat
        message.crossAppDelegation = change.delegatesAcrossApps
        message.secret =
            switch change.secret {
            case nil: .unspecified
            case .issue: .issue
            case .remove: .remove
            }
        return message
    }
}
