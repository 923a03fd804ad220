private import MayflyCrypto
internal import MayflyWire

/// Spawning: an identity and a token for a new agent.
extension MayflyClient {
    /// Gives one new agent its identity and its token, proven by the agent's own key.
    ///
    /// When this returns, the spawn is on the broker's disk and in its audit.
    ///
    /// - Parameters:
    ///   - orchestration: 1 to 128 bytes of `[A-Za-z0-9._-]`; nil takes the options' default.
    ///   - task: the task id, of the same alphabet and length.
    ///   - scope: 1 to 32 scopes `action:resource:identifier` inside the app's ceiling.
    ///   - audience: at most 8, for the token's `aud`.
    ///   - lifetime: of the token, in whole seconds; nil takes the app's default.
    ///   - key: the agent's key; nil makes a fresh one.
    /// - Throws: `refused`, for example `SCOPE_VIOLATION` or `ORCHESTRATION_NOT_OWNED`;
    ///   `outcomeUnknown` where the reply was lost; `cancelled`; and what every call throws.
    public func spawn(
        orchestration: String? = nil, task: String, scope: [String], audience: [String] = [],
        lifetime: Duration? = nil, key: AgentKey? = nil
    ) async throws(MayflyError) -> Agent {
        try await spawn(
            AgentRequest(
                orchestration: orchestration, task: task, scope: scope, audience: audience,
                lifetime: lifetime, key: key))
    }

    /// Gives one new agent its identity and its token, proven by the agent's own key.
    ///
    /// - Throws: as `spawn(orchestration:task:scope:audience:lifetime:key:)`.
    public func spawn(_ request: AgentRequest) async throws(MayflyError) -> Agent {
        let request = try ResolvedAgentRequest(request, options)
        guard channel.speaksForApp else { throw .refused(.appRequired) }
        let response = try await prove(.spawn, .forbidden, for: SpawnResponseMessage.self) {
            session in
            var body = SpawnBodyMessage()
            body.proofSequence = session.nextProofSequence()
            body.agent = request.message
            return session.proven(
                .spawn, sequence: body.proofSequence, body, by: request.key.pair)
        }
        guard let agent = response.agent else {
            throw .outcomeUnknown(cause: .protocolViolation("The answer names no agent."))
        }
        return request.agent(agent)
    }

    /// Spawns up to 1,024 agents, all or none, vouched for by a key that the operator registered
    /// for the app: one signature where each agent's own would be one each.
    ///
    /// - Parameters:
    ///   - requests: 1 to 1,024; request and answer must fit their frames of 1 and 4 MiB.
    ///   - key: whose public half the app has (`mayfly app add --attestation-key`).
    /// - Returns: the agents in the order of the requests.
    /// - Throws: as `spawn`, and `refused` with `ATTESTATION_KEY_UNKNOWN` or `BATCH_SIZE`.
    public func spawnBatch(
        _ requests: [AgentRequest], attestedBy key: AttestationKey
    ) async throws(MayflyError) -> [Agent] {
        var resolved: [ResolvedAgentRequest] = []
        resolved.reserveCapacity(requests.count)
        for request in requests { resolved.append(try ResolvedAgentRequest(request, options)) }
        let all = resolved
        guard channel.speaksForApp else { throw .refused(.appRequired) }
        let response = try await prove(
            .spawnBatch, .forbidden, for: SpawnBatchResponseMessage.self
        ) { session in
            var body = SpawnBatchBodyMessage()
            body.proofSequence = session.nextProofSequence()
            body.agents = all.map(\.message)
            let bytes = body.encodedBytes()
            var message = SpawnBatchRequestMessage()
            message.body = ByteView(copying: bytes)
            message.proof = ByteView(
                copying: session.proof(
                    .spawnBatch, sequence: body.proofSequence, body: bytes, by: key.key))
            message.attestationKey = ByteView(copying: key.publicKey)
            return EncodedMessage(message)
        }
        guard response.agents.count == all.count else {
            throw .outcomeUnknown(
                cause: .protocolViolation(
                    "The answer names \(response.agents.count) agents instead of \(all.count)."))
        }
        return zip(all, response.agents).map { request, answer in request.agent(answer) }
    }
}

extension Refusal {
    /// What the broker would say, without asking it: without an app there is no challenge to sign.
    fileprivate static var appRequired: Refusal {
        Refusal(
            code: "UNAUTHENTICATED", reason: "AUTHENTICATION_REQUIRED",
            message: "Only an app can spawn: make the client with an app.")
    }
}
