private import Glibc

/// A point in time, as the broker counts it: milliseconds since the Unix epoch.
public struct UnixTime: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: UInt64

    /// A time in milliseconds since the Unix epoch.
    public init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    /// A time in whole seconds since the Unix epoch, as a token's `exp`.
    ///
    /// Seconds past the year 584 million are taken as the last time there is.
    public init(seconds: UInt64) {
        let (product, isOver) = seconds.multipliedReportingOverflow(by: 1_000)
        milliseconds = isOver ? .max : product
    }

    /// Whole seconds since the Unix epoch, rounded down.
    public var seconds: UInt64 { milliseconds / 1_000 }

    /// The wall clock of this process, which may differ from the broker's.
    public static var now: UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(
            milliseconds: UInt64(max(0, time.tv_sec)) * 1_000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    /// Whether one time is before another.
    public static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension UnixTime: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, for example `2026-01-31T08:15:00.000Z`; beyond the year
    /// 9999 the milliseconds as a number.
    public var description: String {
        var parts = tm()
        var time = time_t(truncatingIfNeeded: seconds)
        guard seconds <= 253_402_300_799, gmtime_r(&time, &parts) != nil else {
            return String(milliseconds)
        }
        func digits(_ value: Int32, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let date = [
            digits(parts.tm_year + 1900, 4), digits(parts.tm_mon + 1, 2), digits(parts.tm_mday, 2),
        ].joined(separator: "-")
        let clock = [
            digits(parts.tm_hour, 2), digits(parts.tm_min, 2), digits(parts.tm_sec, 2),
        ].joined(separator: ":")
        return "\(date)T\(clock).\(digits(Int32(milliseconds % 1_000), 3))Z"
    }
}
