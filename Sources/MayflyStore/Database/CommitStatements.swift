/// The statements of a commit, prepared once.
final class CommitStatements {
    let begin: Statement
    let commit: Statement
    let insertEvent: Statement
    let insertGrant: Statement
    let updateGrant: Statement
    let deleteGrant: Statement
    let writeApp: Statement
    let deleteApp: Statement
    let insertLaunchToken: Statement
    let deleteLaunchToken: Statement
    let writeRevocation: Statement
    let deleteRevocation: Statement
    let writeKey: Statement
    let deleteKey: Statement
    let insertCheckpoint: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        insertEvent = try connection.prepare("INSERT INTO events VALUES (?1, ?2)")
        insertGrant = try connection.prepare("INSERT INTO grants VALUES (?1, ?2)")
        updateGrant = try connection.prepare("UPDATE grants SET record = ?2 WHERE serial = ?1")
        deleteGrant = try connection.prepare("DELETE FROM grants WHERE serial = ?1")
        writeApp = try connection.prepare("INSERT OR REPLACE INTO apps VALUES (?1, ?2)")
        deleteApp = try connection.prepare("DELETE FROM apps WHERE serial = ?1")
        insertLaunchToken = try connection.prepare("INSERT INTO launch_tokens VALUES (?1, ?2)")
        deleteLaunchToken = try connection.prepare("DELETE FROM launch_tokens WHERE serial = ?1")
        writeRevocation = try connection.prepare(
            "INSERT OR REPLACE INTO revocations VALUES (?1, ?2)")
        deleteRevocation = try connection.prepare("DELETE FROM revocations WHERE serial = ?1")
        writeKey = try connection.prepare("INSERT OR REPLACE INTO keys VALUES (?1, ?2)")
        deleteKey = try connection.prepare("DELETE FROM keys WHERE number = ?1")
        insertCheckpoint = try connection.prepare(
            "INSERT INTO checkpoints VALUES (?1, ?2, ?3, ?4)")
    }
}

extension Statement {
    func run(key: UInt64) throws(StoreFailure) {
        bind(1, Int64(key))
        try run()
    }

    func run(key: UInt64, blob: UnsafeRawBufferPointer) throws(StoreFailure) {
        bind(1, Int64(key))
        bind(2, staying: blob)
        try run()
    }

    func run(key: UInt64, blob: borrowing ByteWriter) throws(StoreFailure) {
        try blob.withBytes { bytes throws(StoreFailure) in try run(key: key, blob: bytes) }
    }

    /// Of one row of a table. A change of a row that is not there would be lost without a sign.
    func delete(_ key: UInt64, from table: String) throws(StoreFailure) {
        try run(key: key)
        try requireChange(table, key)
    }

    func requireChange(_ table: String, _ key: UInt64) throws(StoreFailure) {
        guard changedRows == 1 else {
            throw .corruptRow(table: table, key: Int64(key), problem: "it is missing")
        }
    }
}
