private import Foundation
@testable internal import MayflyStore

/// What someone may do to a database who can write to it: each edit is made of the fuzzer's bytes.
struct StoreDamage {
    private struct Table {
        let name: String
        let key: String
        let value: String
        /// A row that the store itself would write.
        let sample: RowTable
    }

    private static let tables = [
        Table(name: "grants", key: "serial", value: "record", sample: .grants),
        Table(name: "apps", key: "serial", value: "record", sample: .apps),
        Table(name: "launch_tokens", key: "serial", value: "record", sample: .launchTokens),
        Table(name: "revocations", key: "serial", value: "record", sample: .revocations),
        Table(name: "keys", key: "number", value: "record", sample: .keys),
        Table(name: "events", key: "sequence", value: "leaf", sample: .events),
        Table(name: "checkpoints", key: "size", value: "frontier", sample: .frontiers),
    ]
    private static let metaKeys = [
        "issuer", "checkpoint_key", "serial_bound", "boot_id", "boot_position", "longest_life",
        "clock_anchor", "clock_offset",
    ]
    private static let extremes: [Int64] = [0, 1, -1, .max, .min, .max - 1, 1 << 32, 1_000]
    private static let maximumEdits = 12

    private let path: String
    /// The file itself was changed, below what SQLite knows.
    private(set) var isBelowSQLite = false

    init(path: String) { self.path = path }

    /// Edits that SQLite refuses are none.
    mutating func inflict(_ input: inout FuzzInput) {
        var edits = 0
        while !input.isAtEnd, edits < Self.maximumEdits {
            edits += 1
            switch input.choice(8) {
            case 0: try? patch(&input)
            case 1: try? replace(&input)
            case 2: try? insert(&input)
            case 3: try? move(&input)
            case 4: try? delete(&input)
            case 5: try? setInteger(&input)
            case 6: try? setText(&input)
            default: flip(&input)
            }
        }
    }

    // MARK: Rows

    private func table(_ input: inout FuzzInput) -> Table {
        Self.tables[input.choice(Self.tables.count)]
    }

    private func connect() throws -> MayflyStore.Connection {
        try Connection(path: path, mode: .readWrite)
    }

    /// The key of one of the rows; nil where there are none.
    private func row(
        of table: Table, _ input: inout FuzzInput, _ connection: borrowing MayflyStore.Connection
    ) throws -> Int64? {
        let count = try connection.integer("SELECT count(*) FROM \(table.name)") ?? 0
        let offset = Int64(input.byte())
        guard count > 0 else { return nil }
        return try connection.integer(
            "SELECT \(table.key) FROM \(table.name) LIMIT 1 OFFSET \(offset % count)")
    }

    /// Some bytes of a row: the fuzzer's own, or a number at its bounds.
    private func patch(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let table = table(&input)
        guard let key = try row(of: table, &input, connection) else { return }
        let query = try connection.prepare(
            "SELECT \(table.value) FROM \(table.name) WHERE \(table.key) = ?1")
        query.bind(1, key)
        guard try query.step() else { return }
        var bytes = query.withBlob(0) { [UInt8]($0) }
        query.reset()
        let offset = Int(input.byte())
        let patch =
            input.flag()
            ? withUnsafeBytes(of: number(&input).bigEndian) { [UInt8]($0) }
            : [UInt8](input.take(1 + input.choice(8)))
        for (index, byte) in patch.enumerated() where offset + index < bytes.count {
            bytes[offset + index] = byte
        }
        try write(bytes, key, table, connection)
    }

    private func replace(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let table = table(&input)
        guard let key = try row(of: table, &input, connection) else { return }
        try write([UInt8](input.take(Int(input.byte()))), key, table, connection)
    }

    private func write(
        _ bytes: [UInt8], _ key: Int64, _ table: Table,
        _ connection: borrowing MayflyStore.Connection
    ) throws {
        let update = try connection.prepare(
            "UPDATE \(table.name) SET \(table.value) = ?2 WHERE \(table.key) = ?1")
        update.bind(1, key)
        try bytes.withUnsafeBytes { bytes in
            update.bind(2, staying: bytes)
            try update.run()
        }
    }

    /// A row as the store would write it, under another key.
    private func insert(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let table = table(&input)
        let samples = table.sample.samples
        let insert = try connection.prepare(
            table.name == "checkpoints"
                ? "INSERT INTO checkpoints VALUES (?1, 1, 'note', ?2)"
                : "INSERT INTO \(table.name) VALUES (?1, ?2)")
        insert.bind(1, number(&input))
        try samples[input.choice(samples.count)].withUnsafeBytes { bytes in
            insert.bind(2, staying: bytes)
            try insert.run()
        }
    }

    private func move(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let table = table(&input)
        guard let key = try row(of: table, &input, connection) else { return }
        try connection.execute(
            "UPDATE \(table.name) SET \(table.key) = \(number(&input)) WHERE \(table.key) = \(key)")
    }

    private func delete(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let table = table(&input)
        guard let key = try row(of: table, &input, connection) else { return }
        try connection.execute("DELETE FROM \(table.name) WHERE \(table.key) = \(key)")
    }

    private func number(_ input: inout FuzzInput) -> Int64 {
        if input.flag() { return Self.extremes[input.choice(Self.extremes.count)] }
        return (0..<8).reduce(0) { number, _ in number << 8 | Int64(input.byte()) }
    }

    // MARK: Single values, and the file

    private func setInteger(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let key = Self.metaKeys[input.choice(Self.metaKeys.count)]
        try connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('\(key)', \(number(&input)))")
    }

    private func setText(_ input: inout FuzzInput) throws {
        let connection = try connect()
        let statement = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")
        statement.bind(1, Self.metaKeys[input.choice(Self.metaKeys.count)])
        statement.bind(2, String(decoding: input.take(input.choice(64)), as: UTF8.self))
        try statement.run()
    }

    private mutating func flip(_ input: inout FuzzInput) {
        isBelowSQLite = true
        let url = URL(filePath: path)
        guard var bytes = try? Data(contentsOf: url), !bytes.isEmpty else { return }
        let offset = (Int(input.word()) << 8 | Int(input.byte())) % bytes.count
        bytes[bytes.startIndex + offset] ^= input.byte()
        try? bytes.write(to: url)
    }
}
