internal import MayflyCore

/// What waits for the writer, and when it goes: a state machine without threads or clock.
///
/// A group goes when a flush was asked for, when it is large, or when it has been waiting;
/// everything that arrives while one is being committed forms the next.
struct WriterQueue: Sendable {
    struct Work: Sendable {
        var group: CommitGroup
        /// Nothing comes after this.
        var isLast: Bool
    }

    let maximumRows: Int
    let maximumAgeNanoseconds: UInt64
    private var open: CommitGroup
    private var openedAt: MonotonicTime?
    private var isFlushRequested = false
    private var isStopping = false
    private var isClosed = false

    init(start: LogPosition, maximumRows: Int, maximumAgeNanoseconds: UInt64) {
        open = CommitGroup(start: start)
        self.maximumRows = maximumRows
        self.maximumAgeNanoseconds = maximumAgeNanoseconds
    }

    var position: LogPosition { open.end }

    /// True when the writer has to be woken.
    mutating func append(events: [Event], changes: [Change], now: MonotonicTime) -> Bool {
        precondition(!isStopping, "nothing is appended once the log is stopping")
        guard !isClosed else { return false }
        open.append(events: events, changes: changes)
        let openedAt = openedAt ?? now
        self.openedAt = openedAt
        let isOverdue = now >= openedAt.advanced(byNanoseconds: maximumAgeNanoseconds)
        return (isOverdue || open.rowCount >= maximumRows) && requestFlush()
    }

    /// True when the writer has to be woken.
    mutating func requestFlush() -> Bool {
        guard !open.isEmpty, !isFlushRequested else { return false }
        isFlushRequested = true
        return true
    }

    /// The writer's next work; a group that nobody asked for goes at `deadline`.
    mutating func next(now: MonotonicTime, deadline: MonotonicTime) -> WaitStep<Work> {
        guard isStopping || isFlushRequested || now >= deadline else {
            return .waitUntil(deadline)
        }
        let group = open
        open = CommitGroup(start: group.end)
        openedAt = nil
        isFlushRequested = false
        return .done(Work(group: group, isLast: isStopping))
    }

    mutating func stop() { isStopping = true }

    /// After a failure nothing is kept any more.
    mutating func close() {
        isClosed = true
        open = CommitGroup(start: open.end)
    }
}
