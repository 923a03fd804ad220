import Foundation
import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct SchemaTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func connect() throws -> Connection {
        try Connection(path: directory.database, mode: .readWrite)
    }

    @Test func `a file of an older version gets the steps that it lacks, once`() throws {
        let connection = try connect()
        let first = "CREATE TABLE a (x INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);"
        let second = "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1;"
        let third = "CREATE TABLE b (z INTEGER);"
        try Schema.migrate(connection, steps: [first])
        #expect(try connection.integer("PRAGMA user_version") == 1)
        try Schema.migrate(connection, steps: [first, second, third])
        #expect(try connection.integer("PRAGMA user_version") == 3)
        #expect(try connection.integer("SELECT y FROM a") == 2)
        try Schema.migrate(connection, steps: [first, second, third])
        #expect(try connection.integer("SELECT count(*) FROM a") == 1)
    }

    /// As the program of version 1 left it: its tables and its rows.
    private func makeVersionOne() throws {
        let connection = try connect()
        try Schema.migrate(connection, steps: [Schema.steps[0]])
        let signer = try CheckpointSigner(issuer: Sample.issuer, key: Sample.checkpointKey)
        try Meta.bind(connection, issuer: Sample.issuer, verifierKey: signer.verifierKey)
        try Meta.write(connection, .bootID, text: "first")
        try Meta.write(connection, .serialBound, integer: 500)
        let insertions = [
            ("events", 0, EventLeaf.encode(Sample.event(0), sequence: 0)),
            ("apps", 1, RowSample.bytes { AppRow.encode(Sample.app(1), into: &$0) }),
            ("grants", 2, RowSample.bytes { GrantRow.encode(Sample.grant(2), into: &$0) }),
        ]
        for (table, key, bytes) in insertions {
            try connection.execute("INSERT INTO \(table) VALUES (\(key), x'\(hex(bytes))')")
        }
    }

    @Test func `a file of version 1 becomes one of this version with all that it had`() throws {
        try makeVersionOne()
        #expect(try connect().integer("PRAGMA user_version") == 1)
        #expect(try EventReader(path: directory.database).size() == 1)
        let store = try Sample.open(directory.database)
        #expect(try connect().integer("PRAGMA user_version") == 2)
        #expect(store.recovered.apps == [Sample.app(1)])
        #expect(store.recovered.revocations.isEmpty && store.recovered.keys.isEmpty)
        #expect(store.recovered.serialBound == 500)
        #expect(store.position == LogPosition(rawValue: 1))
        let boot = try store.startBoot("first", clockAnchor: 9)
        #expect(!boot.isNew && boot.clockAnchor == 9)
        #expect(try store.grantSerials() == [2])
        try store.commit(
            events: [Sample.event(1)],
            changes: [
                .launchTokenInserted(Sample.launchToken(3)), .keyWritten(Sample.key(1)),
                .revocationWritten(Sample.revocation(4)),
            ])
        #expect(try Sample.open(directory.database).recovered.keys == [Sample.key(1)])
    }

    @Test func `a step that fails leaves the file as it was`() throws {
        do {
            let connection = try connect()
            try Schema.migrate(connection, steps: ["CREATE TABLE a (x);"])
            #expect(throws: StoreFailure.self) {
                try Schema.migrate(
                    connection, steps: ["CREATE TABLE a (x);", "CREATE TABLE b (x); nonsense;"])
            }
        }
        let connection = try connect()
        #expect(try connection.integer("PRAGMA user_version") == 1)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 1)
    }

    @Test func `a file of a newer version is refused`() throws {
        try Schema.migrate(connect())
        try connect().execute("PRAGMA user_version = \(Schema.steps.count + 1)")
        #expect(throws: StoreFailure.self) { try Schema.migrate(connect()) }
        #expect(throws: StoreFailure.self) { try Sample.open(directory.database) }
        #expect(throws: StoreFailure.self) { try EventReader(path: directory.database) }
    }

    @Test(arguments: [
        "CREATE TABLE someone (x)", "PRAGMA application_id = 77",
        "PRAGMA user_version = 1",
    ])
    func `another program's file is refused and left alone`(made: String) throws {
        try connect().execute(made)
        let before = try connect().integer("SELECT count(*) FROM sqlite_schema")
        #expect(throws: StoreFailure.self) { try Sample.open(directory.database) }
        #expect(try connect().integer("SELECT count(*) FROM sqlite_schema") == before)
    }

    @Test func `a file that is no database is refused`() throws {
        try Array(repeating: "not a database", count: 100).joined(separator: " ")
            .write(toFile: directory.database, atomically: true, encoding: .utf8)
        #expect(throws: StoreFailure.self) { try Sample.open(directory.database) }
        #expect(throws: StoreFailure.self) { try Sample.open("/nowhere/mayfly.db") }
    }
}
