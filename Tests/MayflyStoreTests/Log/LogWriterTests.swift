import MayflyCore
import Testing

@testable import MayflyStore

/// What the writer told, in order, and a way to wait for it without sleeping.
final class Witness: Sendable {
    enum Word: Equatable {
        case durable(UInt64)
        case failed(StoreFailure)
        case committing(UInt64)
        case committed(UInt64, checkpoint: Bool)
    }

    private let words = Monitor<[Word]>([])

    func say(_ word: Word) {
        words.withLock { $0.append(word) }
        words.wake()
    }

    var all: [Word] { words.withLock { $0 } }

    /// Waits, at most ten seconds, until the word has been said.
    @discardableResult
    func hears(_ wanted: @escaping (Word) -> Bool) -> Bool {
        let deadline = MonotonicTime.now().advanced(byNanoseconds: 10_000_000_000)
        return words.wait { words in
            if words.contains(where: wanted) { return .done(true) }
            return MonotonicTime.now() < deadline ? .waitUntil(deadline) : .done(false)
        }
    }

    func hears(_ wanted: Word) -> Bool { hears { $0 == wanted } }

    func writer(
        _ store: sending any GroupStore, start: UInt64 = 0,
        _ configuration: LogWriterConfiguration = Witness.quiet()
    ) throws -> LogWriter {
        try LogWriter(
            store: store, start: LogPosition(rawValue: start), configuration: configuration,
            onDurable: { self.say(.durable($0.rawValue)) },
            onFailure: { self.say(.failed($0)) })
    }

    /// No checkpoints but the last.
    static func quiet() -> LogWriterConfiguration {
        var configuration = LogWriterConfiguration()
        configuration.checkpointIntervalNanoseconds = 3_600_000_000_000
        configuration.faults = .none
        return configuration
    }
}

/// A store that commits when it is let.
final class GatedStore: GroupStore {
    struct Gate: Sendable {
        var allowed = 0
        var failure: StoreFailure?
    }

    private let witness: Witness
    private let gate: Monitor<Gate>
    private let free: UInt64
    private var end: UInt64 = 0
    private var checkpointEnd: UInt64 = 0

    init(_ witness: Witness, gate: Monitor<Gate>, free: UInt64 = .max) {
        self.witness = witness
        self.gate = gate
        self.free = free
    }

    var hasUncheckpointedEvents: Bool { end > checkpointEnd }
    var newestCheckpoint: String? { checkpointEnd == 0 ? nil : "\(checkpointEnd)" }
    var walCheckpoints: UInt64 { 0 }

    func commit(
        _ group: borrowing CommitGroup, withCheckpoint: Bool
    ) throws(StoreFailure) {
        let position = group.end.rawValue
        witness.say(.committing(position))
        let failure: StoreFailure? = gate.wait { gate in
            if let failure = gate.failure { return .done(failure) }
            guard gate.allowed > 0 else { return .wait }
            gate.allowed -= 1
            return .done(nil)
        }
        if let failure { throw failure }
        end = position
        if withCheckpoint { checkpointEnd = end }
        witness.say(.committed(end, checkpoint: withCheckpoint))
    }

    func tidy() throws(StoreFailure) {}
    func freeBytes() -> UInt64? { free }
    func abandon() {}
}

extension Monitor where State == GatedStore.Gate {
    func allow(_ count: Int = 1) {
        withLock { $0.allowed += count }
        wake()
    }

    func fail(_ failure: StoreFailure) {
        withLock { $0.failure = failure }
        wake()
    }
}

@Suite struct LogWriterTests {
    private let witness = Witness()
    private let gate = Monitor(GatedStore.Gate())
    private let diskFailure = StoreFailure.database(
        operation: "COMMIT", code: 1_034, message: "I/O")

    private func append(_ writer: LogWriter, _ count: Int = 1) {
        for index in 0..<count { writer.append(events: [Sample.event(index)], changes: []) }
    }

    /// Stops the writer; its last commit is let through.
    private func finish(_ writer: LogWriter) {
        gate.allow(100)
        writer.stop()
    }

    @Test func `nothing is told before it is committed, and then at once`() throws {
        let writer = try witness.writer(GatedStore(witness, gate: gate))
        append(writer, 2)
        writer.requestFlush()
        #expect(witness.hears(.committing(2)))
        #expect(writer.durablePosition == .start)
        gate.allow()
        #expect(witness.hears(.durable(2)))
        #expect(writer.durablePosition.rawValue == 2)
        #expect(
            witness.all == [.committing(2), .committed(2, checkpoint: false), .durable(2)])
        finish(writer)
    }

    @Test func `all that arrives during a commit is the next group`() throws {
        let writer = try witness.writer(GatedStore(witness, gate: gate))
        append(writer)
        writer.requestFlush()
        #expect(witness.hears(.committing(1)))
        for _ in 0..<5 {
            append(writer, 3)
            writer.requestFlush()
        }
        gate.allow(2)
        #expect(witness.hears(.durable(16)))
        #expect(witness.all.filter { $0 == .durable(1) || $0 == .durable(16) }.count == 2)
        #expect(writer.commits == 2)
        finish(writer)
    }

    @Test func `appending tells the position at which it is durable`() throws {
        let writer = try witness.writer(GatedStore(witness, gate: gate), start: 7)
        #expect(writer.durablePosition.rawValue == 7)
        let events = [Sample.event(0), Sample.event(1)]
        #expect(writer.append(events: events, changes: []).rawValue == 9)
        finish(writer)
        #expect(writer.durablePosition.rawValue == 9)
    }

    @Test func `after a failed commit nothing is told any more`() throws {
        let writer = try witness.writer(GatedStore(witness, gate: gate))
        append(writer)
        writer.requestFlush()
        #expect(witness.hears(.committing(1)))
        append(writer)
        writer.requestFlush()
        gate.fail(diskFailure)
        #expect(witness.hears(.failed(diskFailure)))
        append(writer)
        writer.requestFlush()
        finish(writer)
        #expect(writer.hasFailed)
        #expect(writer.durablePosition == .start)
        #expect(witness.all == [.committing(1), .failed(diskFailure)])
    }

    @Test func `stopping commits what is left with a checkpoint over it`() throws {
        let writer = try witness.writer(GatedStore(witness, gate: gate))
        append(writer, 3)
        finish(writer)
        #expect(writer.durablePosition.rawValue == 3)
        #expect(writer.newestCheckpoint == "3")
    }

    @Test func `new events get a checkpoint without further traffic`() throws {
        var configuration = Witness.quiet()
        configuration.checkpointIntervalNanoseconds = 20_000_000
        let writer = try witness.writer(GatedStore(witness, gate: gate), configuration)
        gate.allow(1_000)
        append(writer)
        writer.requestFlush()
        #expect(witness.hears(.committed(1, checkpoint: true)))
        finish(writer)
        // One for the events, and none while there is nothing new.
        let checkpoints = witness.all.filter { $0 == .committed(1, checkpoint: true) }
        #expect(checkpoints.count == 1)
    }

    @Test(arguments: [(999, true), (1_000, false)] as [(UInt64, Bool)])
    func `below the reserve storage is low`(free: UInt64, isLow: Bool) throws {
        var configuration = Witness.quiet()
        configuration.storageReserveBytes = 1_000
        let store = GatedStore(witness, gate: gate, free: free)
        let writer = try witness.writer(store, configuration)
        #expect(writer.isStorageLow == isLow)
        finish(writer)
    }

    @Test func `many threads' events all become durable, each told after its commit`() async throws
    {
        let directory = try TemporaryDirectory()
        let path = directory.database
        let writer = try witness.writer(try Sample.open(path))
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<4 {
                tasks.addTask {
                    for _ in 0..<250 {
                        writer.append(events: [Sample.event(0)], changes: [])
                        writer.requestFlush()
                    }
                }
            }
        }
        finish(writer)
        #expect(writer.durablePosition.rawValue == 1_000)
        let report = try AuditVerifier(path: path, key: Sample.verifierKey()).verify()
        #expect(report.isSound)
        #expect(report.events == 1_000)
        #expect(report.coveredEvents == 1_000)
    }

    #if MAYFLY_FAULTS
        @Test func `the fault that a kill has to show tells before the commit`() throws {
            var configuration = Witness.quiet()
            configuration.faults = StoreFaults(named: "acknowledge-before-commit")
            let writer = try witness.writer(GatedStore(witness, gate: gate), configuration)
            append(writer)
            writer.requestFlush()
            #expect(witness.hears(.durable(1)))
            #expect(!witness.all.contains(.committed(1, checkpoint: false)))
            finish(writer)
        }
    #endif
}
