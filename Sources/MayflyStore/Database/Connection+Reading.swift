private import CSQLite
private import Glibc

extension Connection {
    /// A connection that cannot write, to a database of this program and version.
    ///
    /// Reading a write-ahead log takes an index file beside the database. Where that cannot be
    /// made, as on a read-only medium, and there is no log, the file is read as it is.
    static func openForReading(
        path: String, vfs: String? = nil
    ) throws(StoreFailure) -> Connection {
        do throws(StoreFailure) {
            let connection = try Connection(path: path, mode: .readOnly, vfs: vfs)
            try connection.execute("PRAGMA busy_timeout = 1000")
            try connection.execute("PRAGMA temp_store = MEMORY")
            try Schema.check(connection)
            return connection
        } catch {
            guard case .database(_, let code, _) = error, vfs == nil,
                [SQLITE_CANTOPEN, SQLITE_READONLY].contains(code & 0xFF),
                access(path, R_OK) == 0, !hasWriteAheadLog(path)
            else { throw error }
            let connection = try Connection(path: path, mode: .immutable)
            try Schema.check(connection)
            return connection
        }
    }

    private static func hasWriteAheadLog(_ path: String) -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0 && status.st_size > 0
    }
}
