/// The clocks of a machine: CLOCK_BOOTTIME, which only goes on, and a wall clock that anyone may set.
struct MachineClock {
    /// Since the machine was started.
    private(set) var boottime: Milliseconds = 5_000
    private(set) var wall: Milliseconds
    /// Counts the starts of the machine.
    private(set) var boot = 1

    var bootID: String { "boot-\(boot)" }

    init(wall: Milliseconds) { self.wall = wall }

    mutating func pass(_ milliseconds: UInt64) {
        boottime += milliseconds
        wall += milliseconds
    }

    /// Never before 1971, so that no machine comes up at the epoch itself.
    mutating func setWall(by jump: Int64) {
        wall = UInt64(max(31_536_000_000, Int64(wall) + jump))
    }

    mutating func reboot(after milliseconds: UInt64) {
        boot += 1
        wall += milliseconds
        boottime = 2_000
    }

    /// Seconds to ten years, forwards and back.
    static let jumps: [Int64] = [
        1_000, 4_000, 6_000, 60_000, 3_600_000, 86_400_000, 31_536_000_000, 315_360_000_000,
    ]
}
