internal import MayflyCore
internal import MayflyCrypto

/// The end of the audit log: what the next event and the next checkpoint go on from.
struct LogTail {
    var frontier = MerkleFrontier()
    /// Of the newest event.
    var time = Instant.zero
    /// The newest checkpoint, and how many events it covers.
    var checkpoint: String?
    var checkpointSize: UInt64 = 0

    /// Verifies the newest checkpoint and goes on from there, so that a start costs the same
    /// however long the log is. The whole of it is the audit verifier's to check.
    static func recover(
        _ connection: borrowing Connection, signer: CheckpointSigner
    ) throws(StoreFailure) -> LogTail {
        var tail = LogTail()
        try tail.readCheckpoint(connection, signer: signer)
        try tail.readEvents(connection)
        return tail
    }

    private mutating func readCheckpoint(
        _ connection: borrowing Connection, signer: CheckpointSigner
    ) throws(StoreFailure) {
        let newest = try connection.prepare(
            "SELECT size, time, note, frontier FROM checkpoints ORDER BY size DESC LIMIT 1")
        guard try newest.step() else { return }
        let key = newest.integer(0)
        guard let note = newest.text(2), let size = UInt64(exactly: key),
            let milliseconds = UInt64(exactly: newest.integer(1)),
            let frontier = newest.withBlob(3, { MerkleFrontier(serialized: $0) })
        else { throw .corruptRow(table: "checkpoints", key: key, problem: "it cannot be read") }
        guard let statement = signer.verify(note) else {
            throw .corruptRow(
                table: "checkpoints", key: key, problem: "its signature does not verify")
        }
        guard statement.size == size, frontier.size == size, frontier.root == statement.root else {
            throw .corruptRow(
                table: "checkpoints", key: key, problem: "it is not what was signed")
        }
        self.frontier = frontier
        time = Instant(milliseconds: milliseconds)
        checkpoint = note
        checkpointSize = size
    }

    private mutating func readEvents(
        _ connection: borrowing Connection
    ) throws(StoreFailure) {
        let count = try connection.integer("SELECT max(sequence) + 1 FROM events") ?? 0
        guard count >= Int64(frontier.size) else {
            throw .corruptLog(
                "there are \(count) events and the newest checkpoint covers \(frontier.size)")
        }
        let events = try connection.prepare(
            "SELECT sequence, leaf FROM events WHERE sequence >= ?1 ORDER BY sequence")
        events.bind(1, Int64(frontier.size))
        while try events.step() {
            let key = events.integer(0)
            guard key == Int64(frontier.size) else {
                throw .corruptLog("event \(frontier.size) is missing")
            }
            do throws(Malformed) {
                try events.withBlob(1) { leaf throws(Malformed) in
                    let (sequence, event) = try EventLeaf.decode(leaf)
                    guard sequence == frontier.size else { throw Malformed("it says \(sequence)") }
                    time = max(time, event.time)
                    frontier.append(MerkleHash.leaf(leaf))
                }
            } catch {
                throw .corruptRow(table: "events", key: key, problem: error.problem)
            }
        }
    }
}
