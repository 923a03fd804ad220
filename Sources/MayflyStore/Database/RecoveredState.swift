package import MayflyCore

/// What a store held when it was opened.
package struct RecoveredState: Sendable {
    package var apps: [AppRecord]
    /// No grant or app ever had this serial or a higher one.
    package var serialBound: UInt64
    /// How many events the log has.
    package var position: LogPosition
    package var frontier: MerkleFrontier
    /// The newest checkpoint, a C2SP signed note.
    package var checkpoint: String?
    /// Of the newest event: the broker's clock must not start before it.
    package var newestEventTime: Instant
    /// The boot whose grants the store has; nil for a new file.
    package var bootID: String?

    static func read(
        _ connection: borrowing Connection, tail: LogTail
    ) throws(StoreFailure) -> RecoveredState {
        var apps: [AppRecord] = []
        let rows = try connection.prepare("SELECT serial, record FROM apps ORDER BY serial")
        try rows.decodeEach("apps", with: AppRow.decode) { apps.append($0) }
        let reserved = try Meta.integer(connection, .serialBound) ?? 0
        let newestGrant = try connection.integer("SELECT max(serial) FROM grants") ?? -1
        let newestApp = Int64(apps.last?.serial.rawValue ?? 0)
        return RecoveredState(
            apps: apps, serialBound: UInt64(max(reserved, newestGrant + 1, newestApp + 1)),
            position: LogPosition(rawValue: tail.frontier.size), frontier: tail.frontier,
            checkpoint: tail.checkpoint, newestEventTime: tail.time,
            bootID: try Meta.text(connection, .bootID))
    }
}

extension Store {
    /// Every grant in the store, in the order of their making.
    package func forEachGrant(_ body: (GrantRecord) -> Void) throws(StoreFailure) {
        let rows = try connection.prepare("SELECT serial, record FROM grants ORDER BY serial")
        try rows.decodeEach("grants", with: GrantRow.decode, body)
    }

    /// Records whose grants these will be from now on. Grants of an earlier boot are deleted in
    /// the same transaction: what their lives hung on is gone.
    ///
    /// - Returns: how many were deleted.
    package func startBoot(_ bootID: String) throws(StoreFailure) -> UInt64 {
        guard try Meta.text(connection, .bootID) != bootID else { return 0 }
        let count = try connection.integer("SELECT count(*) FROM grants") ?? 0
        try connection.execute("BEGIN IMMEDIATE")
        // Deleting them must not make their serials free again.
        try Meta.write(connection, .serialBound, integer: Int64(recovered.serialBound))
        try connection.execute("DELETE FROM grants")
        try Meta.write(connection, .bootID, text: bootID)
        try connection.execute("COMMIT")
        return UInt64(count)
    }
}

extension Statement {
    /// Runs a query for a serial and a record, and decodes each row.
    func decodeEach<Record>(
        _ table: String,
        with decode: (UnsafeRawBufferPointer, Serial) throws(Malformed) -> Record,
        _ body: (Record) -> Void
    ) throws(StoreFailure) {
        while try step() {
            let key = integer(0)
            do throws(Malformed) {
                guard let serial = UInt64(exactly: key) else { throw Malformed("a bad serial") }
                let record = try withBlob(1) { bytes throws(Malformed) in
                    try decode(bytes, Serial(rawValue: serial))
                }
                body(record)
            } catch {
                throw .corruptRow(table: table, key: key, problem: error.problem)
            }
        }
    }
}
