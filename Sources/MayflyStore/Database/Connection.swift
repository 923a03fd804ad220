private import CSQLite
private import Glibc

/// One connection to the database file, closed when it is let go. Used by one thread at a time.
struct Connection: ~Copyable {
    enum Mode {
        /// Made, readable by its owner alone, where it is missing.
        case readWrite
        case readOnly
        /// For a file in a place where nothing can be written: as it is, without its log.
        case immutable
    }

    private let handle: OpaquePointer

    /// - Parameter vfs: a file system registered with SQLite; nil is the system's own.
    init(path: String, mode: Mode, vfs: String? = nil) throws(StoreFailure) {
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var name = path
        switch mode {
        case .readWrite:
            // Made here, because SQLite would make it readable by all; log and index follow it.
            if vfs == nil {
                let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                if file >= 0 { Glibc.close(file) }
            } else {
                flags |= SQLITE_OPEN_CREATE
            }
            flags |= SQLITE_OPEN_READWRITE
        case .readOnly:
            flags |= SQLITE_OPEN_READONLY
        case .immutable:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            name = "file:\(Connection.uriEscaped(path))?immutable=1"
        }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(name, &handle, flags, vfs)
        guard code == SQLITE_OK, let handle else {
            let failure = StoreFailure.database(
                operation: "open \(path)", code: code,
                message: String(cString: sqlite3_errstr(code)))
            sqlite3_close_v2(handle)
            throw failure
        }
        self.handle = handle
    }

    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws(StoreFailure) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// A statement to be used again and again.
    func prepare(_ sql: String) throws(StoreFailure) -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(sql) }
        return Statement(statement, sql: sql)
    }

    /// The first column of the first row; nil where there is no row, or it is NULL.
    func integer(_ sql: String) throws(StoreFailure) -> Int64? {
        let statement = try prepare(sql)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.integer(0)
    }

    func text(_ sql: String) throws(StoreFailure) -> String? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        return statement.text(0)
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// After this the connection closes without a last checkpoint: what a failed disk holds is not
    /// touched again.
    func forgoCheckpointOnClose() { _ = csqlite_forgo_checkpoint_on_close(handle) }

    /// What is read of the write-ahead log is on the disk after this, whatever became of the process
    /// before: it may have ended between a write and its sync, or because a sync failed.
    func secureLog() throws(StoreFailure) {
        // Reading opens the log.
        _ = try integer("SELECT count(*) FROM sqlite_schema")
        let code = csqlite_write_log_again(handle)
        guard code == SQLITE_OK else {
            throw .database(
                operation: "write the write-ahead log again", code: code,
                message: String(cString: sqlite3_errstr(code)))
        }
    }

    /// What a checkpoint found and did, in pages of the write-ahead log.
    struct LogPages {
        /// In the log.
        var total: Int
        /// Of these, already copied into the database.
        var copied: Int
    }

    /// Copies what it can of the write-ahead log into the database without waiting for anyone;
    /// nil where another connection is doing so.
    func copyLog() throws(StoreFailure) -> LogPages? {
        var total: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            handle, "main", SQLITE_CHECKPOINT_PASSIVE, &total, &copied)
        if code & 0xFF == SQLITE_BUSY { return nil }
        guard code == SQLITE_OK else { throw failure("copy the write-ahead log") }
        return LogPages(total: Int(total), copied: Int(copied))
    }

    /// Keeps `counter` at the number of pages in the write-ahead log after each commit. The
    /// counter has to outlive the connection.
    func countLogPages(in counter: UnsafeMutablePointer<Int>) {
        sqlite3_wal_hook(
            handle,
            { counter, _, _, pages in
                counter?.assumingMemoryBound(to: Int.self).pointee = Int(pages)
                return SQLITE_OK
            }, counter)
    }

    private func failure(_ operation: String) -> StoreFailure {
        .database(
            operation: operation, code: sqlite3_extended_errcode(handle),
            message: String(cString: sqlite3_errmsg(handle)))
    }

    private static func uriEscaped(_ path: String) -> String {
        var escaped = ""
        for byte in path.utf8 {
            if Character(UnicodeScalar(byte)).isLetter && byte < 0x80
                || "0123456789/._-".utf8.contains(byte)
            {
                escaped.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                escaped += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return escaped
    }
}
