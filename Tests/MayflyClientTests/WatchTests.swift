import MayflyWire
import Testing

@testable import MayflyClient

/// Streams of ends.
struct WatchTests {
    private static let digest = [UInt8](repeating: 7, count: 32)

    private func watch(
        _ script: @escaping FakeBroker.Script, silenceLimit: Duration = .seconds(60)
    ) async throws -> (RevocationStream, FakeBroker) {
        let broker = FakeBroker(script)
        let stream = try await broker.client(app: nil).watchRevocations(
            after: 41, silenceLimit: silenceLimit)
        return (stream, broker)
    }

    @Test func `batches come in order, heartbeats and gaps among them`() async throws {
        let (stream, broker) = try await watch { request in
            request.stream(position: 50, firstIssueAt: 1_700_000_000, gap: true)
            request.stream(position: 52, digests: [Self.digest, Self.digest])
            request.stream(position: 52)
        }
        var batches: [RevocationBatch] = []
        for try await batch in stream {
            batches.append(batch)
            if batches.count == 3 { break }
        }
        #expect(batches.map(\.position) == [50, 52, 52])
        #expect(batches.map(\.digests.count) == [0, 2, 0])
        #expect(batches.map(\.hasGap) == [true, false, false])
        #expect(batches[0].firstIssueAt == UnixTime(seconds: 1_700_000_000))
        #expect(batches[1].digests[0].bytes == Self.digest)
        let sent = try #require(broker.requests.last).decode(WatchRevocationsRequestMessage.self)
        #expect(sent.afterPosition == 41)
    }

    @Test func `a watch has a connection of its own that ends with the stream`() async throws {
        let broker = FakeBroker { request in
            if request.method == .watchRevocations { return request.stream(position: 1) }
            request.answerAsUsual()
        }
        let client = broker.client()
        _ = try await client.validate("token")
        do {
            let stream = try await client.watchRevocations()
            var iterator = stream.makeAsyncIterator()
            #expect(try await iterator.next()?.position == 1)
            #expect(broker.connectionCount == 2)
        }
        while broker.endedCount == 0 { await Task.yield() }
        #expect(try await client.validate("token").isValid)
        #expect(broker.connectionCount == 2)
    }

    @Test func `a slow consumer gets what was kept and is then told that it lost the rest`()
        async throws
    {
        let batch = [[UInt8]](repeating: Self.digest, count: 4_096)
        let kept = RevocationMailbox.maximumDigests / batch.count
        let (stream, broker) = try await watch { request in
            for number in 1...UInt64(kept + 2) {
                request.stream(position: number, digests: batch)
            }
        }
        // Nothing is taken until the client has cut the connection.
        while broker.endedCount == 0 { await Task.yield() }
        var positions: [UInt64] = []
        let error = await failure {
            for try await batch in stream { positions.append(batch.position) }
        }
        #expect(error == .eventsLost)
        #expect(positions == Array(1...UInt64(kept)))
    }

    @Test func `heartbeats alone fill no memory either`() throws {
        let mailbox = RevocationMailbox()
        let heartbeat = try RevocationBatch(WatchRevocationsResponseMessage())
        for _ in 0..<RevocationMailbox.maximumBatches { try mailbox.put(heartbeat) }
        #expect(throws: MayflyError.eventsLost) { try mailbox.put(heartbeat) }
    }

    @Test(
        arguments: [
            ("a refusal", "WATCHERS_EXHAUSTED"), ("a loss", "CONNECTION_FAILED"),
            ("an end", "CONNECTION_FAILED"), ("a short digest", "PROTOCOL_VIOLATION"),
            ("no message", "PROTOCOL_VIOLATION"), ("silence", "TIMEOUT"),
        ])
    func `a stream ends with what happened to it`(what: String, code: String) async throws {
        let (stream, _) = try await watch(
            { request in
                switch what {
                case "a refusal": request.refuse(.resourceExhausted, "WATCHERS_EXHAUSTED")
                case "a loss": request.connection.drop()
                // A frame of data without a message, the last of its stream.
                case "an end": request.connection.send([0, 0, 0, 0, 0, 0, 0, 1, 3, 5])
                case "a short digest":
                    request.stream(position: 1, digests: [[UInt8](repeating: 0, count: 31)])
                case "no message": request.connection.send([0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 0xFF])
                default: break
                }
            }, silenceLimit: what == "silence" ? .milliseconds(20) : .seconds(60))
        let error = await failure { for try await _ in stream {} }
        #expect(error?.code == code)
        var iterator = stream.makeAsyncIterator()
        await #expect(throws: MayflyError.self) { _ = try await iterator.next() }
    }

    @Test func `a cancelled task ends its stream`() async throws {
        let began = Gate()
        let (stream, broker) = try await watch { request in
            request.stream(position: 1)
            began.open()
        }
        let task = Task { await failure { for try await _ in stream {} } }
        began.wait()
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(broker.connectionCount == 1)
    }

    @Test func `a closed client watches nothing`() async {
        let client = FakeBroker().client()
        client.close()
        let error = await failure { _ = try await client.watchRevocations() }
        #expect(error == .closed)
    }
}
