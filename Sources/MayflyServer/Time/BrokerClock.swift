internal import Glibc
internal import MayflyCore

/// The broker's wall clock: an anchor taken at start plus CLOCK_BOOTTIME, so that no step of the
/// system's wall clock revives, extends or shortens a grant, and suspended time counts.
struct BrokerClock: Sendable {
    private let anchorMilliseconds: UInt64

    /// Starts at the system's time, or at `notBefore` if that is later: the log's newest event.
    init(notBefore: Instant) {
        self.init(
            notBefore: notBefore, wallMilliseconds: Self.milliseconds(CLOCK_REALTIME),
            bootMilliseconds: Self.milliseconds(CLOCK_BOOTTIME))
    }

    /// A machine without a working clock starts in 1970 and may even be set back behind its own
    /// start: time then counts from there.
    init(notBefore: Instant, wallMilliseconds: UInt64, bootMilliseconds: UInt64) {
        let start = max(wallMilliseconds, notBefore.milliseconds, bootMilliseconds)
        anchorMilliseconds = start - bootMilliseconds
    }

    var now: Instant {
        Instant(milliseconds: anchorMilliseconds + Self.milliseconds(CLOCK_BOOTTIME))
    }

    /// How far the system's wall clock has departed from the broker's.
    var deviationMilliseconds: Int64 {
        Int64(Self.milliseconds(CLOCK_REALTIME)) - Int64(now.milliseconds)
    }

    /// For measuring how long something takes.
    static var monotonicNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func milliseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
