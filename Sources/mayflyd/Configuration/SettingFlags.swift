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
    @Option(name: .customLong("max-connections"), help: "Connections on both sockets together.")
    var maximumConnections: String?
    @Option(
        name: .customLong("max-bound-processes"), help: "Processes that grants may hang on.")
    var maximumBoundProcesses: String?
    @Option(
        name: .customLong("max-bound-processes-per-uid"),
        help: "Of them those that one user had bound; 0 for half.")
    var maximumBoundProcessesPerUid: String?
    @Option(help: "Seconds without a request until a connection is closed.")
    var idleTimeout: String?
    @Option(help: "Bytes of free space below which nothing is granted.")
    var storageReserve: String?
    @Option(help: "Pages of write-ahead log between two checkpoints of the database.")
    var walCheckpointPages: String?
    @Option(help: "Microseconds a reactor looks for work before it sleeps.")
    var spinMicroseconds: String?
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
            (.idleTimeout, idleTimeout), (.storageReserve, storageReserve),
            (.walCheckpointPages, walCheckpointPages), (.spinMicroseconds, spinMicroseconds),
            (.logLevel, logLevel), (.logFormat, logFormat),
        ]
        var layer = SettingLayer(.flag)
        for (setting, text) in said { layer.values[setting] = text }
        return layer
    }
}
