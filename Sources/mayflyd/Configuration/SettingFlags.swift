internal import ArgumentParser
private import MayflyServer

/// One flag per setting. They stay text here, so that every place is read by the same code.
struct SettingFlags: ParsableArguments {
    @Option(help: "The issuer in every token.")
    var issuer: String?
    @Option(help: "The authority of every SPIFFE ID.")
    var trustDomain: String?
    @Option(help: "Where the database lives.")
    var dataDirectory: String?
    @Option(help: "The broker's secrets; made on the first start.")
    var keyFile: String?
    @Option(help: "The socket for apps and agents.")
    var agentSocket: String?
    @Option(help: "Its mode, in octal.")
    var agentSocketMode: String?
    @Option(help: "The socket for the operator, in a directory of its own.")
    var operatorSocket: String?
    @Option(help: "User numbers that may operate, besides root and the broker's own.")
    var operatorUids: String?
    @Option(help: "Threads that serve connections.")
    var reactors: String?
    @Flag(inversion: .prefixedNo, help: "Keep each reactor on one core.")
    var pinReactors: Bool?
    @Option(name: .customLong("default-ttl"), help: "Life of a token, in seconds.")
    var defaultTimeToLive: String?
    @Option(name: .customLong("max-ttl"), help: "Longest life of a grant, in seconds.")
    var maximumTimeToLive: String?
    @Option(name: .customLong("max-live-grants"), help: "Live grants of all apps together.")
    var maximumLiveGrants: String?
    @Option(
        name: .customLong("max-live-grants-per-uid"),
        help: "Live grants of one uid; 0 for a quarter of all.")
    var maximumLiveGrantsPerUid: String?
    @Option(
        name: .customLong("max-live-grants-per-app"),
        help: "Live grants of one app; 0 for a quarter of all.")
    var maximumLiveGrantsPerApp: String?
    @Option(
        name: .customLong("max-live-grant-bytes-per-uid"),
        help: "Bytes of the texts in the live grants of one uid.")
    var maximumLiveGrantBytesPerUid: String?
    @Option(
        name: .customLong("max-launch-tokens"),
        help: "Launch tokens of all apps together.")
    var maximumLaunchTokens: String?
    @Option(
        name: .customLong("max-launch-tokens-per-uid"),
        help: "Launch tokens of one uid; 0 for a quarter of all.")
    var maximumLaunchTokensPerUid: String?
    @Option(
        name: .customLong("max-launch-tokens-per-app"),
        help: "Launch tokens of one app; 0 for a quarter of all.")
    var maximumLaunchTokensPerApp: String?
    @Option(name: .customLong("max-connections"), help: "Connections on both sockets together.")
    var maximumConnections: String?
    @Option(
        name: .customLong("max-bound-processes"), help: "Processes that grants may hang on.")
    var maximumBoundProcesses: String?
    @Option(
        name: .customLong("max-bound-processes-per-uid"),
        help: "Of them those that one uid had bound; 0 for a quarter.")
    var maximumBoundProcessesPerUid: String?
    @Option(
        name: .customLong("max-queued-bytes"),
        help: "Bytes queued for all connections together.")
    var maximumQueuedBytes: String?
    @Option(
        name: .customLong("max-connections-per-uid"),
        help: "Connections of one uid; 0 for a quarter of all.")
    var maximumConnectionsPerUid: String?
    @Option(name: .customLong("max-requests-per-uid"), help: "Requests under way of one uid.")
    var maximumRequestsPerUid: String?
    @Option(
        name: .customLong("max-queued-bytes-per-uid"),
        help: "Bytes queued for one uid; 0 for a quarter of all.")
    var maximumQueuedBytesPerUid: String?
    @Option(
        name: .customLong("max-watchers-per-uid"),
        help: "Connections of one uid that follow the ends.")
    var maximumWatchersPerUid: String?
    @Option(
        name: .customLong("max-challenges-per-uid"),
        help: "Registrations of one uid that may be open.")
    var maximumChallengesPerUid: String?
    @Option(help: "Signatures a second for one uid; 0 for no limit.")
    var signaturesPerSecond: String?
    @Option(help: "The same for all uids together that nobody names.")
    var unnamedSignaturesPerSecond: String?
    @Option(help: "Seconds without a request until a connection is closed.")
    var idleTimeout: String?
    @Option(help: "Bytes of free space below which nothing is granted.")
    var storageReserve: String?
    @Option(help: "Pages of write-ahead log between two checkpoints of the database.")
    var walCheckpointPages: String?
    @Option(help: "Microseconds a reactor looks for work before it sleeps.")
    var spinMicroseconds: String?
    @Option(help: "on or off: give up what serving does not need.")
    var hardening: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?
    @Option(help: "text or json.")
    var logFormat: String?

    var layer: SettingLayer {
        let said: [(Setting, String?)] = [
            (.issuer, issuer), (.trustDomain, trustDomain), (.dataDirectory, dataDirectory),
            (.keyFile, keyFile), (.agentSocket, agentSocket),
            (.agentSocketMode, agentSocketMode), (.operatorSocket, operatorSocket),
            (.operatorUids, operatorUids), (.reactors, reactors),
            (.pinReactors, pinReactors.map { String($0) }),
            (.defaultTimeToLive, defaultTimeToLive), (.maximumTimeToLive, maximumTimeToLive),
            (.maximumLiveGrants, maximumLiveGrants), (.maximumConnections, maximumConnections),
            (.maximumBoundProcesses, maximumBoundProcesses),
            (.maximumBoundProcessesPerUid, maximumBoundProcessesPerUid),
            (.maximumQueuedBytes, maximumQueuedBytes),
            (.maximumConnectionsPerUid, maximumConnectionsPerUid),
            (.maximumRequestsPerUid, maximumRequestsPerUid),
            (.maximumQueuedBytesPerUid, maximumQueuedBytesPerUid),
            (.maximumWatchersPerUid, maximumWatchersPerUid),
            (.maximumChallengesPerUid, maximumChallengesPerUid),
            (.signaturesPerSecond, signaturesPerSecond),
            (.unnamedSignaturesPerSecond, unnamedSignaturesPerSecond),
            (.maximumLiveGrantsPerUid, maximumLiveGrantsPerUid),
            (.maximumLiveGrantsPerApp, maximumLiveGrantsPerApp),
            (.maximumLiveGrantBytesPerUid, maximumLiveGrantBytesPerUid),
            (.maximumLaunchTokens, maximumLaunchTokens),
            (.maximumLaunchTokensPerUid, maximumLaunchTokensPerUid),
            (.maximumLaunchTokensPerApp, maximumLaunchTokensPerApp),
            (.idleTimeout, idleTimeout), (.storageReserve, storageReserve),
            (.walCheckpointPages, walCheckpointPages), (.spinMicroseconds, spinMicroseconds),
            (.hardening, hardening), (.logLevel, logLevel), (.logFormat, logFormat),
        ]
        var layer = SettingLayer(.flag)
        for (setting, text) in said { layer.values[setting] = text }
        return layer
    }
}
