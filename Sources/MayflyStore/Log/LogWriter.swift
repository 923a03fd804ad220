package import MayflyCore
private import CLinux
private import Synchronization

/// Bounds of the log's writer.
package struct LogWriterConfiguration: Sendable {
    /// A group this large goes without being asked for.
    package var maximumGroupRows = 4_096
    /// A group this old goes without being asked for, once something more is appended to it.
    package var maximumGroupAgeNanoseconds: UInt64 = 1_000_000
    /// While there are new events, a checkpoint covers them after this time at the latest: a
    /// little under the second that is promised, because the commit takes its own.
    package var checkpointIntervalNanoseconds: UInt64 = 900_000_000
    /// With less free space than this, storage is low.
    package var storageReserveBytes: UInt64 = 64 * 1_048_576
    /// Told of each group that became durable, on the writer's thread: its rows, and how long that
    /// took.
    package var onCommit: (@Sendable (_ rows: Int, _ nanoseconds: UInt64) -> Void)?
    package var faults = StoreFaults.fromEnvironment

    package init() {}
}

/// The one thread that writes the log: it takes what has gathered, makes it durable, and tells.
///
/// `append` is called in log order, under the broker's lock; everything else from any thread.
package final class LogWriter: @unchecked Sendable {
    // Unchecked for three: the store and the time of the last look at free space belong to the
    // writer's thread, the thread itself to whoever calls `stop`, once.
    private let store: any GroupStore
    private var spaceCheckedAt: MonotonicTime?
    private var thread: WorkerThread?

    private let configuration: LogWriterConfiguration
    private let onDurable: @Sendable (LogPosition) -> Void
    private let onFailure: @Sendable (StoreFailure) -> Void
    private let queue: Monitor<WriterQueue>
    private let checkpoint: Monitor<String?>
    private let durable: Atomic<UInt64>
    private let committedGroups = Atomic<UInt64>(0)
    private let walCopies = Atomic<UInt64>(0)
    private let storageLow = Atomic<Bool>(false)
    private let failed = Atomic<Bool>(false)

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - start: how many events the store has.
    ///   - onDurable: called on the writer's thread after each group, with the new position.
    ///   - onFailure: called there once; no position is published after it.
    package init(
        store: sending any GroupStore, start: LogPosition, configuration: LogWriterConfiguration,
        onDurable: @escaping @Sendable (LogPosition) -> Void,
        onFailure: @escaping @Sendable (StoreFailure) -> Void
    ) throws(StoreFailure) {
        self.configuration = configuration
        self.onDurable = onDurable
        self.onFailure = onFailure
        queue = Monitor(
            WriterQueue(
                start: start, maximumRows: configuration.maximumGroupRows,
                maximumAgeNanoseconds: configuration.maximumGroupAgeNanoseconds))
        checkpoint = Monitor(store.newestCheckpoint)
        durable = Atomic(start.rawValue)
        self.store = store
        checkSpace(now: .now())
        thread = try WorkerThread(name: "mayfly-log") { self.run() }
    }

    // MARK: Under the broker's lock

    /// Adds to the open group. Changes without an event are durable with the next event.
    ///
    /// - Returns: the position at which all of it is durable.
    @discardableResult
    package func append(events: [Event], changes: [Change]) -> LogPosition {
        let now = MonotonicTime.now()
        let (position, needsWake) = queue.withLock { queue in
            let needsWake = queue.append(events: events, changes: changes, now: now)
            return (queue.position, needsWake)
        }
        if needsWake { queue.wake() }
        return position
    }

    // MARK: From any thread

    /// Lets the open group go as soon as the writer is free: at the end of a reactor's turn.
    package func requestFlush() {
        if queue.withLock({ $0.requestFlush() }) { queue.wake() }
    }

    /// What may be told: everything up to here is on the disk.
    package var durablePosition: LogPosition {
        LogPosition(rawValue: durable.load(ordering: .acquiring))
    }

    /// Whether to refuse what creates, and go on with what ends.
    package var isStorageLow: Bool { storageLow.load(ordering: .relaxed) }

    package var hasFailed: Bool { failed.load(ordering: .acquiring) }

    /// The newest checkpoint, a C2SP signed note.
    package var newestCheckpoint: String? { checkpoint.withLock { $0 } }

    /// Groups made durable since the start.
    package var commits: UInt64 { committedGroups.load(ordering: .relaxed) }

    /// How often the write-ahead log was copied into the database since the start.
    package var walCheckpoints: UInt64 { walCopies.load(ordering: .relaxed) }

    /// Writes what is left, with a checkpoint over it, and ends the thread. Called once, when
    /// nothing is appended any more.
    package func stop() {
        queue.withLock { $0.stop() }
        queue.wake()
        thread.take()?.join()
    }

    // MARK: On the writer's thread

    private func run() {
        // Every answer waits for it, and it mostly for the disk.
        clinux_run_promptly()
        var checkpointDue = nextCheckpoint(after: .now())
        var isLast = false
        while !isLast {
            let work = queue.wait { $0.next(now: .now(), deadline: checkpointDue) }
            isLast = work.isLast
            let now = MonotonicTime.now()
            let isCheckpointDue = isLast || now >= checkpointDue
            do throws(StoreFailure) {
                try write(work.group, withCheckpoint: isCheckpointDue)
                try store.tidy()
            } catch {
                return fail(error)
            }
            walCopies.store(store.walCheckpoints, ordering: .relaxed)
            if isCheckpointDue { checkpointDue = nextCheckpoint(after: now) }
            checkSpace(now: now)
        }
    }

    private func nextCheckpoint(after now: MonotonicTime) -> MonotonicTime {
        now.advanced(byNanoseconds: configuration.checkpointIntervalNanoseconds)
    }

    private func write(
        _ group: CommitGroup, withCheckpoint isCheckpointDue: Bool
    ) throws(StoreFailure) {
        guard !group.isEmpty || (isCheckpointDue && store.hasUncheckpointedEvents) else { return }
        let faults = configuration.faults
        if faults.acknowledgeBeforeCommit { publish(group.end) }
        if faults.acknowledgeBeforeCommit || faults.slowCommit { StoreFaults.lingerBeforeCommit() }
        let began = MonotonicTime.now()
        try store.commit(group, withCheckpoint: isCheckpointDue)
        configuration.onCommit?(
            group.rowCount, MonotonicTime.now().nanoseconds - began.nanoseconds)
        committedGroups.wrappingAdd(1, ordering: .relaxed)
        if isCheckpointDue { checkpoint.withLock { $0 = store.newestCheckpoint } }
        publish(group.end)
    }

    private func publish(_ position: LogPosition) {
        guard durable.load(ordering: .relaxed) != position.rawValue else { return }
        durable.store(position.rawValue, ordering: .releasing)
        onDurable(position)
    }

    /// Nothing is published after this, and nothing is tried again: after a failed fsync the next
    /// one can succeed without the data being on the disk.
    private func fail(_ failure: StoreFailure) {
        failed.store(true, ordering: .releasing)
        queue.withLock { $0.close() }
        store.abandon()
        onFailure(failure)
    }

    private func checkSpace(now: MonotonicTime) {
        if let checkedAt = spaceCheckedAt,
            now < checkedAt.advanced(byNanoseconds: 1_000_000_000)
        {
            return
        }
        spaceCheckedAt = now
        let free = store.freeBytes() ?? .max
        storageLow.store(free < configuration.storageReserveBytes, ordering: .relaxed)
    }
}
