internal import MayflyWire

/// What is done with tokens: asking about them and ending them.
extension MayflyClient {
    /// Says whether a token is valid at this moment: a revocation acknowledged before is seen.
    ///
    /// May be asked without an app, by every local process that can reach the socket; consuming a
    /// use needs one.
    ///
    /// - Parameters:
    ///   - token: a compact JWS of at most 16 KiB. What is none is simply not valid.
    ///   - requiredScope: scopes that the token must cover, all of them, to be valid here.
    ///   - requiredAudience: an audience that the token must name to be valid here.
    ///   - consumeUse: consumes one use, durably, where the token is valid and its uses are limited.
    ///   - omitClaims: leaves the claims out of the answer, for callers that read them from the
    ///     token.
    /// - Throws: `refused` with `AUTHENTICATION_REQUIRED` where a use is to be consumed without an
    ///   app; `outcomeUnknown` where that reply was lost: the use may be gone.
    public func validate(
        _ token: String, requiredScope: [String] = [], requiredAudience: String? = nil,
        consumeUse: Bool = false, omitClaims: Bool = false
    ) async throws(MayflyError) -> Validation {
        Validation(
            try await channel.call(
                .validate, consumeUse ? .forbidden : .allowed, for: ValidateResponseMessage.self
            ) { _ in
                var message = ValidateRequestMessage(token, omitClaims: omitClaims)
                message.requiredScope = requiredScope.map { ByteView(copying: $0) }
                message.requiredAudience = ByteView(copying: requiredAudience ?? "")
                message.consumeUse = consumeUse
                return EncodedMessage(message)
            })
    }

    /// Says of up to 1,024 tokens whether they are valid, in their order.
    ///
    /// - Parameter omitClaims: leaves the claims out of the answer.
    /// - Throws: `refused` with `BATCH_SIZE`; `invalidRequest` where the tokens do not fit one
    ///   frame (1 MiB with an app, 64 KiB without).
    public func validateBatch(
        _ tokens: [String], omitClaims: Bool = false
    ) async throws(MayflyError) -> [Validation] {
        let response = try await channel.call(
            .validateBatch, .allowed, for: ValidateBatchResponseMessage.self
        ) { _ in
            EncodedMessage(
                ValidateBatchRequestMessage(
                    items: tokens.map { ValidateRequestMessage($0, omitClaims: omitClaims) }))
        }
        guard response.items.count == tokens.count else {
            throw .protocolViolation("The answer is not about the tokens that were asked about.")
        }
        return response.items.map { Validation($0) }
    }

    /// Ends the grant behind a token, and all that hangs on it. Whoever holds the token may.
    ///
    /// - Returns: false where it was not live: released before, expired, or never issued. Also
    ///   where the reply was lost and the repeated call found it ended.
    @discardableResult
    public func release(_ token: String) async throws(MayflyError) -> Bool {
        try await release(.token(token))
    }

    /// Ends an agent's grant, and all that hangs on it.
    ///
    /// - Returns: false where it was not live any more.
    @discardableResult
    public func release(_ agent: Agent) async throws(MayflyError) -> Bool {
        try await release(.token(agent.token))
    }

    /// Ends a grant of this client's own app by its id.
    ///
    /// - Parameter grantID: 32 lower-case hexadecimal characters.
    /// - Throws: `refused` with `AUTHENTICATION_REQUIRED` without an app.
    @discardableResult
    public func release(grantID: String) async throws(MayflyError) -> Bool {
        try await release(.grant(grantID))
    }

    /// Ends the grants behind up to 1,024 tokens, each judged alone.
    ///
    /// - Returns: in the order of the tokens, whether each was live until now.
    /// - Throws: `refused` with `BATCH_SIZE`; `invalidRequest` where they do not fit one frame.
    @discardableResult
    public func releaseBatch(_ tokens: [String]) async throws(MayflyError) -> [Bool] {
        let response = try await channel.call(
            .releaseBatch, .allowed, for: ReleaseBatchResponseMessage.self
        ) { _ in
            EncodedMessage(
                ReleaseBatchRequestMessage(
                    items: tokens.map {
                        ReleaseRequestMessage(target: .token(ByteView(copying: $0)))
                    }))
        }
        guard response.ended.count == tokens.count else {
            throw .protocolViolation("The answer is not about the tokens that were released.")
        }
        return response.ended
    }

    private enum Target: Sendable {
        case token(String)
        case grant(String)

        var message: ReleaseRequestMessage {
            switch self {
            case .token(let token):
                ReleaseRequestMessage(target: .token(ByteView(copying: token)))
            case .grant(let id): ReleaseRequestMessage(target: .grant(ByteView(copying: id)))
            }
        }
    }

    private func release(_ target: Target) async throws(MayflyError) -> Bool {
        try await channel.call(.release, .allowed, for: ReleaseResponseMessage.self) { _ in
            EncodedMessage(target.message)
        }.ended
    }
}

extension ValidateRequestMessage {
    fileprivate init(_ token: String, omitClaims: Bool) {
        self.init()
        self.token = ByteView(copying: token)
        self.omitClaims = omitClaims
    }
}
