internal import Glibc
internal import MayflyWire

/// Grants that hang on something.
extension Scene {
    static let boundToProcess: Int32 = 2
    static let boundToConnection: Int32 = 3

    func spawn(boundTo process: SleepingProcess, task: String = "bound") throws -> LiveAgent {
        try spawn(AgentPlan(task: task)) {
            $0.binding = Self.boundToProcess
            $0.pid = UInt32(process.pid)
        }
    }

    /// What becomes of a spawn that is to hang on a process.
    func bindingWord(pid: UInt32, by client: WireClient? = nil) throws -> String {
        let client = client ?? member
        return word(try client.reply(to: try sendSpawn(pid: pid, by: client)))
    }

    /// Sends it and waits for nothing.
    func sendSpawn(pid: UInt32, by client: WireClient) throws -> StreamID {
        let plan = AgentPlan(task: "bound")
        var spec = plan.message
        spec.binding = Self.boundToProcess
        spec.pid = pid
        return try client.send(.spawn, try client.spawnRequest(spec, key: plan.key))
    }

    /// Whether the token is refused before long. What ends it is no request of ours.
    func isSoonRefused(_ token: [UInt8], seconds: Double = 10) throws -> Bool {
        try Deadline.poll(seconds: seconds, everyMilliseconds: 1) {
            try !overseer.validate(token).valid
        }
    }

    /// Why each of the agent's grants ended, as the audit has it.
    func endings(of agent: LiveAgent) throws -> [String] {
        try overseer.events(ofType: "grant_ended").filter { $0.grantID == agent.grantText }
            .map(\.reason)
    }

    func metric(_ name: String) throws -> String? {
        try overseer.metrics().split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}
