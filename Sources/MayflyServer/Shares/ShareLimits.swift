internal import MayflyCore

/// Whom something is charged to.
enum ShareKey: Hashable, Sendable {
    /// A uid that an app's list or the operator's names.
    case uid(UserID)
    /// An app that proved itself by its secret, from a uid that nobody names.
    case app(Serial)
    /// All uids together that nobody names.
    case unnamed
    /// The operator's socket: never refused for what others take.
    case `operator`

    /// As the core's records have it, which know no app's own.
    init(_ share: UserShare) {
        self = share == .unnamed ? .unnamed : .uid(UserID(rawValue: share.rawValue))
    }
}

/// What the connections of one share may take together, and all shares of the broker.
struct ShareLimits: Equatable, Sendable {
    // Of the whole broker.
    var connections = 4_096
    /// Received and not taken up, and answers not taken by their peers: bytes.
    var queuedBytes = 512 << 20

    // Of one share.
    var connectionsPerUid = 1_024
    /// Requests whose answers wait for a signature or the disk.
    var requestsInFlightPerUid = 16_384
    var queuedBytesPerUid = 128 << 20
    var watchersPerUid = 128
    /// Registrations that were begun with Agents.Challenge and may still follow.
    var challengesPerUid = 1_024
    /// Ed25519 signatures made and verified; 0 is no limit.
    var signaturesPerSecond = 0
    /// The same of all uids together that nobody names.
    var unnamedSignaturesPerSecond = 1_000

    /// Places of `connections` that only small shares get: whoever has his fill cannot fill these.
    var reservedConnections: Int { max(0, min(connections / 4, connections - connectionsPerUid)) }
    /// What counts as a small share there.
    var smallConnections: Int { max(1, connections / 64) }

    /// Below this a share is not held back for what the others have queued: bytes.
    static let queuedBytesOfItsOwn = 1 << 20
    /// What a connection of a crowded share may still leave unsent, and unread: bytes.
    static let unsentBytesWhenCrowded = 16 << 10
    static let unreadBytesWhenCrowded = 64 << 10
    /// Descriptors that peers of one share passed and that are not closed yet.
    static let passedDescriptorsPerUid = 512
    /// Connections of one share that were refused and are not closed yet.
    static let refusedConnectionsPerUid = 4_096

    static let unlimited = ShareLimits(
        connections: .max, queuedBytes: .max, connectionsPerUid: .max,
        requestsInFlightPerUid: .max, queuedBytesPerUid: .max, watchersPerUid: .max,
        challengesPerUid: .max, signaturesPerSecond: 0, unnamedSignaturesPerSecond: 0)
}

extension ShareLimits {
    /// Where a setting is 0 the share is a quarter of the whole: four that want everything leave the
    /// rest what the reserve holds.
    init(_ configuration: ServerConfiguration) {
        func share(_ setting: Int, of whole: Int) -> Int { setting == 0 ? whole / 4 : setting }
        connections = configuration.maximumConnections
        connectionsPerUid = share(
            configuration.maximumConnectionsPerUid, of: configuration.maximumConnections)
        requestsInFlightPerUid = configuration.maximumRequestsPerUid
        queuedBytes = configuration.maximumQueuedBytes
        queuedBytesPerUid = share(
            configuration.maximumQueuedBytesPerUid, of: configuration.maximumQueuedBytes)
        watchersPerUid = configuration.maximumWatchersPerUid
        challengesPerUid = configuration.maximumChallengesPerUid
        signaturesPerSecond = configuration.signaturesPerSecond
        unnamedSignaturesPerSecond = configuration.unnamedSignaturesPerSecond
    }
}
