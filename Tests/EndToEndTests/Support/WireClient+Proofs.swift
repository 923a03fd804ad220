internal import MayflyCrypto
internal import MayflyWire

/// One agent to be, with its key.
struct AgentPlan {
    var orchestration = "orch"
    var task = "task"
    var scope = ["read:data:customer-1"]
    var audience: [String] = []
    var lifetimeSeconds: UInt32 = 0
    var key = AgentKeyPair()

    var message: AgentSpecMessage {
        var message = AgentSpecMessage()
        message.orchestration = ByteView(copying: orchestration)
        message.task = ByteView(copying: task)
        message.scope = scope.map { ByteView(copying: $0) }
        message.audience = audience.map { ByteView(copying: $0) }
        message.publicKey = ByteView(copying: key.publicKey.bytes)
        message.ttlSeconds = lifetimeSeconds
        return message
    }
}

extension WireClient {
    /// What `Apps.Authenticate` gave this connection.
    struct Session {
        var challenge: Challenge
        var issuerDigest: Digest32
        /// The last proof_seq given out.
        var proofSequence: UInt64 = 0

        mutating func nextSequence() -> UInt64 {
            proofSequence += 1
            return proofSequence
        }
    }

    @discardableResult
    func authenticate(app: String) throws -> AuthenticateResponseMessage {
        let response = try call(
            .authenticate, AuthenticateRequestMessage(app: app),
            as: AuthenticateResponseMessage.self)
        guard let challenge = Challenge(response.challenge) else {
            throw Failure.malformed("a challenge is 32 bytes")
        }
        session = Session(
            challenge: challenge, issuerDigest: SHA256.digest([UInt8](response.issuer.utf8)))
        return response
    }

    // MARK: Proven requests

    func proof(
        _ purpose: ProofPurpose, sequence: UInt64, body: [UInt8], by key: some Ed25519Signing
    ) throws -> [UInt8] {
        guard let session else { throw Failure.malformed("the connection has named no app") }
        return body.withUnsafeBytes { body in
            ProofMessage.withBytes(
                purpose: purpose, issuerDigest: session.issuerDigest,
                challenge: session.challenge, proofSequence: sequence, body: body
            ) { key.signature(for: $0) }
        }
    }

    /// A spawn with a good proof; the next number of the connection unless another is given.
    func spawnRequest(_ plan: AgentPlan, sequence: UInt64? = nil) throws -> SpawnRequestMessage {
        try spawnRequest(plan.message, key: plan.key, sequence: sequence)
    }

    func spawnRequest(
        _ agent: AgentSpecMessage, key: some Ed25519Signing, sequence: UInt64? = nil
    ) throws -> SpawnRequestMessage {
        var body = SpawnBodyMessage()
        body.proofSequence = sequence ?? session?.nextSequence() ?? 1
        body.agent = agent
        let bytes = body.encodedBytes()
        var request = SpawnRequestMessage()
        request.body = ByteView(copying: bytes)
        request.proof = ByteView(
            copying: try proof(.spawn, sequence: body.proofSequence, body: bytes, by: key))
        return request
    }

    func spawnBatchRequest(
        _ agents: [AgentSpecMessage], attestedBy key: some Ed25519Signing, sequence: UInt64? = nil
    ) throws -> SpawnBatchRequestMessage {
        var body = SpawnBatchBodyMessage()
        body.proofSequence = sequence ?? session?.nextSequence() ?? 1
        body.agents = agents
        let bytes = body.encodedBytes()
        var request = SpawnBatchRequestMessage()
        request.body = ByteView(copying: bytes)
        request.attestationKey = ByteView(copying: key.publicKey.bytes)
        request.proof = ByteView(
            copying: try proof(.spawnBatch, sequence: body.proofSequence, body: bytes, by: key))
        return request
    }

    func spawn(_ plan: AgentPlan = AgentPlan()) throws -> SpawnedAgentMessage {
        let response = try call(
            .spawn, try spawnRequest(plan), as: SpawnResponseMessage.self)
        guard let agent = response.agent else { throw Failure.malformed("a spawn without agent") }
        return agent
    }

    func spawnBatch(
        _ plans: [AgentPlan], attestedBy key: some Ed25519Signing
    ) throws -> [SpawnedAgentMessage] {
        try call(
            .spawnBatch, try spawnBatchRequest(plans.map(\.message), attestedBy: key),
            as: SpawnBatchResponseMessage.self
        ).agents
    }
}
