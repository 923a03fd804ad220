private import Glibc

/// A value behind a mutex.
///
/// POSIX's, not `Synchronization.Mutex`: that one gives false reports under the thread sanitizer.
final class Lock<State: ~Copyable>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that the mutex guards the state.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: consuming sending State) {
        self.state = state
        precondition(pthread_mutex_init(mutex, nil) == 0, "a mutex could not be made")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<Result, Failure>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
