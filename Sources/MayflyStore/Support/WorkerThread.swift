private import CLinux
private import Glibc

/// A thread of our own with a name, joined once.
///
/// Not a `Task`: it blocks in system calls for as long as it lives.
package struct WorkerThread: ~Copyable, @unchecked Sendable {
    // Unchecked, because pthread_t is not marked as the plain number that it is.
    private let thread: pthread_t

    /// The name is what tools show, at most 15 bytes.
    package init(name: String, body: @escaping @Sendable () -> Void) throws(StoreFailure) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(ThreadBody(name: name, run: body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
                clinux_name_thread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw StoreFailure.noThread(code: code)
        }
        self.thread = thread
    }

    package consuming func join() { pthread_join(thread, nil) }
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}
