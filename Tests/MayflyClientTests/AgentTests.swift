import MayflyWire
import Testing

@testable import MayflyClient

/// Agents as a piece of work has them.
struct AgentTests {
    private struct WorkFailed: Error {}

    @Test func `an agent is released when its work is done`() async throws {
        let broker = FakeBroker()
        let token = try await broker.client().withAgent(task: "extract", scope: ["a:b:c"]) {
            agent in
            #expect(broker.count(.release) == 0)
            return agent.token
        }
        #expect(broker.requests.last?.method == .release)
        #expect(broker.requests.last?.token == token)
    }

    @Test func `an agent is released when its work throws`() async throws {
        let broker = FakeBroker()
        await #expect(throws: WorkFailed.self) {
            try await broker.client().withAgent(task: "extract", scope: ["a:b:c"]) { _ in
                throw WorkFailed()
            }
        }
        #expect(broker.count(.release) == 1)
    }

    @Test func `an agent is released when its task is cancelled`() async throws {
        let broker = FakeBroker()
        let client = broker.client()
        let began = Gate()
        let task = Task {
            try await client.withAgent(task: "extract", scope: ["a:b:c"]) { _ in
                began.open()
                try await Task.sleep(for: .seconds(3_600))
            }
        }
        began.wait()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(broker.count(.release) == 1)
    }

    @Test func `a cancelled task spawns nothing`() async throws {
        let broker = FakeBroker()
        let client = broker.client()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure { _ = try await client.spawn(task: "t", scope: ["a:b:c"]) }
        }
        #expect(await task.value == .cancelled)
        #expect(broker.count(.spawn) == 0)
    }

    @Test func `a release that fails leaves the work's result and is told`() async throws {
        let broker = FakeBroker { request in
            request.method == .release
                ? request.refuse(.unavailable, "SHUTTING_DOWN") : request.answerAsUsual()
        }
        let told = Lock<String?>(nil)
        let options = ClientOptions(orchestration: "o") { _, error in
            told.withLock { $0 = error.code }
        }
        let result = try await broker.client(options: options).withAgent(
            task: "t", scope: ["a:b:c"]
        ) { _ in 42 }
        #expect(result == 42)
        #expect(told.withLock { $0 } == "SHUTTING_DOWN")
    }

    @Test func `a printed agent shows neither token nor key`() async throws {
        let agent = try await FakeBroker().client().spawn(task: "t", scope: ["a:b:c"])
        #expect(agent.token.contains("secret-signature"))
        var dumped = ""
        dump(agent, to: &dumped)
        for text in ["\(agent)", String(reflecting: agent), dumped] {
            #expect(!text.contains("secret-signature"))
        }
        #expect(agent.bearerHeader == "Bearer \(agent.token)")
    }

    @Test func `a spawn says what was asked`() async throws {
        let broker = FakeBroker()
        let client = broker.client()
        let agent = try await client.spawn(
            orchestration: "weekly", task: "extract", scope: ["read:data:*", "read:logs:1"],
            audience: ["warehouse"], lifetime: .milliseconds(1_500))
        let request = try #require(broker.requests.last)
        let arena = MessageArena()
        try request.payload.withUnsafeBytes { bytes in
            let message = try SpawnRequestMessage.decode(bytes, arena: arena)
            let body = try SpawnBodyMessage.decode(message.body.rawBuffer, arena: arena)
            let spec = try #require(body.agent)
            #expect(spec.orchestration.text == "weekly")
            #expect(spec.task.text == "extract")
            #expect(spec.scope.map(\.text) == ["read:data:*", "read:logs:1"])
            #expect(spec.audience.map(\.text) == ["warehouse"])
            #expect(spec.ttlSeconds == 2)
            #expect(spec.publicKey.bytes == agent.key.publicKey)
        }
        #expect(agent.scope == ["read:data:*", "read:logs:1"])
        #expect(agent.orchestration == "weekly")
        #expect(agent.expiresAt == UnixTime(seconds: 1_900_000_000))
    }

    @Test func `a batch comes back in the order of its requests`() async throws {
        let broker = FakeBroker { request in
            let response = SpawnBatchResponseMessage(agents: (0..<3).map { .fake(number: $0) })
            request.answer(response)
        }
        let requests = ["a", "b", "c"].map { AgentRequest(task: $0, scope: ["a:b:c"]) }
        let agents = try await broker.client().spawnBatch(requests, attestedBy: AttestationKey())
        #expect(agents.map(\.task) == ["a", "b", "c"])
        #expect(agents.map { $0.id.suffix(1) } == ["0", "1", "2"])
    }

    @Test func `a lifetime of nothing and an orchestration of nobody are not sent`() async throws {
        let broker = FakeBroker()
        let none = broker.client(options: ClientOptions())
        let first = await failure { _ = try await none.spawn(task: "t", scope: ["a:b:c"]) }
        #expect(first?.code == "INVALID_REQUEST")
        let second = await failure {
            _ = try await broker.client().spawn(task: "t", scope: ["a:b:c"], lifetime: .zero)
        }
        #expect(second?.code == "INVALID_REQUEST")
        #expect(broker.count(.spawn) == 0)
    }
}
