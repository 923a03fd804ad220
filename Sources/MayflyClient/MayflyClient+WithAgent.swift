/// Agents that live as long as a piece of work.
extension MayflyClient {
    /// Spawns an agent, does the work with it, and releases it on the way out: also when the work
    /// throws, and when the task is cancelled.
    ///
    /// A release that fails takes nothing from the work's result: `ClientOptions.releaseFailed` is
    /// told, and the grant ends at its expiry.
    ///
    /// - Parameters: as `spawn(orchestration:task:scope:audience:lifetime:key:)`, and `body`, the
    ///   work, which runs where the caller does.
    /// - Returns: what the work returns.
    /// - Throws: what the work throws, or `MayflyError` where there is no agent.
    nonisolated(nonsending) public func withAgent<Value>(
        orchestration: String? = nil, task: String, scope: [String], audience: [String] = [],
        lifetime: Duration? = nil,
        _ body: nonisolated(nonsending) (Agent) async throws -> Value
    ) async throws -> Value {
        let agent = try await spawn(
            orchestration: orchestration, task: task, scope: scope, audience: audience,
            lifetime: lifetime)
        let value: Value
        do {
            value = try await body(agent)
        } catch {
            await end(agent)
            throw error
        }
        await end(agent)
        return value
    }

    private func end(_ agent: Agent) async {
        do throws(MayflyError) {
            try await release(agent)
        } catch {
            options.releaseFailed?(agent, error)
        }
    }
}
