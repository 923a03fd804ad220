/// Keeps the write-ahead log short without the writer waiting for it.
///
/// The bulk of the log is copied into the database by a thread and a connection of their own while
/// commits go on. Such a copy rarely catches up with the writer, and only a log copied whole is
/// begun again from its start; so when the bulk is done the writer itself copies the few pages left
/// between two commits, and its next commit starts the log anew.
///
/// This order also keeps clear of a fault in SQLite up to 3.51.2 ("the WAL-reset bug"), where a
/// copy that starts on a log already copied whole races with the commit that starts the log anew:
/// the thread copies only while there are pages left to copy, never two copies run at once, and
/// the copy that completes the log is the writer's own.
final class WriteAheadLog {
    /// Pages in the log after the last commit: SQLite's hook keeps it.
    let pages = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    /// How often the log was copied.
    private(set) var copies: UInt64 = 0

    private let path: String
    private let isAlone: Bool
    private let faults: StoreFaults
    private var policy: LogCopyPolicy
    private var copier: LogCopier?

    /// - Parameter isAlone: the writer copies all of it itself.
    init(path: String, copyAfterPages: Int, isAlone: Bool = false, faults: StoreFaults) {
        self.path = path
        self.isAlone = isAlone
        self.faults = faults
        policy = LogCopyPolicy(copyAfterPages: copyAfterPages)
        pages.initialize(to: 0)
    }

    deinit { pages.deallocate() }

    /// Called by the writer between two commits.
    func tidy(_ connection: borrowing Connection) throws(StoreFailure) {
        let result = copier?.takeResult()
        if case .failure(let failure) = result { throw failure }
        switch policy.next(pages: pages.pointee, isCopierDone: result != nil || isAlone) {
        case .nothing: break
        case .startCopier where isAlone: break
        case .startCopier:
            if copier == nil { copier = try LogCopier(path: path, faults: faults) }
            copier?.start()
        case .finishHere:
            if let left = try connection.copyLog() { policy.copied(left.copied) }
            copies += 1
        }
    }

    /// Ends the thread, after the copy it may be busy with.
    func stop() {
        copier?.stop()
        copier = nil
    }
}

/// When to copy what of the write-ahead log; a state machine without I/O.
struct LogCopyPolicy {
    enum Step: Equatable {
        case nothing
        case startCopier
        case finishHere
    }

    let copyAfterPages: Int
    private var isCopying = false
    private var copiedPages = 0
    private var seenPages = 0

    init(copyAfterPages: Int) { self.copyAfterPages = copyAfterPages }

    mutating func next(pages: Int, isCopierDone: Bool) -> Step {
        // Fewer pages than before: the log was begun anew.
        if pages < seenPages { copiedPages = 0 }
        seenPages = pages
        if isCopying {
            guard isCopierDone else { return .nothing }
            isCopying = false
            return .finishHere
        }
        guard pages - copiedPages >= copyAfterPages else { return .nothing }
        isCopying = true
        return .startCopier
    }

    /// The writer's own copy is done. Pages may be left where a reader still needs the old ones.
    mutating func copied(_ pages: Int) { copiedPages = pages }
}
