internal import MayflyCore

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

    /// A change of a row that is not there would be lost without a sign.
    func requireChange(_ table: String, _ serial: Serial) throws(StoreFailure) {
        guard changedRows == 1 else {
            throw .corruptRow(
                table: table, key: Int64(serial.rawValue), problem: "it is missing")
        }
    }
}
