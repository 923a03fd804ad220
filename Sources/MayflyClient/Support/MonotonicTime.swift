private import Glibc

/// A reading of the clock that only goes forward: for timeouts.
struct MonotonicTime: Comparable, Sendable {
    let nanoseconds: UInt64

    static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// Saturates: a timeout without end is the end of time.
    func advanced(by duration: Duration) -> MonotonicTime {
        let (sum, isOver) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return MonotonicTime(nanoseconds: isOver ? .max : sum)
    }

    func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// Rounded down; 0 where negative, and the highest number where it does not fit.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, isOver) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let rest = UInt64(attoseconds / 1_000_000_000)
        let (sum, isOverToo) = whole.addingReportingOverflow(rest)
        return isOver || isOverToo ? .max : sum
    }

    /// Rounded up; nil where that is less than a second or does not fit the wire.
    var wholeSeconds: UInt32? {
        let (seconds, attoseconds) = components
        guard let whole = UInt32(exactly: attoseconds > 0 ? seconds + 1 : seconds), whole > 0
        else { return nil }
        return whole
    }
}

/// As the wire has a lifetime: whole seconds, 0 for none said.
func wireSeconds(_ lifetime: Duration?) throws(MayflyError) -> UInt32 {
    guard let lifetime else { return 0 }
    guard let seconds = lifetime.wholeSeconds else {
        throw .invalidRequest("A lifetime is at least one second and fits 32 bits.")
    }
    return seconds
}
