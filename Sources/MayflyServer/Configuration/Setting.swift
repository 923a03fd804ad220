// Configuration: what the broker can be told, as plain values. It knows no file format, no flags
// and no environment: mayflyd reads those and fills these in.

/// Everything that can be set, by the one name it has everywhere.
///
/// `agent-socket` is the flag `--agent-socket`, the environment `MAYFLY_AGENT_SOCKET` and the key
/// `agent-socket` of the file.
package enum Setting: String, CaseIterable, Sendable {
    case issuer
    case trustDomain = "trust-domain"
    case dataDirectory = "data-directory"
    case keyFile = "key-file"
    case agentSocket = "agent-socket"
    case agentSocketMode = "agent-socket-mode"
    case operatorSocket = "operator-socket"
    case operatorUids = "operator-uids"
    case reactors
    case pinReactors = "pin-reactors"
    case defaultTimeToLive = "default-ttl"
    case maximumTimeToLive = "max-ttl"
    case maximumLiveGrants = "max-live-grants"
    case maximumLiveGrantsPerUid = "max-live-grants-per-uid"
    case maximumLiveGrantsPerApp = "max-live-grants-per-app"
    case maximumLiveGrantBytesPerUid = "max-live-grant-bytes-per-uid"
    case maximumLaunchTokens = "max-launch-tokens"
    case maximumLaunchTokensPerUid = "max-launch-tokens-per-uid"
    case maximumLaunchTokensPerApp = "max-launch-tokens-per-app"
    case maximumConnections = "max-connections"
    case maximumBoundProcesses = "max-bound-processes"
    case maximumBoundProcessesPerUid = "max-bound-processes-per-uid"
    case maximumQueuedBytes = "max-queued-bytes"
    case maximumConnectionsPerUid = "max-connections-per-uid"
    case maximumRequestsPerUid = "max-requests-per-uid"
    case maximumQueuedBytesPerUid = "max-queued-bytes-per-uid"
    case maximumWatchersPerUid = "max-watchers-per-uid"
    case maximumChallengesPerUid = "max-challenges-per-uid"
    case signaturesPerSecond = "signatures-per-second"
    case unnamedSignaturesPerSecond = "unnamed-signatures-per-second"
    case idleTimeout = "idle-timeout"
    case storageReserve = "storage-reserve"
    case walCheckpointPages = "wal-checkpoint-pages"
    case spinMicroseconds = "spin-microseconds"
    case hardening
    case logLevel = "log-level"
    case logFormat = "log-format"

    package var environmentName: String {
        var name = "MAYFLY_"
        for character in rawValue {
            name.append(character == "-" ? "_" : Character(character.uppercased()))
        }
        return name
    }
}

/// One thing wrong with a configuration, said so that it can be put right.
package struct ConfigurationProblem: Error, Equatable, Sendable {
    /// Nil where no one setting is at fault.
    package let setting: Setting?
    /// What must hold, as a sentence without its subject.
    package let message: String

    package init(_ setting: Setting?, _ message: String) {
        self.setting = setting
        self.message = message
    }
}
