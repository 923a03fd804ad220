import MayflyCrypto
import MayflyWire
import Testing

@testable import MayflyClient

/// Agents that come by themselves, and apps with a secret.
struct RegistrationTests {
    private static let secret = String(repeating: "ab", count: 32)

    private func register(_ client: MayflyClient, key: AgentKey = AgentKey()) async throws -> Agent
    {
        try await client.register(
            AgentRequest(task: "extract", scope: ["a:b:c"], key: key), launchToken: Self.secret)
    }

    @Test func `a registration is proven over a challenge that was asked for just before`()
        async throws
    {
        let broker = FakeBroker()
        let client = broker.client(app: nil)
        let keys = [AgentKey(), AgentKey()]
        for key in keys { _ = try await register(client, key: key) }
        #expect(
            broker.requests.map(\.method) == [.challenge, .register, .challenge, .register])
        let proofs = broker.requests.filter { $0.method == .register }
        for (number, (request, key)) in zip(proofs, keys).enumerated() {
            let token = try request.provenBody(
                RegisterBodyMessage.self, .register, by: key.publicKey
            ) {
                $0.launchToken.text
            } sequence: { body in
                #expect(body.proofSequence == UInt64(number + 1))
                return body.proofSequence
            }
            #expect(token == Self.secret)
        }
    }

    @Test func `a challenge that another registration used is asked for again`() async throws {
        let broker = FakeBroker { request in
            request.method == .register && request.stream.rawValue == 3
                ? request.refuse(.unauthenticated, "CHALLENGE_EXPIRED") : request.answerAsUsual()
        }
        _ = try await register(broker.client(app: nil))
        #expect(broker.count(.challenge) == 2)
        #expect(broker.count(.register) == 2)
    }

    @Test func `a registration whose reply is lost has an unknown outcome and is not repeated`()
        async
    {
        let broker = FakeBroker { request in
            request.method == .register ? request.connection.drop() : request.answerAsUsual()
        }
        let error = await failure { _ = try await register(broker.client(app: nil)) }
        #expect(error?.code == "OUTCOME_UNKNOWN")
        #expect(broker.count(.register) == 1)
    }

    @Test func `a connection that is lost before a registration is sent is replaced`() async throws
    {
        let broker = FakeBroker { request in
            request.connection.number == 1 ? request.connection.drop() : request.answerAsUsual()
        }
        _ = try await register(broker.client(app: nil))
        #expect(broker.connectionCount == 2)
        #expect(broker.count(.register) == 1)
    }

    @Test func `a challenge that changes on its connection is no challenge`() async {
        let broker = FakeBroker { request in
            guard request.method == .challenge else { return request.answerAsUsual() }
            var response = request.challenge(nowMilliseconds: 1)
            response.challenge[0] = UInt8(truncatingIfNeeded: request.stream.rawValue)
            request.answer(response)
        }
        let client = broker.client(app: nil)
        #expect(await failure { _ = try await register(client) } == nil)
        let error = await failure { _ = try await register(client) }
        #expect(error?.code == "PROTOCOL_VIOLATION")
    }

    @Test func `an app with a secret makes itself known with it and not by its name`() async throws
    {
        let broker = FakeBroker()
        let credentials = ClientCredentials(clientID: "pipeline-0a1b", secret: Self.secret)
        let client = MayflyClient(
            dialer: broker.dialer, identity: .credentials(credentials),
            options: ClientOptions(orchestration: "nightly"))
        _ = try await client.spawn(task: "t", scope: ["a:b:c"])
        let sent = try #require(broker.requests.first).decode(AuthenticateRequestMessage.self)
        #expect(sent.app.isEmpty)
        #expect(sent.clientID == "pipeline-0a1b")
        #expect(sent.clientSecret == Self.secret)
    }

    @Test func `printed secrets show nothing`() async throws {
        let broker = FakeBroker { request in
            var response = CreateLaunchTokenResponseMessage()
            response.launchToken = Self.secret
            response.expiresAt = 1_900_000_000
            request.answer(response)
        }
        let token = try await broker.client().createLaunchToken(
            ceiling: ["a:b:*"], lifetime: .seconds(5), label: "extractor")
        #expect(token.secret == Self.secret)
        let sent = try #require(broker.requests.last)
            .decode(CreateLaunchTokenRequestMessage.self)
        #expect(sent.ceiling == ["a:b:*"])
        #expect(sent.ttlSeconds == 5)
        #expect(sent.label == "extractor")
        let credentials = ClientCredentials(clientID: "id", secret: Self.secret)
        var dumped = ""
        dump(token, to: &dumped)
        dump(credentials, to: &dumped)
        for text in ["\(token)", "\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains(Self.secret))
        }
    }
}
