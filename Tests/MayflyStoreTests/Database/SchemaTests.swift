import Foundation
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
