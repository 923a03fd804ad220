internal import MayflyWire

/// What an agent says it is doing.
public enum AgentState: String, CaseIterable, Sendable {
    /// It works.
    case active
    /// It waits for work.
    case idle
    /// It is about to end.
    case completing

    var message: AgentStateMessage {
        switch self {
        case .active: .active
        case .idle: .idle
        case .completing: .completing
        }
    }

    /// Nil for a state that was never said or that this version does not know.
    init?(_ message: AgentStateMessage) {
        guard let state = AgentState.allCases.first(where: { $0.message == message }) else {
            return nil
        }
        self = state
    }
}
