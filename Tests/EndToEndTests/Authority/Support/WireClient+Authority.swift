internal import MayflyCrypto
internal import MayflyWire

/// The calls of the authority model, whole and in parts.
extension WireClient {
    // MARK: Proofs without an app

    /// Asks for the connection's challenge; numbers go on where it has one already.
    @discardableResult
    func openRegistration() throws -> ChallengeResponseMessage {
        let response = try call(
            .challenge, ChallengeRequestMessage(), as: ChallengeResponseMessage.self)
        guard let challenge = Challenge(response.challenge) else {
            throw Failure.malformed("a challenge is 32 bytes")
        }
        if session == nil {
            session = Session(
                challenge: challenge, issuerDigest: SHA256.digest([UInt8](response.issuer.utf8)))
        }
        return response
    }

    func nextProofSequence() throws -> UInt64 {
        if session == nil { try openRegistration() }
        return session?.nextSequence() ?? 0
    }

    func proven(
        _ purpose: ProofPurpose, _ body: some EncodableMessage, sequence: UInt64,
        by key: some Ed25519Signing
    ) throws -> ProvenRequestMessage {
        let bytes = body.encodedBytes()
        var request = ProvenRequestMessage()
        request.body = ByteView(copying: bytes)
        request.proof = ByteView(
            copying: try proof(purpose, sequence: sequence, body: bytes, by: key))
        return request
    }

    // MARK: Register

    func registerRequest(
        _ spec: AgentSpecMessage, key: AgentKeyPair, launchToken: String, supersede: Bool = false,
        sequence: UInt64? = nil, purpose: ProofPurpose = .register
    ) throws -> RegisterRequestMessage {
        var body = RegisterBodyMessage()
        body.proofSequence = try sequence ?? nextProofSequence()
        body.launchToken = ByteView(copying: launchToken)
        body.agent = spec
        body.supersede = supersede
        return try proven(purpose, body, sequence: body.proofSequence, by: key)
    }

    func registerRequest(
        _ plan: AgentPlan, launchToken: String, supersede: Bool = false, sequence: UInt64? = nil,
        purpose: ProofPurpose = .register
    ) throws -> RegisterRequestMessage {
        try registerRequest(
            plan.message, key: plan.key, launchToken: launchToken, supersede: supersede,
            sequence: sequence, purpose: purpose)
    }

    func register(
        _ plan: AgentPlan, launchToken: String, supersede: Bool = false
    ) throws -> SpawnedAgentMessage {
        try openRegistration()
        let request = try registerRequest(plan, launchToken: launchToken, supersede: supersede)
        return try issued(.register, request)
    }

    /// A call that is answered with an agent and its token.
    func issued(_ method: Method, _ message: some EncodableMessage) throws -> SpawnedAgentMessage {
        let response = try call(method, message, as: SpawnResponseMessage.self)
        guard let agent = response.agent else { throw Failure.malformed("no agent in the answer") }
        return agent
    }

    // MARK: Launch tokens

    func launchToken(
        _ ceiling: [String] = ["read:data:*"], seconds: UInt32 = 0, agentSeconds: UInt32 = 0
    ) throws -> String {
        var message = CreateLaunchTokenRequestMessage()
        message.ceiling = ceiling
        message.ttlSeconds = seconds
        message.maximumAgentTTLSeconds = agentSeconds
        return try call(
            .createLaunchToken, message, as: CreateLaunchTokenResponseMessage.self
        ).launchToken
    }

    // MARK: Renew

    /// Another id at each call, unless it is given.
    func renewRequest(
        _ token: [UInt8], by key: some Ed25519Signing, id: [UInt8] = RenewalNumber.next(),
        scope: [String] = [], seconds: UInt32 = 0, sequence: UInt64? = nil
    ) throws -> RenewRequestMessage {
        var body = RenewBodyMessage()
        body.proofSequence = try sequence ?? nextProofSequence()
        body.token = ByteView(copying: token)
        body.renewalID = ByteView(copying: id)
        body.scope = scope.map { ByteView(copying: $0) }
        body.ttlSeconds = seconds
        return try proven(.renew, body, sequence: body.proofSequence, by: key)
    }

    func renew(_ agent: LiveAgent, scope: [String] = []) throws -> LiveAgent {
        var renewed = agent
        renewed.take(
            try issued(.renew, try renewRequest(agent.token, by: agent.key, scope: scope)))
        if !scope.isEmpty { renewed.scope = scope }
        return renewed
    }

    // MARK: Describe, heartbeat, list

    func describe(_ agentID: [UInt8]) throws -> DescribeResponseMessage {
        var message = DescribeRequestMessage()
        message.agentID = ByteView(copying: agentID)
        return try call(.describe, message, as: DescribeResponseMessage.self)
    }

    func beat(_ token: [UInt8], _ state: AgentStateMessage = .active) throws -> Reply {
        var message = HeartbeatRequestMessage()
        message.token = ByteView(copying: token)
        message.state = state
        return try call(.heartbeat, message)
    }

    /// All pages of the app's own grants.
    func appGrants(task: String = "", limit: UInt32 = 0) throws -> [GrantSummaryMessage] {
        var message = AppsListGrantsRequestMessage()
        message.task = task
        message.limit = limit
        var grants: [GrantSummaryMessage] = []
        repeat {
            let page = try call(.listAppGrants, message, as: AppsListGrantsResponseMessage.self)
            grants += page.grants
            message.cursor = page.cursor
        } while !message.cursor.isEmpty
        return grants
    }

    // MARK: Validate

    func validate(
        _ token: [UInt8], scope: [String] = [], audience: String = "", consuming: Bool = false
    ) throws -> ValidateResponseMessage {
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: token)
        message.requiredScope = scope.map { ByteView(copying: $0) }
        message.requiredAudience = ByteView(copying: audience)
        message.consumeUse = consuming
        return try call(.validate, message, as: ValidateResponseMessage.self)
    }

    func isValid(_ agent: LiveAgent) throws -> Bool { try validate(agent.token).valid }

    /// How many of many tokens are valid, in as few calls as there may be.
    func validCount(of tokens: [[UInt8]]) throws -> Int {
        var valid = 0
        var rest = tokens[...]
        while !rest.isEmpty {
            var items: [ValidateRequestMessage] = []
            var bytes = 0
            while let token = rest.first, items.count < WireLimits.batchItems,
                bytes + token.count + 16 < WireLimits.frameBytes - 1_024
            {
                var item = ValidateRequestMessage()
                item.token = ByteView(copying: token)
                item.omitClaims = true
                items.append(item)
                bytes += token.count + 16
                rest.removeFirst()
            }
            if items.isEmpty { throw Failure.malformed("a token longer than a frame") }
            valid += try call(
                .validateBatch, ValidateBatchRequestMessage(items: items),
                as: ValidateBatchResponseMessage.self
            ).items.count { $0.valid }
        }
        return valid
    }
}

/// Renewal ids that no other call of this process has.
enum RenewalNumber {
    static func next() -> [UInt8] { [UInt8](AgentKeyPair().publicKey.bytes.prefix(16)) }
}
