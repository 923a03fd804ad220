internal import MayflyCrypto
internal import MayflyWire

/// Many live grants of one task, and what becomes of their tokens.
struct TaskPopulation: ~Copyable {
    private var caller: Caller
    private var session: Session
    private let attestation: AgentKeyPair
    private var entropy = RandomSource()
    private let template: AgentSpecMessage
    private(set) var tokens: [[UInt8]] = []

    private static let scope = "read:data:customer-12345"
    private static let timeToLive: UInt32 = 3_600

    static let ceiling = "read:data:*"

    init(path: String, app: String, task: String, attestation: AgentKeyPair) throws(LoadFailure) {
        var caller = try Caller(path: path)
        let answer = try caller.call(
            .authenticate, AuthenticateRequestMessage(app: app),
            answer: AuthenticateResponseMessage.self)
        let session = try Session(answer, stream: caller.stream)
        var template = AgentSpecMessage()
        template.orchestration = ByteView(copying: app)
        template.task = ByteView(copying: task)
        template.scope = [ByteView(copying: Self.scope)]
        template.ttlSeconds = Self.timeToLive
        self.caller = caller
        self.session = session
        self.template = template
        self.attestation = attestation
    }

    /// Spawns until there are as many as asked for, in attested batches.
    mutating func fill(to count: Int) throws(LoadFailure) {
        while tokens.count < count {
            let agents = try spawn(min(WireLimits.batchItems, count - tokens.count))
            guard !agents.isEmpty else { throw .protocolViolation("an empty batch") }
            tokens += agents.map(\.token)
        }
    }

    /// Whether the task's name is refused to one more agent.
    mutating func isRefused() throws(LoadFailure) -> Bool {
        do throws(LoadFailure) {
            _ = try spawn(1)
            return false
        } catch {
            guard case .refused(_, "TASK_REVOKED", _) = error else { throw error }
            return true
        }
    }

    private mutating func spawn(_ count: Int) throws(LoadFailure) -> [SpawnedAgentMessage] {
        var body = SpawnBatchBodyMessage()
        body.proofSequence = session.nextProofSequence()
        body.agents = (0..<count).map { _ in
            var agent = template
            // Their keys sign nothing: any 32 bytes will do.
            agent.publicKey = ByteView(
                copying: [UInt8](unsafeUninitializedCapacity: Ed25519PublicKey.count) {
                    entropy.fill(UnsafeMutableRawBufferPointer($0))
                    $1 = Ed25519PublicKey.count
                })
            return agent
        }
        let bytes = body.encodedBytes()
        var message = SpawnBatchRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: session.proof(
                .spawnBatch, sequence: body.proofSequence, body: bytes, by: attestation))
        return try caller.call(.spawnBatch, message, answer: SpawnBatchResponseMessage.self)
            .agents
    }

    /// Presents every token; how many are valid.
    mutating func validCount() throws(LoadFailure) -> Int {
        var valid = 0
        var start = 0
        while start < tokens.count {
            let some = tokens[start..<min(start + WireLimits.batchItems, tokens.count)]
            let request = ValidateBatchRequestMessage(
                items: some.map { token in
                    var item = ValidateRequestMessage()
                    item.token = ByteView(copying: token)
                    item.omitClaims = true
                    return item
                })
            let answer = try caller.call(
                .validateBatch, request, answer: ValidateBatchResponseMessage.self)
            guard answer.items.count == some.count else {
                throw .protocolViolation("an answer that is not about what was asked")
            }
            valid += answer.items.count { $0.valid }
            start += some.count
        }
        return valid
    }
}
