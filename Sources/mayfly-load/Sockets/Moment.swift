private import Glibc

/// A point on the monotonic clock, in nanoseconds.
struct Moment: Comparable, Sendable {
    let nanoseconds: UInt64

    static let distantFuture = Moment(nanoseconds: .max)

    static func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (moment: Moment, duration: Duration) -> Moment {
        let (seconds, attoseconds) = duration.components
        return Moment(
            nanoseconds: moment.nanoseconds + UInt64(seconds) * 1_000_000_000
                + UInt64(attoseconds / 1_000_000_000))
    }

    /// 0 where the other is later.
    func nanoseconds(since earlier: Moment) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    func seconds(since earlier: Moment) -> Double { Double(nanoseconds(since: earlier)) / 1e9 }
}
