internal import MayflyWire

/// What the app has live.
extension MayflyClient {
    /// The live grants of this client's own app, read page by page as they are asked for.
    ///
    /// Reading throws `refused` with `AUTHENTICATION_REQUIRED` without an app.
    ///
    /// - Parameters:
    ///   - orchestration: only of this one; nil means any.
    ///   - task: only of this one; nil means any.
    ///   - pageSize: 1 to 1,000; nil takes the broker's 100.
    public func grants(
        orchestration: String? = nil, task: String? = nil, pageSize: Int? = nil
    ) -> LiveGrants {
        LiveGrants { cursor async throws(MayflyError) in
            try await self.grantPage(
                orchestration: orchestration, task: task, pageSize: pageSize, after: cursor)
        }
    }

    private func grantPage(
        orchestration: String?, task: String?, pageSize: Int?, after cursor: String
    ) async throws(MayflyError) -> GrantPage {
        var request = AppsListGrantsRequestMessage()
        request.orchestration = orchestration ?? ""
        request.task = task ?? ""
        request.limit = UInt32(clamping: pageSize ?? 0)
        request.cursor = cursor
        let message = request
        return GrantPage(
            try await channel.call(
                .listAppGrants, .allowed, for: AppsListGrantsResponseMessage.self
            ) { _ in EncodedMessage(message) })
    }
}
