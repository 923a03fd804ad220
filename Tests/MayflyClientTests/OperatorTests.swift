import MayflyWire
import Testing

@testable import MayflyClient

/// The operator's side.
struct OperatorTests {
    private static func event(_ sequence: UInt64) -> EventMessage {
        var event = EventMessage()
        event.sequence = sequence
        event.eventType = "agent_spawned"
        event.outcome = "success"
        return event
    }

    /// A log of ten events, given out three at a time.
    private static let log: FakeBroker.Script = { request in
        guard let query = try? request.decode(QueryEventsRequestMessage.self) else {
            return request.connection.drop()
        }
        var response = QueryEventsResponseMessage()
        response.treeSize = 10
        if query.ascending {
            let end = min(query.fromSequence + 3, 10)
            response.events = (query.fromSequence..<end).map { event($0) }
            response.nextSequence = end
            response.done = end == 10
        } else {
            let start = query.beforeSequence == 0 ? 10 : query.beforeSequence
            let end = start < 3 ? 0 : start - 3
            response.events = (end..<start).reversed().map { event($0) }
            response.nextSequence = end
            response.done = end == 0
        }
        request.answer(response)
    }

    @Test(arguments: [
        (EventQuery.Order.newestFirst(), Array((0..<10 as Range<UInt64>).reversed())),
        (.newestFirst(before: 4), [3, 2, 1, 0]),
        (.oldestFirst(), Array(0..<10)),
        (.oldestFirst(from: 8), [8, 9]),
    ])
    func `events are read page by page to the end`(
        order: EventQuery.Order, sequences: [UInt64]
    ) async throws {
        let broker = FakeBroker(Self.log)
        let client = OperatorClient(dialer: broker.dialer, options: ClientOptions())
        var seen: [UInt64] = []
        for try await event in client.events(EventQuery(order: order)) {
            seen.append(event.sequence)
        }
        #expect(seen == sequences)
        #expect(broker.count(.queryEvents) == (sequences.count + 2) / 3)
    }

    @Test func `an app is registered once, also when the reply is lost`() async throws {
        let broker = FakeBroker { $0.connection.drop() }
        let client = OperatorClient(dialer: broker.dialer, options: ClientOptions())
        let error = await failure {
            _ = try await client.createApp(
                AppTerms(name: "pipeline", ceiling: ["read:data:*"], uids: [1_000]))
        }
        #expect(error?.code == "OUTCOME_UNKNOWN")
        #expect(broker.count(.createApp) == 1)
    }

    @Test func `a change names only what changes`() async throws {
        let broker = FakeBroker { request in
            var app = AppMessage()
            app.name = "pipeline"
            request.answer(AppResponseMessage(app: app))
        }
        let client = OperatorClient(dialer: broker.dialer, options: ClientOptions())
        var change = AppChange()
        change.uids = []
        change.maximumLifetime = .seconds(60)
        #expect(try await client.updateApp(named: "pipeline", change).name == "pipeline")
        let sent = try #require(broker.requests.last).decode(UpdateAppRequestMessage.self)
        #expect(sent.name == "pipeline")
        #expect(sent.uids == [])
        #expect(sent.ceiling == nil)
        #expect(sent.maximumTTLSeconds == 60)
        #expect(sent.defaultTTLSeconds == 0)
    }
}
