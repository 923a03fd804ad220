internal import Logging
private import MayflyCore
internal import MayflyServer

/// Everything mayflyd was told: the server's part, and what stays with the process.
struct DaemonConfiguration: Equatable {
    var server: ServerConfiguration
    var keyFilePath: String
    /// Gives up what serving does not need.
    var isHardened = true
    var logLevel: Logger.Level = .info
    var logFormat: LogFormat = .text

    /// Takes one setting from its text; nil when that went well.
    mutating func assign(_ setting: Setting, _ text: String) -> ConfigurationProblem? {
        switch setting {
        case .issuer: server.issuer = text
        case .trustDomain: server.trustDomain = text
        case .dataDirectory: server.dataDirectory = text
        case .keyFile: keyFilePath = text
        case .agentSocket: server.agentSocketPath = text
        case .operatorSocket: server.operatorSocketPath = text
        case .agentSocketMode: return assignMode(text)
        case .operatorUids: return assignOperators(text)
        case .reactors: return read(text, setting, into: &server.reactors)
        case .pinReactors: return assignPinning(text)
        case .defaultTimeToLive:
            return read(text, setting, into: &server.defaultLifetimeSeconds)
        case .maximumTimeToLive:
            return read(text, setting, into: &server.maximumLifetimeSeconds)
        case .maximumLiveGrants: return read(text, setting, into: &server.maximumLiveGrants)
        case .maximumConnections: return read(text, setting, into: &server.maximumConnections)
        case .maximumBoundProcesses:
            return read(text, setting, into: &server.maximumBoundProcesses)
        case .maximumBoundProcessesPerUid:
            return read(text, setting, into: &server.maximumBoundProcessesPerUid)
        case .maximumQueuedBytes: return read(text, setting, into: &server.maximumQueuedBytes)
        case .maximumConnectionsPerUid:
            return read(text, setting, into: &server.maximumConnectionsPerUid)
        case .maximumRequestsPerUid: return read(text, setting, into: &server.maximumRequestsPerUid)
        case .maximumQueuedBytesPerUid:
            return read(text, setting, into: &server.maximumQueuedBytesPerUid)
        case .maximumWatchersPerUid: return read(text, setting, into: &server.maximumWatchersPerUid)
        case .maximumChallengesPerUid:
            return read(text, setting, into: &server.maximumChallengesPerUid)
        case .signaturesPerSecond: return read(text, setting, into: &server.signaturesPerSecond)
        case .unnamedSignaturesPerSecond:
            return read(text, setting, into: &server.unnamedSignaturesPerSecond)
        case .maximumLiveGrantsPerUid:
            return read(text, setting, into: &server.maximumLiveGrantsPerUid)
        case .maximumLiveGrantsPerApp:
            return read(text, setting, into: &server.maximumLiveGrantsPerApp)
        case .maximumLiveGrantBytesPerUid:
            return read(text, setting, into: &server.maximumLiveGrantBytesPerUid)
        case .maximumLaunchTokens: return read(text, setting, into: &server.maximumLaunchTokens)
        case .maximumLaunchTokensPerUid:
            return read(text, setting, into: &server.maximumLaunchTokensPerUid)
        case .maximumLaunchTokensPerApp:
            return read(text, setting, into: &server.maximumLaunchTokensPerApp)
        case .idleTimeout: return read(text, setting, into: &server.idleTimeoutSeconds)
        case .storageReserve: return read(text, setting, into: &server.storageReserveBytes)
        case .walCheckpointPages: return read(text, setting, into: &server.walCheckpointPages)
        case .spinMicroseconds: return read(text, setting, into: &server.spinMicroseconds)
        case .hardening: return assignHardening(text)
        case .logLevel: return assignLogLevel(text)
        case .logFormat: return assignLogFormat(text)
        }
        return nil
    }

    /// The value as the file would say it.
    func fileText(_ setting: Setting) -> String {
        switch setting {
        case .issuer: quoted(server.issuer)
        case .trustDomain: quoted(server.trustDomain)
        case .dataDirectory: quoted(server.dataDirectory)
        case .keyFile: quoted(keyFilePath)
        case .agentSocket: quoted(server.agentSocketPath)
        case .operatorSocket: quoted(server.operatorSocketPath)
        case .agentSocketMode: quoted("0" + String(server.agentSocketMode, radix: 8))
        case .operatorUids:
            "["
                + server.operatorUids.map(\.rawValue).sorted().map(String.init)
                .joined(separator: ", ") + "]"
        case .reactors: String(server.reactors)
        case .pinReactors: String(server.pinsReactors)
        case .defaultTimeToLive: String(server.defaultLifetimeSeconds)
        case .maximumTimeToLive: String(server.maximumLifetimeSeconds)
        case .maximumLiveGrants: String(server.maximumLiveGrants)
        case .maximumConnections: String(server.maximumConnections)
        case .maximumBoundProcesses: String(server.maximumBoundProcesses)
        case .maximumBoundProcessesPerUid: String(server.maximumBoundProcessesPerUid)
        case .maximumQueuedBytes: String(server.maximumQueuedBytes)
        case .maximumConnectionsPerUid: String(server.maximumConnectionsPerUid)
        case .maximumRequestsPerUid: String(server.maximumRequestsPerUid)
        case .maximumQueuedBytesPerUid: String(server.maximumQueuedBytesPerUid)
        case .maximumWatchersPerUid: String(server.maximumWatchersPerUid)
        case .maximumChallengesPerUid: String(server.maximumChallengesPerUid)
        case .signaturesPerSecond: String(server.signaturesPerSecond)
        case .unnamedSignaturesPerSecond: String(server.unnamedSignaturesPerSecond)
        case .maximumLiveGrantsPerUid: String(server.maximumLiveGrantsPerUid)
        case .maximumLiveGrantsPerApp: String(server.maximumLiveGrantsPerApp)
        case .maximumLiveGrantBytesPerUid: String(server.maximumLiveGrantBytesPerUid)
        case .maximumLaunchTokens: String(server.maximumLaunchTokens)
        case .maximumLaunchTokensPerUid: String(server.maximumLaunchTokensPerUid)
        case .maximumLaunchTokensPerApp: String(server.maximumLaunchTokensPerApp)
        case .idleTimeout: String(server.idleTimeoutSeconds)
        case .storageReserve: String(server.storageReserveBytes)
        case .walCheckpointPages: String(server.walCheckpointPages)
        case .spinMicroseconds: String(server.spinMicroseconds)
        case .hardening: quoted(isHardened ? "on" : "off")
        case .logLevel: quoted(logLevel.rawValue)
        case .logFormat: quoted(logFormat.rawValue)
        }
    }

    private mutating func assignMode(_ text: String) -> ConfigurationProblem? {
        guard 3...4 ~= text.utf8.count, let mode = UInt32(text, radix: 8) else {
            return ConfigurationProblem(
                .agentSocketMode, "must be a mode in octal digits, as in \"0660\"")
        }
        server.agentSocketMode = mode
        return nil
    }

    private mutating func assignOperators(_ text: String) -> ConfigurationProblem? {
        var uids: Set<UserID> = []
        for word in text.split(separator: ",") {
            // The highest number is what the kernel says for "no user".
            guard let number = UInt32(word), number != UInt32.max else {
                return ConfigurationProblem(
                    .operatorUids, "must be user numbers, separated by commas")
            }
            uids.insert(UserID(rawValue: number))
        }
        server.operatorUids = uids
        return nil
    }

    private mutating func assignPinning(_ text: String) -> ConfigurationProblem? {
        guard let value = Bool(text) else {
            return ConfigurationProblem(.pinReactors, "must be true or false")
        }
        server.pinsReactors = value
        return nil
    }

    private mutating func assignHardening(_ text: String) -> ConfigurationProblem? {
        guard text == "on" || text == "off" else {
            return ConfigurationProblem(.hardening, "must be on or off")
        }
        isHardened = text == "on"
        return nil
    }

    private mutating func assignLogLevel(_ text: String) -> ConfigurationProblem? {
        guard let level = Logger.Level(rawValue: text) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            return ConfigurationProblem(.logLevel, "must be one of \(known)")
        }
        logLevel = level
        return nil
    }

    private mutating func assignLogFormat(_ text: String) -> ConfigurationProblem? {
        guard let format = LogFormat(rawValue: text) else {
            return ConfigurationProblem(.logFormat, "must be text or json")
        }
        logFormat = format
        return nil
    }
}

private func read<Number: FixedWidthInteger>(
    _ text: String, _ setting: Setting, into value: inout Number
) -> ConfigurationProblem? {
    // `FixedWidthInteger.init` takes a plus sign; a configuration has no use for one.
    guard text.utf8.first != UInt8(ascii: "+"), let number = Number(text) else {
        return ConfigurationProblem(setting, "must be a whole number")
    }
    value = number
    return nil
}

/// A TOML basic string; anything that is not printable ASCII is escaped.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case " "..."~": result.unicodeScalars.append(scalar)
        default:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
        }
    }
    return result + "\""
}
