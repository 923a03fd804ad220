import MayflyCore
import Testing

@testable import MayflyStore

/// A real file that refuses to grow: as far as the store can see, a full disk.
@Suite struct DiskFailureTests {
    private let directory: TemporaryDirectory
    private let witness = Witness()

    init() throws { directory = try TemporaryDirectory() }

    private func fullStore() throws -> Store {
        let store = try Sample.open(directory.database)
        try store.commit(events: [Sample.event(0)], checkpoint: true)
        let pages = try #require(try store.connection.integer("PRAGMA page_count"))
        try store.connection.execute("PRAGMA max_page_count = \(pages + 2)")
        return store
    }

    /// A store whose every statement succeeds and whose COMMIT does not, once event 2 is in the
    /// group: the moment at which an fsync fails.
    private func storeThatCannotCommit(_ faults: StoreFaults = .none) throws -> Store {
        let store = try Sample.open(directory.database, faults: faults)
        try store.commit(events: [Sample.event(0)], checkpoint: true)
        try store.connection.execute(
            """
            PRAGMA foreign_keys = ON;
            CREATE TABLE parent (x INTEGER PRIMARY KEY);
            CREATE TABLE child (x REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER fail AFTER INSERT ON events WHEN NEW.sequence = 2
            BEGIN INSERT INTO child VALUES (1); END;
            """)
        return store
    }

    @Test func `a commit that the disk refuses is never told, nor any after it`() throws {
        let writer = try witness.writer(try fullStore(), start: 1)
        writer.append(events: (0..<500).map { Sample.event($0) }, changes: [])
        writer.requestFlush()
        #expect(
            witness.hears {
                if case .failed(.database(_, 13, _)) = $0 { return true }
                return false
            })
        writer.append(events: [Sample.event(1)], changes: [])
        writer.requestFlush()
        writer.stop()
        #expect(writer.durablePosition.rawValue == 1)
        #expect(witness.all.count == 1)
    }

    @Test func `a commit that fails at its very end is never told`() throws {
        let writer = try witness.writer(try storeThatCannotCommit(), start: 1)
        writer.append(events: [Sample.event(1), Sample.event(2)], changes: [])
        writer.stop()
        #expect(writer.hasFailed)
        #expect(writer.durablePosition.rawValue == 1)
    }

    @Test func `what was told before the failure is there after it`() throws {
        do {
            let writer = try witness.writer(try fullStore(), start: 1)
            writer.append(events: [Sample.event(1)], changes: [])
            writer.requestFlush()
            #expect(witness.hears(.durable(2)))
            writer.append(events: (0..<500).map { Sample.event($0) }, changes: [])
            writer.stop()
            #expect(writer.hasFailed)
        }
        #expect(try Sample.open(directory.database).position.rawValue == 2)
        #expect(
            try AuditVerifier(path: directory.database, key: Sample.verifierKey()).verify().isSound)
    }

    #if MAYFLY_FAULTS
        @Test func `the fault that an fsync rig has to show goes on and loses events`() throws {
            do {
                let faults = StoreFaults(named: "ignore-fsync-error")
                let writer = try witness.writer(try storeThatCannotCommit(faults), start: 1)
                writer.append(events: [Sample.event(1), Sample.event(2)], changes: [])
                writer.requestFlush()
                #expect(witness.hears(.durable(3)))
                writer.append(events: [Sample.event(3)], changes: [])
                writer.stop()
                #expect(!writer.hasFailed)
            }
            let verifier = AuditVerifier(path: directory.database, key: try Sample.verifierKey())
            #expect(try verifier.verify().fault == .missingEvent(sequence: 1, found: 3))
        }
    #endif
}
