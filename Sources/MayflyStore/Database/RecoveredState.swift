package import MayflyCore

/// What a store held when it was opened, and what lasts however often the machine is started anew.
package struct RecoveredState: Sendable {
    package var apps: [AppRecord]
    package var revocations: [RevocationRecord]
    /// In the order of their numbers; none in a new file.
    package var keys: [KeyRecord]
    /// No grant, app, launch token or revocation record ever had this serial or a higher one.
    package var serialBound: UInt64
    /// How many events the log has.
    package var position: LogPosition
    package var frontier: MerkleFrontier
    /// The newest checkpoint, a C2SP signed note.
    package var checkpoint: String?
    /// Of the newest event: a clock that begins anew must not start before it.
    package var newestEventTime: Instant
    /// The boot whose grants the store has; nil for a new file.
    package var bootID: String?

    static func read(
        _ connection: borrowing Connection, tail: LogTail
    ) throws(StoreFailure) -> RecoveredState {
        let apps = try connection.records(
            "SELECT serial, record FROM apps ORDER BY serial", of: "apps", with: AppRow.decode)
        let revocations = try connection.records(
            "SELECT serial, record FROM revocations ORDER BY serial", of: "revocations",
            with: RevocationRow.decode)
        let keys = try connection.records(
            "SELECT number, record FROM keys ORDER BY number", of: "keys", with: KeyRow.decode)
        return RecoveredState(
            apps: apps, revocations: revocations, keys: keys,
            serialBound: try serialBound(connection),
            position: LogPosition(rawValue: tail.frontier.size), frontier: tail.frontier,
            checkpoint: tail.checkpoint, newestEventTime: tail.time,
            bootID: try Meta.text(connection, .bootID))
    }

    /// What was reserved, or what the rows say where that is more. Serials begin at 1.
    private static func serialBound(
        _ connection: borrowing Connection
    ) throws(StoreFailure) -> UInt64 {
        var bound = max(1, try Meta.integer(connection, .serialBound) ?? 1)
        guard bound <= StoredBounds.count else {
            throw .corruptMeta(Meta.serialBound.rawValue, problem: "\(bound) is out of bounds")
        }
        for table in ["grants", "apps", "launch_tokens", "revocations"] {
            let newest = try connection.integer("SELECT max(serial) FROM \(table)") ?? 0
            guard newest < StoredBounds.count else {
                throw .corruptRow(table: table, key: newest, problem: "a bad key")
            }
            bound = max(bound, newest + 1)
        }
        return UInt64(bound)
    }
}

extension Store {
    /// Every grant in the store, in the order of their making.
    package func forEachGrant(_ body: (GrantRecord) -> Void) throws(StoreFailure) {
        let rows = try connection.prepare("SELECT serial, record FROM grants ORDER BY serial")
        try rows.decodeEach("grants", with: GrantRow.decode, body)
    }
}

extension Connection {
    /// The records that a query for a key and a record gives.
    func records<Record>(
        _ query: String, of table: String,
        with decode: (UnsafeRawBufferPointer, Serial) throws(Malformed) -> Record
    ) throws(StoreFailure) -> [Record] {
        var records: [Record] = []
        try prepare(query).decodeEach(table, with: decode) { records.append($0) }
        return records
    }
}

extension Statement {
    /// Runs a query for a key and a record, and decodes each row.
    func decodeEach<Record>(
        _ table: String,
        with decode: (UnsafeRawBufferPointer, Serial) throws(Malformed) -> Record,
        _ body: (Record) -> Void
    ) throws(StoreFailure) {
        while try step() {
            let key = integer(0)
            do throws(Malformed) {
                guard let serial = UInt64(exactly: key) else { throw Malformed("a bad key") }
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
