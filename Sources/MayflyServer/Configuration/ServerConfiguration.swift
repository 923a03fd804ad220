private import Glibc
package import MayflyCore

/// Everything the server must know before it starts.
///
/// A value with every default in it; `problems()` says what may not be served like this.
package struct ServerConfiguration: Equatable, Sendable {
    /// The `iss` of every token: printable ASCII, 1 to 255 bytes.
    package var issuer = "mayfly"
    /// The authority of every SPIFFE ID.
    package var trustDomain = "mayfly.local"

    package var dataDirectory: String
    package var agentSocketPath: String
    /// Permission bits of the agents' socket.
    package var agentSocketMode: UInt32 = 0o660
    package var operatorSocketPath: String
    /// Who may operate the broker besides root and the broker's own uid.
    package var operatorUids: Set<UserID> = []

    package var reactors = 1
    /// Each reactor keeps to one core: unpinned, the scheduler packs them on one.
    package var pinsReactors = true
    /// How long a reactor looks for more work before it sleeps; 0 never spins.
    package var spinMicroseconds: UInt32 = 0

    /// Life of a token where neither the request nor its app says otherwise.
    package var defaultLifetimeSeconds: UInt32 = 300
    /// No grant lives longer, whatever its app allows.
    package var maximumLifetimeSeconds: UInt32 = 86_400
    package var maximumLiveGrants = 1_000_000
    package var maximumLaunchTokens = 10_000
    package var maximumConnections = 4_096
    /// Processes that grants hang on; fewer where the process may not have as many descriptors.
    package var maximumBoundProcesses = 16_384
    /// Bytes received and not taken up, and of answers not taken, of all connections together.
    package var maximumQueuedBytes = 512 << 20

    // Of one uid, and of all together that nobody names. Where 0 stands the share is a quarter of
    // the whole.
    package var maximumLiveGrantsPerUid = 0
    package var maximumLiveGrantsPerApp = 0
    package var maximumLiveGrantBytesPerUid = 1 << 30
    package var maximumLaunchTokensPerUid = 0
    package var maximumLaunchTokensPerApp = 0
    package var maximumConnectionsPerUid = 0
    package var maximumRequestsPerUid = 16_384
    package var maximumQueuedBytesPerUid = 0
    package var maximumWatchersPerUid = 128
    package var maximumBoundProcessesPerUid = 0
    package var maximumChallengesPerUid = 1_024
    /// Signatures made and verified for one uid; 0 for as many as the others leave.
    package var signaturesPerSecond = 0
    /// The same for all uids together that nobody names.
    package var unnamedSignaturesPerSecond = 1_000

    /// A connection that holds no bound grant is closed after this long without a request.
    package var idleTimeoutSeconds: UInt32 = 300

    /// Below this much free space nothing is granted any more, and everything still ends.
    package var storageReserveBytes: UInt64 = 64 << 20
    /// The write-ahead log is folded back into the database each time it has grown by this much.
    package var walCheckpointPages: UInt32 = 1_000

    package init(dataDirectory: String, agentSocketPath: String, operatorSocketPath: String) {
        self.dataDirectory = dataDirectory
        self.agentSocketPath = agentSocketPath
        self.operatorSocketPath = operatorSocketPath
    }

    /// The one database file; its write-ahead log lies beside it.
    package var databasePath: String { dataDirectory + "/mayfly.db" }
}

extension ServerConfiguration {
    /// Who may operate: those who were named, root, and the broker's own uid.
    var operatorUidsInEffect: Set<UserID> {
        operatorUids.union([UserID(rawValue: 0), UserID(rawValue: getuid())])
    }
}
