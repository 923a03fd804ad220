internal import MayflyServer

/// Looks up one variable of the process's environment.
typealias Environment = (String) -> String?

/// Where a value was said.
enum SettingOrigin: Equatable {
    case flag
    case environment
    case file(String)
    case standard

    /// The place where a reader can change it.
    func place(of setting: Setting) -> String {
        switch self {
        case .flag: "flag --\(setting.rawValue)"
        case .environment: "environment \(setting.environmentName)"
        case .file(let path): path
        case .standard: "default"
        }
    }
}

/// The settings that one place says, as text.
struct SettingLayer {
    let origin: SettingOrigin
    var values: [Setting: String] = [:]

    init(_ origin: SettingOrigin, _ values: [Setting: String] = [:]) {
        self.origin = origin
        self.values = values
    }

    /// An empty variable counts as one that is not set, as elsewhere on Unix.
    init(environment: Environment) {
        self.init(.environment)
        for setting in Setting.allCases {
            if let value = environment(setting.environmentName), !value.isEmpty {
                values[setting] = value
            }
        }
    }
}

/// How a setting is written in the file.
enum SettingKind: Equatable {
    case text
    case integer
    case boolean
    case integerList
}

extension Setting {
    var kind: SettingKind {
        switch self {
        case .issuer, .trustDomain, .dataDirectory, .keyFile, .agentSocket, .operatorSocket,
            .agentSocketMode, .hardening, .logLevel, .logFormat:
            .text
        case .reactors, .defaultTimeToLive, .maximumTimeToLive, .maximumLiveGrants,
            .maximumConnections, .maximumBoundProcesses, .maximumBoundProcessesPerUid, .idleTimeout,
            .storageReserve, .walCheckpointPages,
            .spinMicroseconds, .maximumLiveGrantsPerUid, .maximumLiveGrantsPerApp,
            .maximumLiveGrantBytesPerUid, .maximumLaunchTokens, .maximumLaunchTokensPerUid,
            .maximumLaunchTokensPerApp, .maximumQueuedBytes, .maximumConnectionsPerUid,
            .maximumRequestsPerUid, .maximumQueuedBytesPerUid, .maximumWatchersPerUid,
            .maximumChallengesPerUid, .signaturesPerSecond, .unnamedSignaturesPerSecond:
            .integer
        case .pinReactors: .boolean
        case .operatorUids: .integerList
        }
    }
}
