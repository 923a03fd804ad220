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
        let response = try await prove(.spawn, for: SpawnResponseMessage.self) { session in
            var body = SpawnBodyMessage()
            body.proofSequence = session.nextProofSequence()
            body.agent = request.message
            let bytes = body.encodedBytes()
            var message = SpawnRequestMessage()
            message.body = ByteView(copying: bytes)
            message.proof = ByteView(
                copying: session.proof(
                    .spawn, sequence: body.proofSequence, body: bytes, by: request.key.pair))
            return EncodedMessage(message)
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
        let response = try await prove(.spawnBatch, for: SpawnBatchResponseMessage.self) {
            session in
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

    /// How often a proof that came too late is made anew.
    private static let maximumProofs = 4

    /// Makes a call that carries a proof, with a new one where the broker had it no more in its
    /// window: a task that stood still between its number and its write can be overtaken by a
    /// thousand others. Such a refusal has done nothing, so that trying again is safe.
    private func prove<Response: DecodableMessage & Sendable>(
        _ method: Method, for type: Response.Type,
        _ message: @Sendable (Session) -> EncodedMessage
    ) async throws(MayflyError) -> Response {
        guard !Task.isCancelled else { throw .cancelled }
        var proofs = 0
        while true {
            proofs += 1
            do throws(MayflyError) {
                return try await channel.call(method, .forbidden, for: type) {
                    session throws(MayflyError) in
                    guard let session else { throw .refused(.appRequired) }
                    return message(session)
                }
            } catch {
                guard case .refused(let refusal) = error, refusal.reason == "PROOF_REPLAYED",
                    proofs < Self.maximumProofs
                else { throw error }
            }
        }
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
