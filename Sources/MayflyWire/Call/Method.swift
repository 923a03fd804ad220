/// The four services of the contract.
package enum Service: UInt8, Sendable, CaseIterable {
    case agents
    case apps
    case `operator`
    case trust

    /// As the envelope names it.
    package var name: StaticString {
        switch self {
        case .agents: "mayfly.v1.Agents"
        case .apps: "mayfly.v1.Apps"
        case .operator: "mayfly.v1.Operator"
        case .trust: "mayfly.v1.Trust"
        }
    }

    /// In the order of the .proto file; the methods of the most frequent calls come first there.
    package var methods: ClosedRange<UInt8> {
        switch self {
        case .agents: Method.spawn.rawValue...Method.heartbeat.rawValue
        case .apps: Method.authenticate.rawValue...Method.listAppGrants.rawValue
        case .operator: Method.createApp.rawValue...Method.acceptTime.rawValue
        case .trust: Method.getKeys.rawValue...Method.watchRevocations.rawValue
        }
    }
}

/// Every method of the contract.
package enum Method: UInt8, Sendable, CaseIterable {
    case spawn
    case spawnBatch
    case challenge
    case register
    case describe
    case validate
    case validateBatch
    case renew
    case release
    case releaseBatch
    case delegate
    case heartbeat

    case authenticate
    case createLaunchToken
    case listAppGrants

    case createApp
    case listApps
    case getApp
    case updateApp
    case removeApp
    case operatorCreateLaunchToken
    case revoke
    case listGrants
    case queryEvents
    case checkpoint
    case rotateKey
    case status
    case metrics
    case listRevocations
    case liftRevocation
    case acceptTime

    case getKeys
    case watchRevocations

    /// What the names in a request's envelope lead to.
    package enum Lookup: Equatable, Sendable {
        case found(Method)
        case methodUnknown(Service)
        case serviceUnknown
    }

    /// Finds a method by the names in the envelope, byte for byte.
    package static func lookup(service: ByteView, method: ByteView) -> Lookup {
        guard let found = Service.allCases.first(where: { service.equals($0.name) }) else {
            return .serviceUnknown
        }
        for number in found.methods {
            if let candidate = Method(rawValue: number), method.equals(candidate.name) {
                return .found(candidate)
            }
        }
        return .methodUnknown(found)
    }

    /// Whether its answer is a stream of messages instead of one.
    package var isServerStreaming: Bool { self == .watchRevocations }

    package var service: Service {
        switch self {
        case .spawn, .spawnBatch, .challenge, .register, .describe, .validate, .validateBatch,
            .renew, .release, .releaseBatch, .delegate, .heartbeat:
            .agents
        case .authenticate, .createLaunchToken, .listAppGrants: .apps
        case .createApp, .listApps, .getApp, .updateApp, .removeApp, .operatorCreateLaunchToken,
            .revoke, .listGrants, .queryEvents, .checkpoint, .rotateKey, .status, .metrics,
            .listRevocations, .liftRevocation, .acceptTime:
            .operator
        case .getKeys, .watchRevocations: .trust
        }
    }

    /// As the envelope names it.
    package var name: StaticString {
        switch self {
        case .spawn: "Spawn"
        case .spawnBatch: "SpawnBatch"
        case .challenge: "Challenge"
        case .register: "Register"
        case .describe: "Describe"
        case .validate: "Validate"
        case .validateBatch: "ValidateBatch"
        case .renew: "Renew"
        case .release: "Release"
        case .releaseBatch: "ReleaseBatch"
        case .delegate: "Delegate"
        case .heartbeat: "Heartbeat"
        case .authenticate: "Authenticate"
        case .createLaunchToken, .operatorCreateLaunchToken: "CreateLaunchToken"
        case .createApp: "CreateApp"
        case .listApps: "ListApps"
        case .getApp: "GetApp"
        case .updateApp: "UpdateApp"
        case .removeApp: "RemoveApp"
        case .revoke: "Revoke"
        case .listGrants, .listAppGrants: "ListGrants"
        case .queryEvents: "QueryEvents"
        case .checkpoint: "Checkpoint"
        case .rotateKey: "RotateKey"
        case .status: "Status"
        case .metrics: "Metrics"
        case .listRevocations: "ListRevocations"
        case .liftRevocation: "LiftRevocation"
        case .acceptTime: "AcceptTime"
        case .getKeys: "GetKeys"
        case .watchRevocations: "WatchRevocations"
        }
    }
}
