private import Glibc

/// The signals that ask the broker to stop, taken in one place.
///
/// They are blocked before the first thread starts, so that every thread inherits the mask and only
/// `wait` ever sees one: no handler runs, nothing is interrupted half way.
struct TerminationSignals {
    private var set: sigset_t

    /// Call once, first, on the main thread.
    init() {
        set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A peer that is gone is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// The number of the first signal that asks to stop.
    func wait() -> Int32 {
        var waited = set
        var number: Int32 = 0
        while sigwait(&waited, &number) != 0 {}
        return number
    }

    /// From here on the next such signal ends the process at once: who asks twice means it.
    func unblock() {
        var released = set
        pthread_sigmask(SIG_UNBLOCK, &released, nil)
    }
}

func signalName(_ number: Int32) -> String {
    switch number {
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    case SIGHUP: "SIGHUP"
    default: "signal \(number)"
    }
}
