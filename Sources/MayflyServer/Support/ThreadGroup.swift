internal import MayflyStore

/// Threads that are started one by one and waited for together.
final class ThreadGroup: Sendable {
    private final class Joinable: @unchecked Sendable {
        // Unchecked: the thread is taken out once, under the group's lock.
        var thread: WorkerThread?
        init(_ thread: consuming WorkerThread) { self.thread = consume thread }
    }

    private let threads = Monitor<[Joinable]>([])

    func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
        let thread = Joinable(try WorkerThread(name: name, body: body))
        threads.withLock { $0.append(thread) }
    }

    /// Returns when every thread has returned.
    func join() {
        let started = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for joinable in started { joinable.thread.take()?.join() }
    }
}
