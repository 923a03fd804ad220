/// What clients, operators and the passing of time ask of the broker.
enum Request: Equatable {
    case authenticate(app: String)
    case authenticateClient(id: String, secret: Fingerprint)
    case spawn([AgentWish], attestedBy: Fingerprint?)
    case createLaunchToken(LaunchWish, app: String?)
    case register(AgentWish, secret: Fingerprint, supersedes: Bool)
    case validate(TokenCopy, ValidationWish)
    case renew(RenewalWish)
    case delegate(TokenCopy, Hop, isByReference: Bool)
    case heartbeat(TokenCopy)
    case releaseToken(TokenCopy)
    case releaseGrant(WideID)
    case endBound(Tether)
    case createApp(AppWish)
    case updateApp(AppChange)
    case removeApp(String)
    case revokeToken(WideID)
    case revokeAgent(AgentID)
    case revokeTask(String, orchestration: String?, allowsNew: Bool)
    case revokeChainOfGrant(WideID)
    case revokeChainOfAgent(AgentID)
    case liftRevocation(UInt64)
    case rotateKey(UInt32, isEmergency: Bool)
    case acceptTime(Int64)
    case advance(limit: Int)
    case start(grants: Int)
    case stop(grants: Int)
}

struct AgentWish: Equatable {
    var orchestration: String
    var task: String
    var scope: [String]
    var audience: [String]
    var publicKey: Fingerprint
    /// Seconds; 0 leaves it to the app.
    var lifetime: UInt32
    /// Seconds; 0 means as long as the first token.
    var totalLifetime: UInt32
    var uses: UInt32?
    var isByReference: Bool
    var tether: Tether?
}

struct LaunchWish: Equatable {
    var secret: Fingerprint
    var ceiling: [String]
    /// Seconds; 0 takes the default.
    var lifetime: UInt32
    /// Seconds; 0 takes the app's maximum.
    var agentLifetime: UInt32
}

struct ValidationWish: Equatable {
    var scope: [String] = []
    var audience: String?
    var consumesUse = false
}

struct RenewalWish: Equatable {
    var copy: TokenCopy
    var provenBy: Fingerprint
    var renewal: WideID
    var scope: [String]?
    /// Seconds; 0 means as long as the token before.
    var lifetime: UInt32
}

/// A delegation as its delegator signed it.
struct Hop: Equatable {
    var text: String
    /// The grant that it makes.
    var grant: WideID
    var delegator: AgentID
    var delegatorKey: Fingerprint
    var delegate: AgentID
    var delegateKey: Fingerprint
    var held: [String]
    var scope: [String]
    var audience: [String]?
    var uses: UInt32?
    /// Seconds, as told.
    var issuedAt: UInt64
    var expiresAt: UInt64
    var parent: WideID
    var depth: UInt8
    var previous: Fingerprint
}

struct AppWish: Equatable {
    var name: String
    var ceiling: [String]
    var uids: [UInt32]
    var orchestrations: [String]
    var attestationKeys: [Fingerprint]
    var defaultLifetime: UInt32
    var maximumLifetime: UInt32
    var sharesUid: Bool
    var heartbeat: Heartbeat
    var delegatesAcrossApps: Bool
    var clientID: String?
    var secret: Fingerprint
}

/// Nil leaves it as it is.
struct AppChange: Equatable {
    var name: String
    var ceiling: [String]?
    var uids: [UInt32]?
    var orchestrations: [String]?
    var attestationKeys: [Fingerprint]?
    var maximumLifetime: UInt32?
    var heartbeat: Heartbeat?
    var delegatesAcrossApps: Bool?
    var newSecret: Fingerprint?
    var removesSecret = false
}

struct Heartbeat: Equatable {
    enum Policy: UInt8 {
        case none = 1
        case flag = 2
        case end = 3
    }

    var policy: Policy
    var interval: UInt32
    static let none = Heartbeat(policy: .none, interval: 0)
}
