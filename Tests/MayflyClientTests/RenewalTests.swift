import MayflyCrypto
import MayflyWire
import Testing

@testable import MayflyClient

/// How a grant goes on.
struct RenewalTests {
    private func renewals(_ broker: FakeBroker) -> [FakeRequest] {
        broker.requests.filter { $0.method == .renew }
    }

    private func renewalID(_ request: FakeRequest, by key: AgentKey) throws -> [UInt8]? {
        try request.provenBody(RenewBodyMessage.self, .renew, by: key.publicKey) {
            $0.renewalID.bytes
        } sequence: {
            $0.proofSequence
        }
    }

    @Test func `a renewed agent is the same agent with another token`() async throws {
        let broker = FakeBroker()
        let client = broker.client()
        let agent = try await client.spawn(task: "extract", scope: ["a:b:*", "a:c:1"])
        let renewed = try await client.renew(
            agent, scope: ["a:b:1"], lifetime: .seconds(60))
        #expect(renewed.id == agent.id)
        #expect(renewed.grantID == agent.grantID)
        #expect(renewed.token != agent.token)
        #expect(renewed.scope == ["a:b:1"])
        #expect(renewed.key === agent.key)
        let request = try #require(renewals(broker).first)
        let asked = try request.provenBody(
            RenewBodyMessage.self, .renew, by: agent.key.publicKey
        ) { body in
            (body.token.text, body.scope.map(\.text), body.ttlSeconds, body.renewalID.count)
        } sequence: {
            $0.proofSequence
        }
        #expect(try #require(asked) == (agent.token, ["a:b:1"], 60, 16))
    }

    @Test func `a renewal whose reply is lost is repeated with its id and another proof`()
        async throws
    {
        let broker = FakeBroker { request in
            request.method == .renew && request.connection.number == 1
                ? request.connection.drop() : request.answerAsUsual()
        }
        let key = AgentKey()
        let id = RenewalID()
        _ = try await broker.client(app: nil).renew(token: "a.b.c", key: key, id: id)
        let requests = renewals(broker)
        #expect(requests.map(\.connection.number) == [1, 2])
        for request in requests { #expect(try renewalID(request, by: key) == id.bytes) }
    }

    @Test func `renewals without an app share one challenge and never an id`() async throws {
        let broker = FakeBroker()
        let client = broker.client(app: nil)
        let key = AgentKey()
        for _ in 0..<3 { _ = try await client.renew(token: "a.b.c", key: key) }
        #expect(broker.count(.challenge) == 1)
        let ids = try renewals(broker).map { try renewalID($0, by: key) }
        #expect(Set(ids).count == 3)
        #expect(!ids.contains(nil))
    }

    @Test func `a renewal that names no scope at all is not sent`() async {
        let broker = FakeBroker()
        let error = await failure {
            _ = try await broker.client().renew(token: "a.b.c", key: AgentKey(), scope: [])
        }
        #expect(error?.code == "INVALID_REQUEST")
        #expect(broker.requests.isEmpty)
    }

    @Test func `a renewal id is sixteen bytes`() {
        #expect(RenewalID(bytes: [UInt8](repeating: 1, count: 15)) == nil)
        let id = RenewalID()
        #expect(RenewalID(bytes: id.bytes) == id)
    }

    @Test(arguments: AgentState.allCases)
    func `a heartbeat says what the agent is doing`(state: AgentState) async throws {
        let broker = FakeBroker()
        let expiry = try await broker.client(app: nil).heartbeat("a.b.c", state)
        #expect(expiry == UnixTime(seconds: 1_900_000_000))
        let request = try #require(broker.requests.last)
        try request.payload.withUnsafeBytes { bytes in
            let sent = try HeartbeatRequestMessage.decode(bytes, arena: MessageArena())
            #expect(sent.token.text == "a.b.c")
            #expect(AgentState(sent.state) == state)
        }
    }

    @Test func `a validation asks for what it needs and consumes no use twice`() async throws {
        let broker = FakeBroker { request in
            guard request.connection.number > 1 else { return request.connection.drop() }
            var response = ValidateResponseMessage()
            response.valid = true
            response.usesLeft = 3
            request.answer(response)
        }
        let client = broker.client()
        let error = await failure {
            _ = try await client.validate("a.b.c", consumeUse: true)
        }
        #expect(error?.code == "OUTCOME_UNKNOWN")
        let validation = try await client.validate(
            "a.b.c", requiredScope: ["a:b:c"], requiredAudience: "warehouse", consumeUse: true)
        #expect(validation.usesLeft == 3)
        let request = try #require(broker.requests.last)
        let arena = MessageArena()
        try request.payload.withUnsafeBytes { bytes in
            let sent = try ValidateRequestMessage.decode(bytes, arena: arena)
            // Its views live no longer than the arena.
            withExtendedLifetime(arena) {
                #expect(sent.requiredScope.map(\.text) == ["a:b:c"])
                #expect(sent.requiredAudience.text == "warehouse")
                #expect(sent.consumeUse)
            }
        }
    }
}
