/// What an audit record is about. Numbers are part of the leaf encoding (proto/AUDIT.md) and are
/// never reused; the text is what a query matches.
package enum EventKind: UInt8, Sendable, CaseIterable {
    case brokerStarted = 1
    case brokerStopped = 2
    case appRegistered = 3
    case appUpdated = 4
    case appDeregistered = 5
    case appAuthenticated = 6
    case agentSpawned = 7
    case grantReleased = 8
    case grantExpired = 9
    case grantEnded = 10
    case requestRefused = 11
    case refusalsSummarized = 12
    case launchTokenIssued = 13
    case launchTokensExpired = 14
    case agentRegistered = 15
    case tokenRenewed = 16
    case delegationCreated = 17
    case tokenRevoked = 18
    case agentRevoked = 19
    case taskRevoked = 20
    case chainRevoked = 21
    case revocationLifted = 22
    case revocationLapsed = 23
    case useConsumed = 24
    case heartbeatMissed = 25
    case keyRotated = 26
    case keyRetired = 27
    case timeAccepted = 28

    package var text: String {
        switch self {
        case .brokerStarted: "broker_started"
        case .brokerStopped: "broker_stopped"
        case .appRegistered: "app_registered"
        case .appUpdated: "app_updated"
        case .appDeregistered: "app_deregistered"
        case .appAuthenticated: "app_authenticated"
        case .agentSpawned: "agent_spawned"
        case .grantReleased: "grant_released"
        case .grantExpired: "grant_expired"
        case .grantEnded: "grant_ended"
        case .requestRefused: "request_refused"
        case .refusalsSummarized: "refusals_summarized"
        case .launchTokenIssued: "launch_token_issued"
        case .launchTokensExpired: "launch_tokens_expired"
        case .agentRegistered: "agent_registered"
        case .tokenRenewed: "token_renewed"
        case .delegationCreated: "delegation_created"
        case .tokenRevoked: "token_revoked"
        case .agentRevoked: "agent_revoked"
        case .taskRevoked: "task_revoked"
        case .chainRevoked: "chain_revoked"
        case .revocationLifted: "revocation_lifted"
        case .revocationLapsed: "revocation_lapsed"
        case .useConsumed: "use_consumed"
        case .heartbeatMissed: "heartbeat_missed"
        case .keyRotated: "key_rotated"
        case .keyRetired: "key_retired"
        case .timeAccepted: "time_accepted"
        }
    }

    package init?(text: String) {
        guard let kind = EventKind.allCases.first(where: { $0.text == text }) else { return nil }
        self = kind
    }
}

/// The agent an event is about, as its SPIFFE ID has it.
package struct AgentName: Hashable, Sendable {
    package var orchestration: Name
    package var task: Name
    package var instance: InstanceID

    package init(orchestration: Name, task: Name, instance: InstanceID) {
        self.orchestration = orchestration
        self.task = task
        self.instance = instance
    }
}

/// One audit record. Its sequence number is its place in the log, given when it is appended.
package struct Event: Equatable, Sendable {
    package var time: Instant
    package var kind: EventKind
    /// Nil for a success; else why it was refused, or why a grant ended.
    package var reason: Reason?
    package var app: Name?
    package var orchestration: Name?
    package var task: Name?
    package var instance: InstanceID?
    package var grant: GrantID?
    package var token: TokenID?
    package var scope: TextList = .empty
    package var expiresAt: Instant?
    /// The peer that asked, as the kernel names it.
    package var uid: UserID?
    package var pid: ProcessID?
    /// How many: refusals in a summary, grants at a start.
    package var count: UInt64?
    /// Printable ASCII, at most 1,024 bytes, nothing secret.
    package var detail: [UInt8] = []
    /// Of a delegated grant: the delegator's.
    package var parent: GrantID?
    /// Of a delegated grant: hops from the root.
    package var depth: UInt8?
    /// SHA-256 of the hop that made the grant.
    package var chainHash: Digest?
    /// Of a renewal: the token that it replaced.
    package var previousToken: TokenID?

    package init(time: Instant, kind: EventKind) {
        self.time = time
        self.kind = kind
    }

    /// Whether the event records a refusal.
    package var isDenied: Bool { kind == .requestRefused || kind == .refusalsSummarized }
}
