internal import MayflyWire

/// A broker's counters and vital signs at one moment. Counters begin at its start.
public struct BrokerStatus: Equatable, Sendable {
    /// Its version.
    public let version: String
    /// The `iss` of its tokens.
    public let issuer: String
    /// The authority of its SPIFFE IDs.
    public let trustDomain: String
    /// When it started.
    public let startedAt: UnixTime
    /// Grants that are alive.
    public let liveGrants: UInt64
    /// Registered apps.
    public let apps: UInt64
    /// Open connections.
    public let connections: UInt64
    /// Events in the log.
    public let logPosition: UInt64
    /// How many of them are on disk.
    public let durablePosition: UInt64
    /// CPU time of the process in user mode, in microseconds.
    public let cpuUserMicroseconds: UInt64
    /// CPU time of the process in the kernel, in microseconds.
    public let cpuSystemMicroseconds: UInt64
    /// Resident memory of the process, in bytes.
    public let residentBytes: UInt64
    /// Open descriptors of the process.
    public let openDescriptors: UInt32
    /// Given to the disk by the process, in bytes.
    public let writtenBytes: UInt64
    /// Groups made durable.
    public let commits: UInt64
    /// Times that the write-ahead log was folded back into the database.
    public let walCheckpoints: UInt64
    /// Agents spawned.
    public let spawned: UInt64
    /// Grants released.
    public let released: UInt64
    /// Tokens asked about.
    public let validated: UInt64
    /// Grants that reached their expiry.
    public let expired: UInt64
    /// Requests refused.
    public let refused: UInt64
    /// Threads that serve connections.
    public let reactors: UInt32
    /// Its process.
    public let pid: UInt32
    /// The system's clock less the broker's, in milliseconds; beyond 5,000 either way nothing is
    /// issued until the operator accepts the time.
    public let clockDeviationMilliseconds: Int64
    /// Nothing is issued: the clocks are apart.
    public let isIssuingStopped: Bool
    /// Launch tokens that nobody used yet.
    public let launchTokens: UInt64
    /// Revocation records in force.
    public let revocationRecords: UInt64
    /// Streams of ends that are watched.
    public let watchers: UInt64
    /// Agents registered with a launch token.
    public let registered: UInt64
    /// Tokens renewed.
    public let renewed: UInt64
    /// Grants delegated.
    public let delegated: UInt64
    /// Grants that revocations matched.
    public let revoked: UInt64

    init(_ message: StatusResponseMessage) {
        version = message.version
        issuer = message.issuer
        trustDomain = message.trustDomain
        startedAt = UnixTime(seconds: message.startedAt)
        liveGrants = message.liveGrants
        apps = message.apps
        connections = message.connections
        logPosition = message.logPosition
        durablePosition = message.durablePosition
        cpuUserMicroseconds = message.cpuUserMicroseconds
        cpuSystemMicroseconds = message.cpuSystemMicroseconds
        residentBytes = message.residentBytes
        openDescriptors = message.openDescriptors
        writtenBytes = message.writtenBytes
        commits = message.commits
        walCheckpoints = message.walCheckpoints
        spawned = message.spawned
        released = message.released
        validated = message.validated
        expired = message.expired
        refused = message.refused
        reactors = message.reactors
        pid = message.pid
        clockDeviationMilliseconds = message.clockDeviationMilliseconds
        isIssuingStopped = message.isIssuingStopped
        launchTokens = message.launchTokens
        revocationRecords = message.revocationRecords
        watchers = message.watchers
        registered = message.registered
        renewed = message.renewed
        delegated = message.delegated
        revoked = message.revoked
    }
}
