/// Everything that a call can end with instead of an answer.
public enum MayflyError: Error, Equatable, Sendable {
    /// The broker decided against the request; nothing was changed.
    case refused(Refusal)
    /// There is no broker at the socket, or the connection was lost. A call that may be repeated
    /// was repeated once on a new connection before this is thrown.
    case connection(String)
    /// The reply to a call that must not be repeated was lost, so that nobody here can say whether
    /// it was carried out; `cause` is what happened to the reply. After a lost spawn an agent may
    /// live, until its token expires, of which the caller knows nothing.
    indirect case outcomeUnknown(cause: MayflyError)
    /// No answer within the time that the call or the options allow.
    case timeout
    /// What came from the other end is not what a broker sends (proto/PROTOCOL.md).
    case protocolViolation(String)
    /// The request cannot be sent as it is; nothing was sent.
    case invalidRequest(String)
    /// The task was cancelled before the call began; nothing was sent.
    case cancelled
    /// A stream brought more than its consumer took, and was ended so that memory does not grow.
    /// What was not taken is lost to it: begin again from the last position that was handled.
    case eventsLost
    /// The client was closed.
    case closed

    /// A stable code for programs and logs: the reason of a refusal, for example
    /// `SCOPE_VIOLATION`, and for everything else one of `CONNECTION_FAILED`, `OUTCOME_UNKNOWN`,
    /// `TIMEOUT`, `PROTOCOL_VIOLATION`, `INVALID_REQUEST`, `CANCELLED`, `EVENTS_LOST` and
    /// `CLIENT_CLOSED`.
    public var code: String {
        switch self {
        case .refused(let refusal): refusal.reason
        case .connection: "CONNECTION_FAILED"
        case .outcomeUnknown: "OUTCOME_UNKNOWN"
        case .timeout: "TIMEOUT"
        case .protocolViolation: "PROTOCOL_VIOLATION"
        case .invalidRequest: "INVALID_REQUEST"
        case .cancelled: "CANCELLED"
        case .eventsLost: "EVENTS_LOST"
        case .closed: "CLIENT_CLOSED"
        }
    }

    /// A sentence for a human, without the code.
    public var message: String {
        switch self {
        case .refused(let refusal): refusal.message
        case .connection(let sentence): sentence
        case .outcomeUnknown(let cause):
            "The reply was lost, and the request may have been carried out. \(cause.message)"
        case .timeout: "The broker did not answer in time."
        case .protocolViolation(let sentence): sentence
        case .invalidRequest(let sentence): sentence
        case .cancelled: "The task was cancelled before the call began."
        case .eventsLost:
            "Events were lost, because they were not taken fast enough; begin again from the last "
                + "position that was handled."
        case .closed: "The client is closed."
        }
    }
}

extension MayflyError: CustomStringConvertible {
    /// The code and the sentence.
    public var description: String { message.isEmpty ? code : "\(code): \(message)" }
}
