private import MayflyCrypto
internal import MayflyWire

/// Agents that come by themselves: launch tokens, and registration with one.
extension MayflyClient {
    /// Makes a single-use secret with which one agent process registers itself.
    ///
    /// - Parameters:
    ///   - ceiling: 1 to 32 scopes inside the app's ceiling: the most that the agent may ask for.
    ///   - lifetime: of the launch token, 1 to 3,600 seconds; nil takes 30.
    ///   - maximumAgentLifetime: the longest life of the agent's grant; nil takes the app's maximum.
    ///   - label: what the audit calls it: an identifier of `[A-Za-z0-9._-]`, or nil.
    /// - Throws: `refused`, for example `AUTHENTICATION_REQUIRED`, `SCOPE_VIOLATION` or
    ///   `LAUNCH_TOKENS_EXHAUSTED`. A reply that is lost leaves a token that nobody knows and that
    ///   lapses by itself.
    public func createLaunchToken(
        ceiling: [String], lifetime: Duration? = nil, maximumAgentLifetime: Duration? = nil,
        label: String? = nil
    ) async throws(MayflyError) -> LaunchToken {
        var request = CreateLaunchTokenRequestMessage()
        request.label = label ?? ""
        request.ceiling = ceiling
        request.ttlSeconds = try wireSeconds(lifetime)
        request.maximumAgentTTLSeconds = try wireSeconds(maximumAgentLifetime)
        let message = request
        return LaunchToken(
            try await channel.call(
                .createLaunchToken, .allowed, for: CreateLaunchTokenResponseMessage.self
            ) { _ in EncodedMessage(message) })
    }

    /// Registers the calling agent with a launch token, proven by the agent's own key. The client
    /// needs no app: the launch token says which.
    ///
    /// - Parameters:
    ///   - request: its scope is inside the launch token's ceiling; its orchestration may be nil
    ///     where the options name one.
    ///   - launchToken: the secret as it was shown.
    ///   - supersede: ends what was granted before under the same orchestration and task: for an
    ///     agent that takes the place of a crashed one.
    /// - Throws: `refused`, for example `LAUNCH_TOKEN_INVALID`, `SCOPE_VIOLATION` or
    ///   `KEY_IN_USE`; `outcomeUnknown` where the reply was lost: the launch token may be used up.
    public func register(
        _ request: AgentRequest, launchToken: String, supersede: Bool = false
    ) async throws(MayflyError) -> Agent {
        let request = try ResolvedAgentRequest(request, options)
        let response = try await prove(
            .register, .forbidden, need: .fresh, for: RegisterResponseMessage.self
        ) { session in
            var body = RegisterBodyMessage()
            body.proofSequence = session.nextProofSequence()
            body.launchToken = ByteView(copying: launchToken)
            body.agent = request.message
            body.supersede = supersede
            return session.proven(
                .register, sequence: body.proofSequence, body, by: request.key.pair)
        }
        guard let agent = response.agent else {
            throw .outcomeUnknown(cause: .protocolViolation("The answer names no agent."))
        }
        return request.agent(agent)
    }
}
