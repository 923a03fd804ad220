import CSQLite
import CSimulatedDisk

/// A disk that goes with its owner. Connections hold on to it, so it goes last.
final class Disk {
    let handle: OpaquePointer

    init(seed: UInt64 = 1) {
        guard let handle = sim_disk_create(seed) else { preconditionFailure("no disk") }
        self.handle = handle
    }

    deinit { sim_disk_destroy(handle) }

    var vfs: String { String(cString: sim_disk_vfs(handle)) }
    var counters: sim_disk_counters { sim_disk_count(handle) }
    var isRunning: Bool { sim_disk_is_running(handle) }

    func crash(seed: UInt64) { sim_disk_crash(handle, seed) }
    func restart() -> Bool { sim_disk_restart(handle) }
}

/// Extended codes, which SQLite defines by macros that Swift does not import.
enum ResultCode {
    static let writeFailed = SQLITE_IOERR | 3 << 8
    static let syncFailed = SQLITE_IOERR | 4 << 8
    static let noFileToDelete = SQLITE_IOERR | 23 << 8
}

struct DatabaseFailure: Error, Equatable {
    /// SQLite's extended result code.
    var code: Int32
}

/// A connection to a database on a simulated disk.
final class Database {
    private let handle: OpaquePointer
    private let disk: Disk

    /// Opens without changing anything.
    init(_ disk: Disk, name: String = "a.db") throws {
        self.disk = disk
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(name, &handle, flags, disk.vfs)
        guard code == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw DatabaseFailure(code: code)
        }
        self.handle = handle
    }

    deinit { sqlite3_close_v2(handle) }

    /// With a write-ahead log that is copied often, and the table that the tests fill.
    convenience init(_ disk: Disk, synchronous: String, copyAfterPages: Int = 12) throws {
        try self.init(disk)
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = \(synchronous)")
        try execute("PRAGMA wal_autocheckpoint = \(copyAfterPages)")
        try execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, filler BLOB)")
    }

    func execute(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseFailure(code: code) }
    }

    func insert(_ id: Int64, fillerBytes: Int = 10) throws {
        try execute("INSERT INTO rows VALUES (\(id), zeroblob(\(fillerBytes)))")
    }

    /// The first column of every row.
    func column(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw DatabaseFailure(code: sqlite3_extended_errcode(handle))
        }
        defer { sqlite3_finalize(statement) }
        var values: [String] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return values }
            guard code == SQLITE_ROW else { throw DatabaseFailure(code: code) }
            values.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
        }
    }

    /// What is in the table; none where the power went before there was one.
    func ids() throws -> Set<Int64> {
        let tables = try column("SELECT name FROM sqlite_schema WHERE name = 'rows'")
        guard !tables.isEmpty else { return [] }
        return Set(try column("SELECT id FROM rows").compactMap { Int64($0) })
    }

    func integrity() throws -> [String] { try column("PRAGMA integrity_check") }

    func forgoCheckpointOnClose() { _ = csqlite_forgo_checkpoint_on_close(handle) }
}

/// SplitMix64, so that a seed says all.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
