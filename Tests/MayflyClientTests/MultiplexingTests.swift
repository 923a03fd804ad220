import MayflyWire
import Testing

@testable import MayflyClient

/// Many calls on one connection.
struct MultiplexingTests {
    @Test func `answers in any order reach their own calls`() async throws {
        let held = Lock<[FakeRequest]>([])
        let broker = FakeBroker { request in
            let all = held.withLock { held in
                held.append(request)
                return held
            }
            guard all.count == 5 else { return }
            for request in all.reversed() { request.answerAsUsual() }
        }
        let client = broker.client()
        let answers = await withTaskGroup { group in
            for number in 0..<5 {
                group.addTask { (number, try? await client.validate("token-\(number)")) }
            }
            var answers: [Int: String] = [:]
            for await (number, validation) in group {
                answers[number] = validation?.claims?.text
            }
            return answers
        }
        #expect(
            answers
                == Dictionary(
                    uniqueKeysWithValues: (0..<5).map { ($0, #"{"sub":"token-\#($0)"}"#) }))
    }

    @Test func `a thousand tasks share one connection and one authentication`() async throws {
        let broker = FakeBroker()
        let client = broker.client()
        let valid = try await withThrowingTaskGroup { group in
            for number in 0..<1_000 {
                group.addTask { try await client.validate("token-\(number)").isValid }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(valid == 1_000)
        #expect(broker.connectionCount == 1)
        #expect(broker.count(.authenticate) == 1)
        #expect(broker.requests.map(\.stream.rawValue) == (0...1_000).map { 2 * $0 + 1 })
    }

    @Test func `a client without an app names none`() async throws {
        let broker = FakeBroker()
        let client = broker.client(app: nil)
        #expect(try await client.validate("token").isValid)
        #expect(broker.count(.authenticate) == 0)
        let error = await failure { _ = try await client.spawn(task: "extract", scope: ["a:b:c"]) }
        #expect(error?.code == "AUTHENTICATION_REQUIRED")
        #expect(broker.count(.spawn) == 0)
    }

    @Test func `requests that fill the socket wait for the broker and all arrive`() async throws {
        let gate = Gate()
        let broker = FakeBroker { request in
            // The thread that reads stands still, so that the socket fills.
            gate.wait()
            guard request.method == .releaseBatch else { return request.answerAsUsual() }
            request.answer(
                ReleaseBatchResponseMessage(ended: [Bool](repeating: true, count: 100)))
        }
        let client = broker.client()
        try await client.connect()
        let tokens = [String](repeating: String(repeating: "t", count: 8 << 10), count: 100)
        let ended = try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { try await client.releaseBatch(tokens).count } }
            group.addTask {
                gate.open()
                return 0
            }
            return try await group.reduce(0, +)
        }
        #expect(ended == 800)
        #expect(broker.connectionCount == 1)
    }

    @Test func `a request larger than a frame is not sent and the connection stays`() async throws {
        let broker = FakeBroker()
        let client = broker.client()
        let large = [String](repeating: String(repeating: "t", count: 16 << 10), count: 100)
        let error = await failure { try await client.releaseBatch(large) }
        #expect(error?.code == "INVALID_REQUEST")
        #expect(try await client.validate("token").isValid)
        #expect(broker.connectionCount == 1)
    }

    @Test func `a link without stream ids left ends with its last call`() async throws {
        let gate = Gate()
        let broker = FakeBroker { request in
            gate.wait()
            request.answerAsUsual()
        }
        let link = try Link(
            try broker.dialer.dial(), lastStream: StreamID(rawValue: UInt32.max - 2))
        let call = OutgoingCall(
            method: .release, message: EncodedMessage(ReleaseRequestMessage()),
            limit: WireLimits.frameBytes, deadline: .now().advanced(by: .seconds(600)),
            timeout: .seconds(600))
        async let last = call.make(on: link, for: ReleaseResponseMessage.self)
        while broker.requests.isEmpty { await Task.yield() }
        guard
            case .failed(_, wasSent: false) = await call.make(
                on: link, for: ReleaseResponseMessage.self)
        else { return #expect(Bool(false), "a call without a stream was started") }
        #expect(link.isOver)
        gate.open()
        guard case .reply(let answer) = await last else {
            return #expect(Bool(false), "the last call was not answered")
        }
        #expect(answer.ended)
    }
}
