internal import MayflyCore
internal import MayflyStore
@testable internal import MayflyServer
import Testing

/// A wall clock that a test sets.
private final class TestWall: Sendable {
    private let state = Monitor<UInt64>(0)
    var milliseconds: UInt64 {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

private let second: Int64 = 1_000
private let year: Int64 = 31_557_600 * second

@Suite struct `The broker's clock` {
    private let wall = TestWall()

    /// A clock that agrees with the wall clock now.
    private func makeClock(offset: ClockOffset = .none) -> BrokerClock {
        let clock = BrokerClock(
            anchorMilliseconds: 1_790_000_000_000, offset: offset,
            wall: { [wall] in wall.milliseconds })
        wall.milliseconds = clock.now.shifted(by: offset).milliseconds
        return clock
    }

    private func jump(_ milliseconds: Int64) {
        wall.milliseconds = UInt64(max(0, Int64(wall.milliseconds) + milliseconds))
    }

    // MARK: The anchor

    @Test func `a new boot starts at the system's time`() {
        let anchor = BrokerClock.anchor(
            newestEvent: .at(1_000), wallMilliseconds: 1_790_000_000_000, bootMilliseconds: 60_000)
        #expect(anchor == 1_790_000_000_000 - 60_000)
    }

    private static let stepsBack: [Int64] = [0, -1, -999, -5_000, -10 * year]

    @Test(arguments: stepsBack)
    func `a new boot never starts before a second after the newest event`(step: Int64) {
        let newest: Int64 = 1_790_000_000_000
        let anchor = BrokerClock.anchor(
            newestEvent: .at(UInt64(newest)), wallMilliseconds: UInt64(newest + step),
            bootMilliseconds: 60_000)
        #expect(anchor + 60_000 == UInt64(newest + 1_000))
    }

    @Test func `a wall clock that is behind the machine's own start is no end of the broker`() {
        let anchor = BrokerClock.anchor(
            newestEvent: .zero, wallMilliseconds: 5, bootMilliseconds: 60_000)
        #expect(anchor == 0)
    }

    @Test(arguments: [-10 * year, -second, second, 10 * year])
    func `a restart in the same boot goes on however the wall clock was set`(step: Int64) {
        let before = makeClock()
        let stopped = before.now
        jump(step)
        let after = BrokerClock(
            anchorMilliseconds: 1_790_000_000_000, wall: { [wall] in wall.milliseconds })
        #expect(after.now >= stopped)
        #expect(after.now.milliseconds < stopped.milliseconds + 60_000)
    }

    @Test func `it does not run backwards`() {
        let clock = makeClock()
        var last = clock.now
        for _ in 0..<1_000 {
            let next = clock.now
            #expect(next >= last)
            last = next
        }
    }

    // MARK: Against the system's clock

    private static let jumps: [(step: Int64, isDeviant: Bool)] = [
        (-second, false), (second, false), (-6 * second, true), (6 * second, true),
        (-3_600 * second, true), (3_600 * second, true), (-year, true), (year, true),
        (-10 * year, true), (10 * year, true),
    ]

    @Test(arguments: jumps)
    func `more than five seconds either way are a deviation`(step: Int64, isDeviant: Bool) {
        let clock = makeClock()
        jump(step)
        #expect(clock.isDeviant == isDeviant)
        #expect(abs(clock.deviationMilliseconds - step) < 1_000)
    }

    @Test func `a clock that is set right again deviates no more`() {
        let clock = makeClock()
        jump(3_600 * second)
        #expect(clock.isDeviant)
        jump(-3_600 * second)
        #expect(!clock.isDeviant)
    }

    @Test(arguments: [-3_600 * second, 3_600 * second, 10 * year])
    func `what was accepted is told, and the broker's own time goes on`(step: Int64) {
        let clock = makeClock()
        let before = clock.now
        jump(step)
        clock.tell(ClockOffset(milliseconds: step))
        #expect(!clock.isDeviant)
        #expect(clock.now.milliseconds - before.milliseconds < 60_000)
        #expect(clock.offset == ClockOffset(milliseconds: step))
        jump(-step)
        #expect(clock.isDeviant)
    }

    @Test func `a restart tells what was accepted before it`() {
        let clock = makeClock(offset: ClockOffset(milliseconds: 7_000))
        #expect(!clock.isDeviant)
        #expect(clock.lowestOffset == .none)
    }

    @Test func `the lowest offset is kept, because tokens were issued by it`() {
        let clock = makeClock()
        for seconds in [5, -9, -2, 40] {
            clock.tell(ClockOffset(milliseconds: Int64(seconds) * 1_000))
        }
        #expect(clock.lowestOffset == ClockOffset(milliseconds: -9_000))
    }

    // MARK: What is stopped

    @Test func `what may issue a token is what waits for the clocks to agree`() {
        #expect(Command.spawn([], proof: .agent).issues)
        #expect(
            !Command.validate(Presentation(grant: GrantID(high: 0, low: 0), digest: .zero)).issues)
        #expect(!Command.advance(limit: 1).issues)
        #expect(!Command.acceptTime(.none).issues)
    }
}
