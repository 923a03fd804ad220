internal import Glibc
internal import MayflyCore
internal import Synchronization

/// The broker's own time: an anchor plus CLOCK_BOOTTIME, so that no step of the system's wall clock
/// revives, extends or shortens a grant, and suspended time counts.
///
/// The anchor is taken once in a boot of the machine and stored: a restart of the broker goes on
/// by it, whatever became of the wall clock meanwhile. What is *told* (tokens, answers, events) has
/// the offset on top that the operator accepted.
final class BrokerClock: Sendable {
    /// How far the system's clock may be from the told time before nothing is issued any more.
    static let toleratedDeviationMilliseconds: Int64 = 5_000

    private let anchorMilliseconds: UInt64
    private let wall: @Sendable () -> UInt64
    private let offsetMilliseconds: Atomic<Int64>
    private let lowestOffsetMilliseconds: Atomic<Int64>

    /// - Parameter wall: milliseconds since the Unix epoch as the system has them.
    init(
        anchorMilliseconds: UInt64, offset: ClockOffset = .none,
        wall: @escaping @Sendable () -> UInt64 = { WallClock.milliseconds }
    ) {
        self.anchorMilliseconds = anchorMilliseconds
        self.wall = wall
        offsetMilliseconds = Atomic(offset.milliseconds)
        lowestOffsetMilliseconds = Atomic(min(0, offset.milliseconds))
    }

    /// The anchor of a boot in which no broker ran yet. The clock starts at the system's time, or a
    /// second after the log's newest event if that is later: no token of this boot has the time of
    /// one of the boot before.
    ///
    /// A machine without a working clock starts in 1970 and may even be set back behind its own
    /// start: time then counts from there.
    static func anchor(
        newestEvent: Instant, wallMilliseconds: UInt64 = WallClock.milliseconds,
        bootMilliseconds: UInt64 = BrokerClock.bootMilliseconds
    ) -> UInt64 {
        let afterLog = newestEvent == .zero ? 0 : newestEvent.milliseconds + 1_000
        return max(wallMilliseconds, afterLog, bootMilliseconds) - bootMilliseconds
    }

    var now: Instant { Instant(milliseconds: anchorMilliseconds + Self.bootMilliseconds) }

    // MARK: Against the system's clock

    var offset: ClockOffset {
        ClockOffset(milliseconds: offsetMilliseconds.load(ordering: .relaxed))
    }

    /// The lowest offset that the boot's tokens may have been issued by.
    var lowestOffset: ClockOffset {
        ClockOffset(milliseconds: lowestOffsetMilliseconds.load(ordering: .relaxed))
    }

    /// The broker tells this from now on. Called under the lock under which it was decided.
    func tell(_ offset: ClockOffset) {
        offsetMilliseconds.store(offset.milliseconds, ordering: .relaxed)
        let lowest = lowestOffsetMilliseconds.load(ordering: .relaxed)
        lowestOffsetMilliseconds.store(min(lowest, offset.milliseconds), ordering: .relaxed)
    }

    /// How far the system's wall clock has departed from what the broker tells.
    var deviationMilliseconds: Int64 {
        Int64(clamping: wall()) - Int64(clamping: now.shifted(by: offset).milliseconds)
    }

    /// So far that one of the two is wrong.
    var isDeviant: Bool {
        !(-Self.toleratedDeviationMilliseconds...Self.toleratedDeviationMilliseconds)
            .contains(deviationMilliseconds)
    }

    // MARK: The system's other clocks

    /// Since the machine was started, its sleep included.
    static var bootMilliseconds: UInt64 { milliseconds(of: CLOCK_BOOTTIME) }

    /// For measuring how long something takes.
    static var monotonicNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func milliseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(clamping: time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
