import MayflyCrypto
import MayflyWire
import Testing

@testable import MayflyClient

/// Connections that end, and answers that never come or come wrong.
struct LostConnectionTests {
    /// Answers from the second connection on.
    private static let dropFirst: FakeBroker.Script = { request in
        request.connection.number == 1 ? request.connection.drop() : request.answerAsUsual()
    }

    @Test func `a validation whose connection is lost is repeated on a new one`() async throws {
        let broker = FakeBroker(Self.dropFirst)
        #expect(try await broker.client().validate("token").isValid)
        #expect(broker.connectionCount == 2)
        #expect(broker.count(.authenticate) == 2)
    }

    @Test func `a repeatable call is repeated once and no more`() async throws {
        let broker = FakeBroker { $0.connection.drop() }
        let error = await failure { try await broker.client().release("token") }
        #expect(error?.code == "CONNECTION_FAILED")
        #expect(broker.count(.release) == 2)
    }

    @Test func `a spawn whose reply is lost has an unknown outcome and is not repeated`() async {
        let broker = FakeBroker(Self.dropFirst)
        let client = broker.client()
        let error = await failure { _ = try await client.spawn(task: "extract", scope: ["a:b:c"]) }
        guard case .outcomeUnknown(.connection) = error else {
            return #expect(error?.code == "OUTCOME_UNKNOWN")
        }
        #expect(broker.count(.spawn) == 1)
        let agent = try? await client.spawn(task: "extract", scope: ["a:b:c"])
        #expect(agent?.id.hasPrefix("spiffe://") == true)
        #expect(broker.connectionCount == 2)
    }

    @Test func `a spawn on a connection found lost before it is sent goes by a new one`()
        async throws
    {
        let broker = FakeBroker { request in
            request.answerAsUsual()
            if request.connection.number == 1 { request.connection.drop() }
        }
        let client = broker.client()
        #expect(try await client.validate("token").isValid)
        // Until the client has seen the end, a spawn could only be lost.
        while let link = client.channel.currentLink, !link.isOver { await Task.yield() }
        _ = try await client.spawn(task: "extract", scope: ["a:b:c"])
        #expect(broker.count(.spawn) == 1)
    }

    @Test func `proofs are over the challenge of their own connection and count from 1`()
        async throws
    {
        let broker = FakeBroker { request in
            request.answerAsUsual()
            if request.method == .validate { request.connection.drop() }
        }
        let client = broker.client()
        let key = AgentKey()
        for _ in 0..<2 {
            for _ in 0..<2 {
                _ = try await client.spawn(task: "extract", scope: ["a:b:c"], key: key)
            }
            _ = try await client.validate("token")
            while let link = client.channel.currentLink, !link.isOver { await Task.yield() }
        }
        let spawns = broker.requests.filter { $0.method == .spawn }
        #expect(spawns.map(\.connection.number) == [1, 1, 2, 2])
        for (spawn, sequence) in zip(spawns, [1, 2, 1, 2] as [UInt64]) {
            #expect(try proves(spawn, sequence, key.pair.publicKey))
        }
    }

    private func proves(
        _ spawn: FakeRequest, _ sequence: UInt64, _ key: Ed25519PublicKey
    ) throws -> Bool {
        let arena = MessageArena()
        let challenge = try #require(Challenge(spawn.connection.challenge))
        return try spawn.payload.withUnsafeBytes { bytes in
            let message = try SpawnRequestMessage.decode(bytes, arena: arena)
            let body = try SpawnBodyMessage.decode(message.body.rawBuffer, arena: arena)
            guard body.proofSequence == sequence, body.agent?.publicKey.bytes == key.bytes else {
                return false
            }
            return ProofMessage.withBytes(
                purpose: .spawn, issuerDigest: SHA256.digest([UInt8](FakeBroker.issuer.utf8)),
                challenge: challenge, proofSequence: sequence, body: message.body.rawBuffer
            ) { key.isValidSignature(message.proof.rawBuffer, for: $0) }
        }
    }

    @Test func `a call without an answer runs out of time and its late answer is passed over`()
        async throws
    {
        let held = Lock<FakeRequest?>(nil)
        let broker = FakeBroker { request in
            guard request.token == "late" else {
                held.withLock { $0 }?.answerAsUsual()
                return request.answerAsUsual()
            }
            held.withLock { $0 = request }
        }
        let client = broker.client(options: ClientOptions(callTimeout: .milliseconds(20)))
        #expect(await failure { _ = try await client.validate("late") } == .timeout)
        let validation = try await client.channel.call(
            .validate, .allowed, timeout: .seconds(10), for: ValidateResponseMessage.self
        ) { _ in
            var message = ValidateRequestMessage()
            message.token = ByteView(copying: "prompt")
            return EncodedMessage(message)
        }
        #expect(String(decoding: validation.claims, as: UTF8.self) == #"{"sub":"prompt"}"#)
        #expect(broker.connectionCount == 1)
    }

    @Test func `a spawn without an answer has an unknown outcome`() async throws {
        let broker = FakeBroker { _ in }
        let client = broker.client(
            options: ClientOptions(orchestration: "o", callTimeout: .milliseconds(20)))
        let error = await failure { _ = try await client.spawn(task: "t", scope: ["a:b:c"]) }
        #expect(error == .outcomeUnknown(cause: .timeout))
    }

    @Test func `an absent broker is named with its path`() async throws {
        let client = MayflyClient(socketPath: "/nonexistent/agent.sock", app: nil)
        let error = await failure { _ = try await client.validate("token") }
        #expect(error?.code == "CONNECTION_FAILED")
        #expect(error?.message.contains("/nonexistent/agent.sock") == true)
    }

    @Test func `a broker that comes in time is waited for`() async throws {
        let broker = FakeBroker()
        let attempts = Lock(0)
        let dialer = Dialer { () throws(Dialer.Failure) in
            let attempt = attempts.withLock { count in
                count += 1
                return count
            }
            guard attempt > 3 else { throw Dialer.Failure(sentence: "absent") }
            return try broker.dialer.dial()
        }
        let client = MayflyClient(
            dialer: dialer, identity: .nobody, options: ClientOptions(brokerWait: .seconds(10)))
        #expect(try await client.validate("token").isValid)
        #expect(attempts.withLock { $0 } == 4)
    }

    @Test func `closing fails the calls under way and all that follow`() async throws {
        let broker = FakeBroker { _ in }
        let client = broker.client()
        async let pending = failure { _ = try await client.validate("token") }
        while broker.count(.validate) == 0 { await Task.yield() }
        client.close()
        #expect(await pending == .closed)
        #expect(await failure { _ = try await client.validate("token") } == .closed)
    }
}
