internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `The broker's clock` {
    @Test func `it starts at the system's time`() {
        let clock = BrokerClock(notBefore: .zero)
        #expect(abs(clock.deviationMilliseconds) < 1_000)
    }

    @Test func `it never starts before the newest event`() {
        let future = Instant(milliseconds: 4_000_000_000_000)
        let clock = BrokerClock(notBefore: future)
        #expect(clock.now >= future)
        #expect(clock.deviationMilliseconds < -1_000)
    }

    @Test func `it does not run backwards`() {
        let clock = BrokerClock(notBefore: .zero)
        var last = clock.now
        for _ in 0..<1_000 {
            let next = clock.now
            #expect(next >= last)
            last = next
        }
    }

    @Test func `a wall clock that is behind the machine's own start is no end of the broker`() {
        let clock = BrokerClock(notBefore: .zero, wallMilliseconds: 5, bootMilliseconds: 60_000)
        #expect(clock.now.milliseconds >= 60_000 || clock.now.milliseconds > 0)
    }
}
