internal import MayflyWire

/// What is to be revoked, with all that hangs on it.
public enum RevocationTarget: Equatable, Sendable {
    /// A token, by its `jti`: its grant ends with it.
    case token(String)
    /// An agent, by its SPIFFE ID: its own grant and those it holds.
    case agent(String)
    /// A task, of one orchestration or, with nil, of all. New grants under the name are refused until
    /// the record lapses; with `allowNew` only what was granted before is covered.
    case task(String, orchestration: String? = nil, allowNew: Bool = false)
    /// A whole tree, by any grant id or SPIFFE ID in it.
    case chain(String)

    var message: RevokeRequestMessage {
        var message = RevokeRequestMessage()
        switch self {
        case .token(let id):
            message.level = .token
            message.target = id
        case .agent(let id):
            message.level = .agent
            message.target = id
        case .task(let task, let orchestration, let allowNew):
            message.level = .task
            message.target = task
            message.orchestration = orchestration ?? ""
            message.allowNew = allowNew
        case .chain(let id):
            message.level = .chain
            message.target = id
        }
        return message
    }
}

/// What a revocation did.
public struct Revocation: Equatable, Sendable {
    /// Live grants that it matched.
    public let count: UInt64
    /// The record that a revoked task left, for `OperatorClient.liftRevocation`; nil for the rest.
    public let recordID: UInt64?
    /// When that record lapses.
    public let lapsesAt: UnixTime?

    init(_ message: RevokeResponseMessage) {
        count = message.count
        recordID = message.recordID == 0 ? nil : message.recordID
        lapsesAt = message.lapsesAt == 0 ? nil : UnixTime(seconds: message.lapsesAt)
    }
}

/// A task that was revoked and whose record is in force.
public struct RevocationRecord: Equatable, Sendable, Identifiable {
    /// For `OperatorClient.liftRevocation`.
    public let id: UInt64
    /// The task.
    public let task: String
    /// Of this orchestration; nil means of all.
    public let orchestration: String?
    /// Only what was granted before is covered.
    public let allowsNew: Bool
    /// When it was revoked.
    public let createdAt: UnixTime
    /// When nothing can match it any more.
    public let lapsesAt: UnixTime

    init(_ message: RevocationRecordMessage) {
        id = message.recordID
        task = message.task
        orchestration = message.orchestration.isEmpty ? nil : message.orchestration
        allowsNew = message.allowNew
        createdAt = UnixTime(seconds: message.createdAt)
        lapsesAt = UnixTime(seconds: message.lapsesAt)
    }
}
