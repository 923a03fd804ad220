internal import MayflyCrypto
internal import MayflyWire

/// Delegation: a narrower grant for another live agent.
extension MayflyClient {
    /// The public face of a live agent.
    ///
    /// - Parameter agentID: its SPIFFE ID.
    /// - Throws: `refused` with `DELEGATE_UNKNOWN` where no such agent lives.
    public func describe(_ agentID: String) async throws(MayflyError) -> AgentDescription {
        AgentDescription(
            try await channel.call(.describe, .allowed, for: DescribeResponseMessage.self) { _ in
                var message = DescribeRequestMessage()
                message.agentID = ByteView(copying: agentID)
                return EncodedMessage(message)
            })
    }

    /// Delegates a part of what an agent holds to another live agent.
    ///
    /// - Parameters: as `delegate(token:key:to:_:)`, and the `agent` that delegates.
    /// - Throws: as `delegate(token:key:to:_:)`.
    public func delegate(
        from agent: Agent, to delegateID: String, _ terms: DelegationTerms
    ) async throws(MayflyError) -> IssuedToken {
        try await delegate(token: agent.token, key: agent.key, to: delegateID, terms)
    }

    /// Delegates a part of what a token states to another live agent. The delegator's key signs the
    /// hop, which is the proof; the new token is bound to the delegate's key and worth nothing
    /// without it. Needs no app.
    ///
    /// - Parameters:
    ///   - token: the delegator's current token.
    ///   - key: the delegator's key, that its token is bound to.
    ///   - delegateID: the delegate's SPIFFE ID.
    ///   - terms: what it gets.
    /// - Returns: the delegate's token, for the delegator to hand over.
    /// - Throws: `refused`, for example `DELEGATE_UNKNOWN`, `SCOPE_VIOLATION`, `USES_VIOLATION`,
    ///   `LIFETIME_VIOLATION` or `DEPTH_EXCEEDED`; `outcomeUnknown` where the reply was lost.
    public func delegate(
        token: String, key: AgentKey, to delegateID: String, _ terms: DelegationTerms
    ) async throws(MayflyError) -> IssuedToken {
        let holding = try await holding(of: token)
        // The root statement is in the delegator's grant, and no token of depth 0 repeats it.
        let root: [UInt8]? =
            if holding.previous == nil {
                [UInt8](try await describe(holding.agent.description).root.utf8)
            } else {
                nil
            }
        let hop = try HopDraft(
            holding, root: root, key: key, delegate: try await describe(delegateID), terms)
        let response = try await prove(.delegate, .forbidden, for: DelegateResponseMessage.self) {
            session throws(MayflyError) in
            var message = DelegateRequestMessage()
            message.token = ByteView(copying: token)
            message.hop = ByteView(copying: try hop.signed(on: session))
            message.byReference = terms.byReference
            return EncodedMessage(message)
        }
        guard let agent = response.agent else {
            throw .outcomeUnknown(cause: .protocolViolation("The answer names no token."))
        }
        return IssuedToken(agent)
    }

    /// What a token says its agent holds; of a token by reference the broker says it.
    private func holding(of token: String) async throws(MayflyError) -> Holding {
        let bytes = [UInt8](token.utf8)
        let payload = bytes.withUnsafeBytes { bytes in
            UntrustedToken(bytes).map { $0.decodePayload(of: bytes) }
        }
        guard let payload else { throw .invalidRequest("This is not a token.") }
        if let holding = Holding(payload: payload) { return holding }
        let validation = try await validate(token)
        guard validation.isValid else { throw .refused(.tokenNotValid) }
        guard let claims = validation.claims, let holding = Holding(payload: claims.json) else {
            throw .invalidRequest("This token's claims cannot be delegated from.")
        }
        return holding
    }
}

extension Refusal {
    /// What the broker would say to a Delegate with such a token.
    fileprivate static var tokenNotValid: Refusal {
        Refusal(
            code: "UNAUTHENTICATED", reason: "TOKEN_NOT_VALID",
            message: "The token is not valid.")
    }
}
