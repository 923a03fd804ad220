private import CSQLite

/// One prepared statement; its connection may be closed first, and then waits for it.
struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let sql: String

    init(_ handle: OpaquePointer, sql: String) {
        self.handle = handle
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ value: String) {
        // SQLITE_TRANSIENT, which Swift does not import: SQLite takes a copy.
        let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_text(handle, index, value, -1, copy)
    }

    /// Without a copy: the bytes have to stay where they are until the statement has run.
    func bind(_ index: Int32, staying bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
    }

    /// True when there is a row to read.
    func step() throws(StoreFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let database = sqlite3_db_handle(handle)
            let failure = StoreFailure.database(
                operation: sql, code: code, message: String(cString: sqlite3_errmsg(database)))
            sqlite3_reset(handle)
            throw failure
        }
    }

    func reset() { sqlite3_reset(handle) }

    /// Runs a statement that gives no rows, and makes it ready to run again.
    func run() throws(StoreFailure) {
        _ = try step()
        sqlite3_reset(handle)
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String? {
        guard let text = sqlite3_column_text(handle, column) else { return nil }
        return String(cString: text)
    }

    /// The bytes of a column; the pointer is good inside the closure only.
    func withBlob<Result, Failure>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// How many rows the statement changed when it last ran.
    var changedRows: Int64 { sqlite3_changes64(sqlite3_db_handle(handle)) }
}
