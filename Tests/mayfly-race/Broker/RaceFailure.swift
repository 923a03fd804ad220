private import Glibc

/// Why the race cannot go on: nothing that the broker answered, but that it could not be asked.
enum RaceFailure: Error, CustomStringConvertible {
    /// A system call failed: what was tried, and the kernel's answer.
    case system(String, code: Int32)
    case brokerEnded(String)
    case protocolViolation(String)
    case unusable(String)

    static func system(_ action: String) -> RaceFailure { .system(action, code: errno) }

    var description: String {
        switch self {
        case .system(let action, let code): "\(action): \(String(cString: strerror(code)))"
        case .brokerEnded(let how): "the broker ended: \(how)"
        case .protocolViolation(let what): "the broker broke the protocol: \(what)"
        case .unusable(let what): what
        }
    }
}

/// Nanoseconds of the monotonic clock: for waiting and for rates, never for judging.
enum Moment {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static var wallSeconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec)
    }
}
