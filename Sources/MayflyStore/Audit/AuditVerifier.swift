private import MayflyCore
package import MayflyCrypto

/// Checks a log from its first event on, without the broker and without trust in it: all it takes
/// on faith is the key it is given.
///
/// It may run while the broker does: it checks what is there when it starts, and reads in pieces,
/// so that the write-ahead log can be begun anew in between.
package struct AuditVerifier {
    private let path: String
    private let vfs: String?
    private let key: NoteVerifierKey

    /// - Parameters:
    ///   - vfs: a file system registered with SQLite; nil is the system's own.
    ///   - key: held outside the database; what that says of its own key proves nothing.
    package init(path: String, vfs: String? = nil, key: NoteVerifierKey) {
        self.path = path
        self.vfs = vfs
        self.key = key
    }

    /// - Parameters:
    ///   - held: a checkpoint kept outside the database. Only against one of these does it show
    ///     that a log was cut or rolled back to an older checkpoint of its own.
    ///   - progress: called now and then with the events read and the events in all.
    package func verify(
        held: String? = nil, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws(StoreFailure) -> AuditReport {
        let run = try AuditRun(path: path, vfs: vfs, key: key)
        run.hold(held)
        try run.checkTree()
        while try run.readEvents() { progress(run.report.events, run.eventCount) }
        try run.checkEnd()
        return run.report
    }
}

/// One verification on its way through the log. The first fault ends it.
private final class AuditRun {
    private static let rowsPerRead: Int64 = 8_192

    /// How many events there were at the start.
    let eventCount: UInt64
    private(set) var report = AuditReport()

    private let key: NoteVerifierKey
    private let connection: Connection
    private let events: Statement
    private let checkpoints: Statement
    private let newestKey: Int64
    private let newestCheckpoint: Int64
    private var frontier = MerkleFrontier()
    private var time: UInt64 = 0
    private var held: Checkpoint?
    private var heldIsDue = false
    /// No checkpoint that is still to be compared is below this; nil after the last.
    private var due: Int64?

    init(path: String, vfs: String?, key: NoteVerifierKey) throws(StoreFailure) {
        self.key = key
        connection = try Connection.openForReading(path: path, vfs: vfs)
        events = try connection.prepare(
            "SELECT sequence, leaf FROM events WHERE sequence >= ?1 AND sequence <= ?2"
                + " ORDER BY sequence LIMIT ?3")
        checkpoints = try connection.prepare(
            "SELECT size, time, note, frontier FROM checkpoints WHERE size >= ?1 AND size <= ?2"
                + " ORDER BY size LIMIT 1")
        // One transaction, so that no checkpoint is seen without its events.
        try connection.execute("BEGIN")
        newestKey = try connection.integer("SELECT max(sequence) FROM events") ?? -1
        newestCheckpoint = try connection.integer("SELECT max(size) FROM checkpoints") ?? 0
        try connection.execute("COMMIT")
        // The highest key there can be has no successor of its own type.
        eventCount = newestKey < 0 ? 0 : UInt64(newestKey) + 1
        due = Int64.min
    }

    func hold(_ note: String?) {
        guard let note else { return }
        held = CheckpointSigner.verify(note, with: key)
        heldIsDue = held != nil
        if held == nil { fault(.heldCheckpointNotSigned) }
    }

    /// Compares the tree as it stands with the checkpoints of its size.
    func checkTree() throws(StoreFailure) {
        if let held, heldIsDue, held.size == frontier.size {
            heldIsDue = false
            guard held.root == frontier.root else {
                return fault(.heldCheckpointMismatch(size: held.size))
            }
            report.coveredEvents = max(report.coveredEvents, held.size)
        }
        while report.fault == nil, let size = due, size <= Int64(frontier.size) {
            try checkCheckpoint(from: size)
        }
    }

    /// Reads on; false at the end or at a fault.
    func readEvents() throws(StoreFailure) -> Bool {
        guard report.fault == nil, frontier.size < eventCount else { return false }
        events.bind(1, frontier.size == 0 ? Int64.min : Int64(frontier.size))
        events.bind(2, newestKey)
        events.bind(3, Self.rowsPerRead)
        defer { events.reset() }
        while report.fault == nil, try events.step() {
            let found = events.integer(0)
            guard found == Int64(frontier.size) else {
                fault(.missingEvent(sequence: frontier.size, found: found))
                break
            }
            readEvent()
            if report.fault == nil { try checkTree() }
        }
        return report.fault == nil
    }

    /// What was signed and has not been reached.
    func checkEnd() throws(StoreFailure) {
        report.root = frontier.root.hex
        guard report.fault == nil else { return }
        if let size = due { try checkCheckpoint(from: size) }
        guard report.fault == nil else { return }
        if let held, heldIsDue {
            return fault(.heldCheckpointBeyondLog(size: held.size, events: eventCount))
        }
        if let due { fault(.checkpointBeyondLog(size: UInt64(due), events: eventCount)) }
    }

    private func readEvent() {
        let sequence = frontier.size
        do throws(Malformed) {
            let (hash, says, milliseconds) = try events.withBlob(1) { leaf throws(Malformed) in
                let (says, event) = try EventLeaf.decode(leaf)
                return (MerkleHash.leaf(leaf), says, event.time.milliseconds)
            }
            guard says == sequence else {
                return fault(.displacedEvent(sequence: sequence, says: says))
            }
            guard milliseconds >= time else {
                return fault(.timeRunsBackwards(sequence: sequence))
            }
            time = milliseconds
            frontier.append(hash)
            report.events = frontier.size
        } catch {
            fault(.malformedEvent(sequence: sequence, problem: error.problem))
        }
    }

    private func checkCheckpoint(from size: Int64) throws(StoreFailure) {
        checkpoints.bind(1, size)
        checkpoints.bind(2, newestCheckpoint)
        defer { checkpoints.reset() }
        guard try checkpoints.step() else {
            due = nil
            return
        }
        let found = checkpoints.integer(0)
        due = found
        guard found > 0, let note = checkpoints.text(2),
            let signed = CheckpointSigner.verify(note, with: key),
            Int64(exactly: signed.size) == found
        else { return fault(.checkpointNotSigned(size: found)) }
        guard found <= Int64(frontier.size) else { return }
        let kept = checkpoints.withBlob(3) { MerkleFrontier(serialized: $0) }
        guard signed.root == frontier.root, kept == frontier,
            UInt64(exactly: checkpoints.integer(1)) == time
        else { return fault(.checkpointMismatch(size: signed.size)) }
        report.checkpoints += 1
        report.coveredEvents = signed.size
        due = found + 1
    }

    private func fault(_ fault: AuditFault) { report.fault = fault }
}

extension Digest32 {
    fileprivate var hex: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
