internal import MayflyWire

/// One audit record. Text that does not apply is empty, numbers that do not are zero.
public struct AuditEvent: Equatable, Sendable {
    /// Whether a request was carried out.
    public enum Outcome: String, CaseIterable, Sendable {
        /// It was.
        case success
        /// It was refused.
        case denied
    }

    /// Its place in the log, from 0: the index of its leaf in the audit tree.
    public let sequence: UInt64
    /// The broker's clock when it happened.
    public let time: UnixTime
    /// What happened, as proto/AUDIT.md names it, for example `agent_spawned`.
    public let type: String
    /// Whether it was carried out; nil for an outcome that this version does not know.
    public let outcome: Outcome?
    /// A stable reason where it was refused or where a grant ended.
    public let reason: String
    /// The app.
    public let app: String
    /// The orchestration id.
    public let orchestration: String
    /// The task id.
    public let task: String
    /// The agent's SPIFFE ID.
    public let agentID: String
    /// The grant, 32 lower-case hexadecimal characters.
    public let grantID: String
    /// The token's `jti`.
    public let tokenID: String
    /// The scopes it was about.
    public let scope: [String]
    /// The uid of the peer that asked, as the kernel named it.
    public let uid: UInt32
    /// The pid of the peer that asked.
    public let pid: UInt32
    /// How many: refusals in a summary, grants at a start or an end.
    public let count: UInt64
    /// Anything else.
    public let detail: String
    /// Of a delegation, the delegator's grant.
    public let parentGrantID: String
    /// Of a delegation, hops from the root.
    public let depth: UInt32
    /// Of a delegation, SHA-256 of the hop in hexadecimal.
    public let chainHash: String
    /// Of a renewal, the token that it replaced.
    public let previousTokenID: String

    init(_ message: EventMessage) {
        sequence = message.sequence
        time = UnixTime(milliseconds: message.timeMilliseconds)
        type = message.eventType
        outcome = Outcome(rawValue: message.outcome)
        reason = message.reason
        app = message.app
        orchestration = message.orchestration
        task = message.task
        agentID = message.agentID
        grantID = message.grantID
        tokenID = message.tokenID
        scope = message.scope
        uid = message.uid
        pid = message.pid
        count = message.count
        detail = message.detail
        parentGrantID = message.parentGrantID
        depth = message.depth
        chainHash = message.chainHash
        previousTokenID = message.previousTokenID
    }
}
