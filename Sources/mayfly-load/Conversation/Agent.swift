internal import MayflyCrypto

/// A live agent as the load remembers it: enough to present and to release it.
struct Agent {
    let grant: GrantText
    let key: AgentKeyPair
    /// When its life is over.
    let due: Moment
    /// Its token, where it will be presented.
    let frame: ValidateFrame?
}

/// Agents in the order they were spawned.
struct AgentQueue {
    private var agents: [Agent] = []
    private var first = 0

    var count: Int { agents.count - first }
    var oldest: Agent? { count == 0 ? nil : agents[first] }

    subscript(place: Int) -> Agent { agents[first + place] }

    mutating func append(_ agent: Agent) { agents.append(agent) }

    /// At most `limit` of those whose life is over at `now`, oldest first.
    mutating func takeDue(at now: Moment, limit: Int) -> [Agent] {
        var end = first
        while end < agents.count, end - first < limit, agents[end].due <= now { end += 1 }
        let taken = Array(agents[first..<end])
        first = end
        // Moved down only when more than half is behind, so that each agent is moved once.
        if first == agents.count {
            agents.removeAll(keepingCapacity: first < 65_536)
            first = 0
        } else if first > 1_024, first > agents.count / 2 {
            agents.removeFirst(first)
            first = 0
        }
        return taken
    }
}
