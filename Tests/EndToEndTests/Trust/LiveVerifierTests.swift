internal import MayflyClient
internal import Testing

/// A resource server's verifier beside a live broker.
@Suite struct `A verifier beside a live broker` {
    private let broker: BrokerProcess
    private let client: MayflyClient
    private let verifier: Verifier

    init() async throws {
        broker = try BrokerProcess.start()
        try broker.createApp("app")
        client = MayflyClient(
            socketPath: broker.home.agentSocket, app: "app",
            options: ClientOptions(orchestration: "nightly"))
        let revocations = Revocations(of: client)
        try await revocations.waitUntilCurrent(timeout: .seconds(300))
        verifier = Verifier(keys: try await client.keys(), revocations: revocations)
    }

    /// The refusal, once it comes: an end travels to the verifier after it was acknowledged.
    private func refusal(of token: String) async -> String? {
        let deadline = Deadline(seconds: 10)
        while !deadline.isOver {
            do throws(VerificationRefusal) {
                _ = try verifier.verify(token)
            } catch {
                return error.code
            }
            await Task.yield()
        }
        return nil
    }

    @Test func `a release is known`() async throws {
        let agent = try await client.spawn(task: "t", scope: ["read:data:1"])
        #expect(try verifier.verify(agent.token, scope: ["read:data:1"]).subject == agent.id)
        _ = try await client.release(agent)
        #expect(await refusal(of: agent.token) == "REVOKED")
    }

    @Test func `a child dies with its parent`() async throws {
        let parent = try await client.spawn(task: "t", scope: ["read:data:*"])
        let helper = try await client.spawn(task: "u", scope: ["read:data:2"])
        let child = try await client.delegate(
            from: parent, to: helper.id, DelegationTerms(scope: ["read:data:1"]))
        #expect(try verifier.verify(child.token, scope: ["read:data:1"]).lineage.count == 2)
        _ = try await client.release(parent)
        #expect(await refusal(of: child.token) == "REVOKED")
    }

    @Test func `the broker is asked where a moment is too long`() async throws {
        let agent = try await client.spawn(task: "t", scope: ["read:data:1"])
        let asked = try await verifier.verify(
            agent.token, asking: client, scope: ["read:data:1"])
        #expect(asked.isValid)
        _ = try await client.release(agent)
        await #expect(throws: VerificationRefusal.self) {
            try await verifier.verify(agent.token, asking: client)
        }
    }

    @Test func `a verifier that follows from the beginning knows what ended before`() async throws {
        let agent = try await client.spawn(task: "t", scope: ["read:data:1"])
        _ = try await client.release(agent)
        let revocations = Revocations(of: client)
        try await revocations.waitUntilCurrent(timeout: .seconds(300))
        let late = Verifier(keys: try await client.keys(), revocations: revocations)
        #expect(throws: VerificationRefusal.self) { try late.verify(agent.token) }
    }
}
