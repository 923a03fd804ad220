/// The tables, and how a file of an older version becomes one of this version.
enum Schema {
    /// "MFLY": another program's database is refused and not written to.
    private static let applicationID: Int64 = 0x4D46_4C59

    /// The step at index n makes version n + 1 of version n. Steps are never edited, only added.
    ///
    /// No secondary index anywhere: one random index costs more than all of a row's writing, and
    /// monotonic keys keep every insert at the end of its tree.
    static let steps = [
        """
        CREATE TABLE events (sequence INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;
        CREATE TABLE grants (serial INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
        CREATE TABLE apps (serial INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
        CREATE TABLE checkpoints (
            size INTEGER PRIMARY KEY, time INTEGER NOT NULL, note TEXT NOT NULL,
            frontier BLOB NOT NULL) STRICT;
        CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE launch_tokens (serial INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
        CREATE TABLE revocations (serial INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
        CREATE TABLE keys (number INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
        """,
    ]

    /// Brings the file to the version of the last step, in one transaction.
    static func migrate(
        _ connection: borrowing Connection, steps: [String] = steps
    ) throws(StoreFailure) {
        let version = try Int(connection.integer("PRAGMA user_version") ?? 0)
        let application = try connection.integer("PRAGMA application_id") ?? 0
        if version == 0 {
            guard application == 0, try connection.integer("SELECT 1 FROM sqlite_schema") == nil
            else { throw .foreignFile("it has tables of something else") }
        } else {
            try check(connection, steps: steps)
        }
        guard version < steps.count else { return }
        try connection.execute("BEGIN IMMEDIATE")
        for step in steps[version...] { try connection.execute(step) }
        try connection.execute("PRAGMA application_id = \(applicationID)")
        try connection.execute("PRAGMA user_version = \(steps.count)")
        try connection.execute("COMMIT")
    }

    /// Refuses a file that is another program's, or of a version later than this program's.
    static func check(
        _ connection: borrowing Connection, steps: [String] = steps
    ) throws(StoreFailure) {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard try connection.integer("PRAGMA application_id") == applicationID else {
            throw .foreignFile("it is another program's")
        }
        guard version <= steps.count else {
            throw .foreignFile("its version is \(version) and this program knows \(steps.count)")
        }
    }
}
