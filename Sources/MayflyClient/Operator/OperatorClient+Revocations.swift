internal import MayflyWire

/// Ending what was granted, and looking at what is live.
extension OperatorClient {
    /// Ends a token, an agent, a task or a chain, and all that hangs on it. When this returns, every
    /// validation, renewal and delegation that begins from now on sees it.
    ///
    /// Repeated once where the connection is lost under it; then `count` is what was left for the
    /// second time.
    ///
    /// - Throws: `refused` with `INVALID_TARGET` or `REVOCATIONS_EXHAUSTED`.
    @discardableResult
    public func revoke(_ target: RevocationTarget) async throws(MayflyError) -> Revocation {
        Revocation(
            try await channel.call(.revoke, .allowed, for: RevokeResponseMessage.self) { _ in
                EncodedMessage(target.message)
            })
    }

    /// The records in force: tasks whose name is refused, or whose earlier grants are covered.
    public func revocations() async throws(MayflyError) -> [RevocationRecord] {
        try await channel.call(
            .listRevocations, .allowed, for: ListRevocationsResponseMessage.self
        ) { _ in EncodedMessage(ListRevocationsRequestMessage()) }.records.map {
            RevocationRecord($0)
        }
    }

    /// Lets a revoked task's name be used again. What was revoked stays so.
    ///
    /// - Throws: `refused` with `REVOCATION_NOT_FOUND`; `outcomeUnknown` where the reply was lost.
    public func liftRevocation(_ recordID: UInt64) async throws(MayflyError) {
        _ = try await channel.call(
            .liftRevocation, .forbidden, for: LiftRevocationResponseMessage.self
        ) { _ in EncodedMessage(LiftRevocationRequestMessage(recordID: recordID)) }
    }

    /// The live grants that match, read page by page as they are asked for.
    ///
    /// - Parameters:
    ///   - app: only of this one; nil means any.
    ///   - orchestration: only of this one; nil means any.
    ///   - task: only of this one; nil means any.
    ///   - pageSize: 1 to 1,000; nil takes the broker's 100.
    public func grants(
        app: String? = nil, orchestration: String? = nil, task: String? = nil,
        pageSize: Int? = nil
    ) -> LiveGrants {
        LiveGrants { cursor async throws(MayflyError) in
            var request = ListGrantsRequestMessage()
            request.app = app ?? ""
            request.orchestration = orchestration ?? ""
            request.task = task ?? ""
            request.limit = UInt32(clamping: pageSize ?? 0)
            request.cursor = cursor
            let message = request
            return GrantPage(
                try await self.channel.call(
                    .listGrants, .allowed, for: ListGrantsResponseMessage.self
                ) { _ in EncodedMessage(message) })
        }
    }

    /// A launch token on behalf of an app.
    ///
    /// - Parameters: as `MayflyClient.createLaunchToken`, and the `app`.
    /// - Throws: `refused`, for example `APP_NOT_FOUND` or `SCOPE_VIOLATION`.
    public func createLaunchToken(
        app: String, ceiling: [String], lifetime: Duration? = nil,
        maximumAgentLifetime: Duration? = nil, label: String? = nil
    ) async throws(MayflyError) -> LaunchToken {
        var request = OperatorCreateLaunchTokenRequestMessage()
        request.app = app
        request.label = label ?? ""
        request.ceiling = ceiling
        request.ttlSeconds = try wireSeconds(lifetime)
        request.maximumAgentTTLSeconds = try wireSeconds(maximumAgentLifetime)
        let message = request
        return LaunchToken(
            try await channel.call(
                .operatorCreateLaunchToken, .allowed,
                for: OperatorCreateLaunchTokenResponseMessage.self
            ) { _ in EncodedMessage(message) })
    }
}
