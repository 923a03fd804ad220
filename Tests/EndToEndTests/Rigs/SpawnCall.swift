internal import MayflyCrypto
internal import MayflyWire

/// A request for one agent, written into the ledger when it is made.
struct SpawnCall {
    let number: SpawnAttempt.Number
    private let attempt: SpawnAttempt
    private let key: AgentKeyPair

    init(app: String, orchestration: String, key: Int, ledger: Ledger) {
        (number, attempt, self.key) = ledger.withState { state in
            let number = state.willSpawn(
                app: app, orchestration: orchestration, key: key, request: state.nextRequest())
            return (number, state.attempts[number], state.keys[key])
        }
    }

    /// Proven by the agent's own key.
    func message(_ client: WireClient) throws -> SpawnRequestMessage {
        try client.spawnRequest(AgentSpecMessage(attempt, key.publicKey), key: key)
    }
}

/// A request for several agents, each with a fresh key.
struct SpawnBatchCall {
    let numbers: [SpawnAttempt.Number]
    private let agents: [AgentSpecMessage]

    init(app: String, count: Int, ledger: Ledger) {
        (numbers, agents) = ledger.withState { state in
            let request = state.nextRequest()
            let numbers = (0..<count).map { _ in
                state.willSpawn(
                    app: app, orchestration: app, key: state.addKey(), request: request)
            }
            let agents = numbers.map { number in
                let attempt = state.attempts[number]
                return AgentSpecMessage(attempt, state.keys[attempt.key].publicKey)
            }
            return (numbers, agents)
        }
    }

    /// Attested with the app's registered key.
    func message(
        _ client: WireClient, attestedBy key: AgentKeyPair
    ) throws -> SpawnBatchRequestMessage {
        try client.spawnBatchRequest(agents, attestedBy: key)
    }
}

extension AgentSpecMessage {
    fileprivate init(_ attempt: SpawnAttempt, _ key: Ed25519PublicKey) {
        self.init()
        orchestration = ByteView(copying: attempt.orchestration)
        task = ByteView(copying: attempt.task)
        scope = [ByteView(copying: "read:data:\(attempt.task)")]
        publicKey = ByteView(copying: key.bytes)
        ttlSeconds = Load.lifetimeSeconds
    }
}
