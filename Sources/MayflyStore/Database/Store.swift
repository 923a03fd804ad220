package import MayflyCore
package import MayflyCrypto

/// Where a store is and whose it is.
package struct StoreConfiguration: Sendable {
    /// The database file, in a directory that exists.
    package var path: String
    /// What tokens name as `iss`; the file is bound to it.
    package var issuer: String
    /// Pages that the write-ahead log grows by until they are copied into the database.
    package var walCheckpointPages = 1_000
    /// A file system of SQLite's that is not the system's: a simulated one, on which everything
    /// happens on the caller's thread, so that the same calls do the same.
    package var vfs: String?
    package var faults = StoreFaults.fromEnvironment

    package init(path: String, issuer: String) {
        self.path = path
        self.issuer = issuer
    }
}

/// The broker's durable state in one SQLite file: the embedded store.
///
/// Used by one thread at a time: by whoever opens it until it is handed to the `LogWriter`.
package final class Store: GroupStore, @unchecked Sendable {
    // Unchecked, because the compiler cannot see the handing over.
    let connection: Connection
    let statements: CommitStatements
    private let signer: CheckpointSigner
    private let faults: StoreFaults
    private let path: String
    private let wal: WriteAheadLog
    var row = ByteWriter()
    private var tail: LogTail

    /// What was in the file when it was opened; the grants come from `forEachGrant`.
    package let recovered: RecoveredState

    /// Opens the file, makes it where it is missing, brings it to this version and finds the end
    /// of the log from the newest checkpoint on.
    package init(
        _ configuration: StoreConfiguration, checkpointKey: Ed25519PrivateKey
    ) throws(StoreFailure) {
        path = configuration.path
        faults = configuration.faults
        signer = try CheckpointSigner(issuer: configuration.issuer, key: checkpointKey)
        connection = try Connection(
            path: configuration.path, mode: .readWrite, vfs: configuration.vfs)
        try connection.execute("PRAGMA busy_timeout = 1000")
        try connection.makeDurable(faults: configuration.faults)
        try connection.secureLog()
        try Schema.migrate(connection)
        try Meta.bind(connection, issuer: configuration.issuer, verifierKey: signer.verifierKey)
        wal = WriteAheadLog(
            path: configuration.path, copyAfterPages: configuration.walCheckpointPages,
            isAlone: configuration.vfs != nil, faults: configuration.faults)
        tail = try LogTail.recover(connection, signer: signer)
        recovered = try RecoveredState.read(connection, tail: tail)
        statements = try CommitStatements(connection)
        connection.countLogPages(in: wal.pages)
    }

    /// How many events the log has.
    package var position: LogPosition { LogPosition(rawValue: tail.frontier.size) }

    package var hasUncheckpointedEvents: Bool { tail.frontier.size > tail.checkpointSize }

    package var newestCheckpoint: String? { tail.checkpoint }

    package var walCheckpoints: UInt64 { wal.copies }

    package func commit(
        _ group: borrowing CommitGroup, withCheckpoint: Bool
    ) throws(StoreFailure) {
        precondition(group.start == position, "groups are committed in log order")
        do throws(StoreFailure) {
            try statements.begin.run()
            try insertEvents(of: group)
            try apply(group)
            if withCheckpoint && hasUncheckpointedEvents { try addCheckpoint() }
            try statements.commit.run()
        } catch {
            guard faults.ignoreFsyncError else { throw error }
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
        }
    }

    package func tidy() throws(StoreFailure) {
        do throws(StoreFailure) {
            try wal.tidy(connection)
        } catch {
            guard faults.ignoreFsyncError else { throw error }
        }
    }

    package func freeBytes() -> UInt64? { freeSpaceBytes(at: path) }

    package func abandon() { connection.forgoCheckpointOnClose() }

    deinit { wal.stop() }

    private func insertEvents(of group: borrowing CommitGroup) throws(StoreFailure) {
        for entry in group.entries {
            for event in entry.events {
                // A record's time never runs backwards, whatever two threads made of their order.
                tail.time = max(tail.time, event.time)
                let sequence = tail.frontier.size
                row.clear()
                EventLeaf.encode(event, sequence: sequence, time: tail.time, into: &row)
                try row.withBytes { leaf throws(StoreFailure) in
                    tail.frontier.append(MerkleHash.leaf(leaf))
                    try statements.insertEvent.run(key: sequence, blob: leaf)
                }
            }
        }
    }

    private func addCheckpoint() throws(StoreFailure) {
        let size = tail.frontier.size
        let note = signer.sign(size: size, root: tail.frontier.root)
        let frontier = tail.frontier.serialized
        statements.insertCheckpoint.bind(2, Int64(tail.time.milliseconds))
        statements.insertCheckpoint.bind(3, note)
        try frontier.withUnsafeBufferPointer { bytes throws(StoreFailure) in
            statements.insertCheckpoint.bind(4, staying: UnsafeRawBufferPointer(bytes))
            try statements.insertCheckpoint.run(key: size)
        }
        tail.checkpoint = note
        tail.checkpointSize = size
    }
}
