private import CMayflyProto

/// `mayfly.v1.StatusRequest`.
package struct StatusRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__status_request__init)
    package init() {}
}

/// `mayfly.v1.StatusResponse`.
package struct StatusResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var version = ""
    package var issuer = ""
    package var trustDomain = ""
    package var startedAt: UInt64 = 0
    package var liveGrants: UInt64 = 0
    package var apps: UInt64 = 0
    package var connections: UInt64 = 0
    package var logPosition: UInt64 = 0
    package var durablePosition: UInt64 = 0
    package var cpuUserMicroseconds: UInt64 = 0
    package var cpuSystemMicroseconds: UInt64 = 0
    package var residentBytes: UInt64 = 0
    package var openDescriptors: UInt32 = 0
    package var writtenBytes: UInt64 = 0
    package var commits: UInt64 = 0
    package var walCheckpoints: UInt64 = 0
    package var spawned: UInt64 = 0
    package var released: UInt64 = 0
    package var validated: UInt64 = 0
    package var expired: UInt64 = 0
    package var refused: UInt64 = 0
    package var reactors: UInt32 = 0
    package var pid: UInt32 = 0
    /// The system's clock less the broker's.
    package var clockDeviationMilliseconds: Int64 = 0
    package var isIssuingStopped = false
    package var launchTokens: UInt64 = 0
    package var revocationRecords: UInt64 = 0
    package var watchers: UInt64 = 0
    package var registered: UInt64 = 0
    package var renewed: UInt64 = 0
    package var delegated: UInt64 = 0
    package var revoked: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__status_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__StatusResponse.self)
        version = String(message.version)
        issuer = String(message.issuer)
        trustDomain = String(message.trust_domain)
        startedAt = message.started_at
        liveGrants = message.live_grants
        apps = message.apps
        connections = message.connections
        logPosition = message.log_position
        durablePosition = message.durable_position
        cpuUserMicroseconds = message.cpu_user_microseconds
        cpuSystemMicroseconds = message.cpu_system_microseconds
        residentBytes = message.resident_bytes
        openDescriptors = message.open_descriptors
        writtenBytes = message.written_bytes
        commits = message.commits
        walCheckpoints = message.wal_checkpoints
        spawned = message.spawned
        released = message.released
        validated = message.validated
        expired = message.expired
        refused = message.refused
        reactors = message.reactors
        pid = message.pid
        clockDeviationMilliseconds = message.clock_deviation_milliseconds
        isIssuingStopped = message.is_issuing_stopped != 0
        launchTokens = message.launch_tokens
        revocationRecords = message.revocation_records
        watchers = message.watchers
        registered = message.registered
        renewed = message.renewed
        delegated = message.delegated
        revoked = message.revoked
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, version)
        writer.text(2, issuer)
        writer.text(3, trustDomain)
        writer.number(4, startedAt)
        writer.number(5, liveGrants)
        writer.number(6, apps)
        writer.number(7, connections)
        writer.number(8, logPosition)
        writer.number(9, durablePosition)
        writer.number(10, cpuUserMicroseconds)
        writer.number(11, cpuSystemMicroseconds)
        writer.number(12, residentBytes)
        writer.number(13, openDescriptors)
        writer.number(14, writtenBytes)
        writer.number(15, commits)
        writer.number(16, walCheckpoints)
        writer.number(17, spawned)
        writer.number(18, released)
        writer.number(19, validated)
        writer.number(20, expired)
        writer.number(21, refused)
        writer.number(22, reactors)
        writer.number(23, pid)
        writer.signed(24, clockDeviationMilliseconds)
        writer.flag(25, isIssuingStopped)
        writer.number(26, launchTokens)
        writer.number(27, revocationRecords)
        writer.number(28, watchers)
        writer.number(29, registered)
        writer.number(30, renewed)
        writer.number(31, delegated)
        writer.number(32, revoked)
    }
}
