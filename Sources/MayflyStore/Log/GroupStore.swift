/// What the log's writer needs of a store. SQLite is the embedded one.
///
/// Used by one thread at a time. After it has thrown, nothing but `abandon` may be called.
package protocol GroupStore: AnyObject {
    /// Whether there are events that the newest checkpoint does not cover.
    var hasUncheckpointedEvents: Bool { get }

    /// The newest checkpoint, a C2SP signed note.
    var newestCheckpoint: String? { get }

    /// How often the write-ahead log was copied into the database.
    var walCheckpoints: UInt64 { get }

    /// Makes the whole group durable or throws; adds a checkpoint over it where asked.
    func commit(
        _ group: borrowing CommitGroup, withCheckpoint: Bool
    ) throws(StoreFailure)

    /// Work between two commits that nobody waits for; short.
    func tidy() throws(StoreFailure)

    /// Free space where the store writes; nil where it cannot be told.
    func freeBytes() -> UInt64?

    /// After a failure: what is on the disk is not touched again.
    func abandon()
}
