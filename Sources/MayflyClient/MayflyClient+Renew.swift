private import MayflyCrypto
internal import MayflyWire

/// How an agent's grant goes on: renewal and heartbeats.
extension MayflyClient {
    /// Gives an agent's grant a new token; the old one is dead before the new one is there.
    ///
    /// Safe to repeat with the same id within 30 seconds, which this call does by itself where the
    /// connection is lost under it. Needs no app: the agent's key proves it.
    ///
    /// - Parameters:
    ///   - scope: a narrower scope, for a grant from which nothing was delegated; nil keeps it.
    ///   - lifetime: of the new token, at most until what the grant can ever reach; nil takes as
    ///     long as the old token's.
    ///   - id: of the renewal; keep it where a lost reply is to be asked for again.
    /// - Returns: the agent with its new token.
    /// - Throws: `refused`, for example `TOKEN_NOT_VALID`, `SCOPE_VIOLATION`,
    ///   `GRANT_HAS_CHILDREN` or `RENEWALS_EXHAUSTED`.
    public func renew(
        _ agent: Agent, scope: [String]? = nil, lifetime: Duration? = nil,
        id: RenewalID = RenewalID()
    ) async throws(MayflyError) -> Agent {
        let renewed = try await renew(
            token: agent.token, key: agent.key, scope: scope, lifetime: lifetime, id: id)
        return Agent(agent, renewed: renewed, scope: scope ?? agent.scope)
    }

    /// Gives the grant behind a token a new token: also a delegated grant, by the delegate's key.
    ///
    /// - Parameters: as `renew(_:scope:lifetime:id:)`, and the `key` that the token is bound to.
    /// - Throws: as `renew(_:scope:lifetime:id:)`.
    public func renew(
        token: String, key: AgentKey, scope: [String]? = nil, lifetime: Duration? = nil,
        id: RenewalID = RenewalID()
    ) async throws(MayflyError) -> IssuedToken {
        guard scope != [] else {
            throw .invalidRequest("A renewal keeps the scope or names a narrower one, not none.")
        }
        let seconds = try wireSeconds(lifetime)
        let response = try await prove(.renew, .allowed, for: RenewResponseMessage.self) {
            session in
            var body = RenewBodyMessage()
            body.proofSequence = session.nextProofSequence()
            body.token = ByteView(copying: token)
            body.renewalID = ByteView(copying: id.bytes)
            body.scope = (scope ?? []).map { ByteView(copying: $0) }
            body.ttlSeconds = seconds
            return session.proven(.renew, sequence: body.proofSequence, body, by: key.pair)
        }
        guard let agent = response.agent else {
            throw .outcomeUnknown(cause: .protocolViolation("The answer names no token."))
        }
        return IssuedToken(agent)
    }

    /// Says that an agent is alive, and what it is doing. Needed where its app has a heartbeat
    /// policy.
    ///
    /// - Returns: when its token ends.
    /// - Throws: `refused` with `TOKEN_NOT_VALID`.
    @discardableResult
    public func heartbeat(
        _ token: String, _ state: AgentState = .active
    ) async throws(MayflyError) -> UnixTime {
        let response = try await channel.call(
            .heartbeat, .allowed, for: HeartbeatResponseMessage.self
        ) { _ in
            var message = HeartbeatRequestMessage()
            message.token = ByteView(copying: token)
            message.state = state.message
            return EncodedMessage(message)
        }
        return UnixTime(seconds: response.expiresAt)
    }

    /// Says that an agent is alive, and what it is doing.
    @discardableResult
    public func heartbeat(
        _ agent: Agent, _ state: AgentState = .active
    ) async throws(MayflyError) -> UnixTime {
        try await heartbeat(agent.token, state)
    }
}
