import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct EventReaderTests {
    private let directory: TemporaryDirectory
    private let store: Store
    private let reader: EventReader

    /// Thirty events a second apart, every tenth a refusal.
    init() throws {
        directory = try TemporaryDirectory()
        store = try Sample.open(directory.database)
        let events = (0..<30).map { index in
            var event = Sample.event(index, kind: index % 10 == 9 ? .requestRefused : .agentSpawned)
            event.time = Self.time(index)
            return event
        }
        try store.commit(events: events)
        reader = try EventReader(path: directory.database)
    }

    private static func time(_ index: Int) -> Instant {
        Sample.time.advanced(bySeconds: UInt64(index))
    }

    private func filter(_ set: (inout EventFilter) -> Void) -> EventFilter {
        var filter = EventFilter()
        set(&filter)
        return filter
    }

    @Test func `pages forward follow one another to the end`() throws {
        let first = try reader.page(EventFilter(), .ascending(from: 0), limit: 20)
        #expect(first.events.map(\.sequence) == Array(0..<20))
        #expect(first.next == 20)
        #expect(!first.isDone)
        #expect(first.treeSize == 30)
        let second = try reader.page(EventFilter(), .ascending(from: first.next), limit: 20)
        #expect(second.events.map(\.sequence) == Array(20..<30))
        #expect(second.next == 30)
        #expect(second.isDone)
        #expect(second.events.last?.event.task == Sample.name("task-29"))
    }

    @Test func `pages backward begin at the newest and follow one another to the first`() throws {
        let first = try reader.page(EventFilter(), .descending(before: nil), limit: 20)
        #expect(first.events.map(\.sequence) == (10..<30).reversed())
        #expect(!first.isDone)
        let second = try reader.page(EventFilter(), .descending(before: first.next), limit: 20)
        #expect(second.events.map(\.sequence) == (0..<10).reversed())
        #expect(second.isDone)
    }

    @Test func `whoever follows the log goes on where he was`() throws {
        let end = try reader.page(EventFilter(), .ascending(from: 30), limit: 5)
        #expect(end.events.isEmpty)
        #expect(end.next == 30)
        #expect(end.isDone)
        try store.commit(events: [Sample.event(30)])
        let more = try reader.page(EventFilter(), .ascending(from: end.next), limit: 5)
        #expect(more.events.map(\.sequence) == [30])
    }

    @Test func `each filter keeps what it names`() throws {
        func sequences(_ filter: EventFilter) throws -> [UInt64] {
            try reader.page(filter, .ascending(from: 0), limit: 100).events.map(\.sequence)
        }
        #expect(try sequences(filter { $0.kind = .requestRefused }) == [9, 19, 29])
        #expect(try sequences(filter { $0.isDenied = true }) == [9, 19, 29])
        #expect(try sequences(filter { $0.isDenied = false }).count == 27)
        #expect(try sequences(filter { $0.app = Sample.name("app-0") }).count == 10)
        #expect(try sequences(filter { $0.orchestration = Sample.name("orch-1") }).count == 15)
        #expect(try sequences(filter { $0.task = Sample.name("task-7") }) == [7])
        #expect(try sequences(filter { $0.instance = InstanceID(rawValue: 8) }) == [8])
        let both = filter {
            $0.app = Sample.name("app-0")
            $0.isDenied = true
        }
        #expect(try sequences(both) == [9])
    }

    @Test(
        arguments: [
            (nil, 3, 0..<3), (27, nil, 27..<30), (5, 8, 5..<8), (0, 30, 0..<30), (8, 5, 0..<0),
            (40, nil, 0..<0),
        ] as [(Int?, Int?, Range<UInt64>)])
    func `times bound a page from the one up to the other`(
        since: Int?, until: Int?, expected: Range<UInt64>
    ) throws {
        let filter = filter {
            $0.since = since.map(Self.time)
            $0.until = until.map(Self.time)
        }
        let forward = try reader.page(filter, .ascending(from: 0), limit: 100)
        #expect(forward.events.map(\.sequence) == Array(expected))
        #expect(forward.isDone)
        let backward = try reader.page(filter, .descending(before: nil), limit: 100)
        #expect(backward.events.map(\.sequence) == expected.reversed())
        #expect(backward.isDone)
    }

    @Test func `a page reads a bounded number of rows and says that it is not done`() throws {
        let rare = filter { $0.task = Sample.name("task-25") }
        let first = try reader.page(rare, .ascending(from: 0), limit: 100, maximumScannedRows: 10)
        #expect(first.events.isEmpty)
        #expect(first.next == 10)
        #expect(!first.isDone)
        let last = try reader.page(rare, .ascending(from: 20), limit: 100, maximumScannedRows: 10)
        #expect(last.events.map(\.sequence) == [25])
        #expect(last.isDone)
        let back = try reader.page(
            rare, .descending(before: nil), limit: 100, maximumScannedRows: 4)
        #expect(back.next == 26)
        #expect(!back.isDone)
    }

    @Test func `no read lasts beyond its page`() throws {
        _ = try reader.page(EventFilter(), .ascending(from: 0), limit: 3)
        _ = try reader.page(EventFilter(), .descending(before: nil), limit: 3)
        try store.commit(events: [Sample.event(30)])
        // A read that went on would keep the newest page from being copied.
        let pages = try store.connection.copyLog()
        #expect(pages?.total == pages?.copied)
    }

    @Test func `a reader cannot write, and a corrupt event is named`() throws {
        try Connection(path: directory.database, mode: .readWrite)
            .execute("UPDATE events SET leaf = x'01' WHERE sequence = 4")
        let failure = #expect(throws: StoreFailure.self) {
            try reader.page(EventFilter(), .ascending(from: 0), limit: 100)
        }
        #expect(
            failure == .corruptRow(table: "events", key: 4, problem: "it ends too early"))
        let page = try reader.page(EventFilter(), .ascending(from: 5), limit: 100)
        #expect(page.events.count == 25)
        #expect(throws: StoreFailure.self) {
            try Connection.openForReading(path: directory.database).execute("DELETE FROM events")
        }
    }

    @Test func `the log is followed from any place to its end`() throws {
        #expect(try reader.size() == 30)
        #expect(try reader.events(from: 0, limit: 100).map(\.sequence) == Array(0..<30))
        #expect(try reader.events(from: 27, limit: 2).map(\.sequence) == [27, 28])
        #expect(try reader.events(from: 29, limit: 2).map(\.event.time) == [Self.time(29)])
        #expect(try reader.events(from: 30, limit: 2).isEmpty)
        #expect(try reader.events(from: .max, limit: 2).isEmpty)
        try store.commit(events: [Sample.event(99)])
        #expect(try reader.size() == 31)
        #expect(try reader.events(from: 30, limit: 2).map(\.sequence) == [30])
    }

    @Test func `an empty log has nothing to follow`() throws {
        let empty = try TemporaryDirectory()
        _ = try Sample.open(empty.database)
        let reader = try EventReader(path: empty.database)
        #expect(try reader.size() == 0)
        #expect(try reader.events(from: 0, limit: 1).isEmpty)
        #expect(try reader.firstSequence(notBefore: .zero) == 0)
    }

    @Test(
        arguments: [(0, -1), (0, 0), (1, 1), (1, 1_000), (11, 10_500), (29, 29_000), (30, 29_001)]
            as [(UInt64, Int64)])
    func `the first event at a time or after it is found`(
        sequence: UInt64, milliseconds: Int64
    ) throws {
        let time = Sample.time.shifted(by: ClockOffset(milliseconds: milliseconds))
        #expect(try reader.firstSequence(notBefore: time) == sequence)
    }

    @Test(arguments: [
        "DELETE FROM events WHERE sequence = 5",
        "UPDATE events SET leaf = x'01' WHERE sequence = 5",
        "UPDATE events SET sequence = 99 WHERE sequence = 5",
    ])
    func `whoever follows the log does not get past an event that is not there`(
        statement: String
    ) throws {
        try Connection(path: directory.database, mode: .readWrite).execute(statement)
        #expect(try reader.events(from: 0, limit: 5).count == 5)
        #expect(throws: StoreFailure.self) { try reader.events(from: 0, limit: 6) }
        #expect(throws: StoreFailure.self) { try reader.events(from: 5, limit: 1) }
    }
}
