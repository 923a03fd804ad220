private import Glibc

/// What a thread that looks at a monitor's state does next.
package enum WaitStep<Result> {
    case done(Result)
    case wait
    case waitUntil(MonotonicTime)
}

/// A value behind a mutex, and a condition to wait on until the value is as wanted.
///
/// POSIX's, not `Synchronization.Mutex`: that one gives false reports under the thread sanitizer.
package final class Monitor<State: ~Copyable>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that the mutex guards the state.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: consuming sending State) {
        self.state = state
        precondition(pthread_mutex_init(mutex, nil) == 0, "a mutex could not be made")
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        precondition(pthread_cond_init(condition, &attributes) == 0, "no condition could be made")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package func withLock<Result, Failure>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Wakes every waiting thread to look again.
    package func wake() { pthread_cond_broadcast(condition) }

    /// Asks `next` again after each wake-up and each deadline, until it is done.
    package func wait<Result>(_ next: (inout State) -> WaitStep<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch next(&state) {
            case .done(let result):
                return result
            case .wait:
                pthread_cond_wait(condition, mutex)
            case .waitUntil(let deadline):
                var time = timespec(
                    tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
                    tv_nsec: Int(deadline.nanoseconds % 1_000_000_000))
                pthread_cond_timedwait(condition, mutex, &time)
            }
        }
    }
}
