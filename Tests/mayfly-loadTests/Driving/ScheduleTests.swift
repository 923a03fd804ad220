import Testing

@testable import mayfly_load

struct ScheduleTests {
    @Test func `arrivals are evenly spaced and none is left out when time is short`() {
        let start = Moment(nanoseconds: 5_000)
        var schedule = Schedule(start: start, perSecond: 1_000_000)
        #expect(schedule.take(at: Moment(nanoseconds: 4_999)) == nil)
        #expect(schedule.take(at: start) == start)
        #expect(schedule.take(at: start) == nil)
        var late: [UInt64] = []
        while let arrival = schedule.take(at: Moment(nanoseconds: 9_500)) {
            late.append(arrival.nanoseconds)
        }
        #expect(late == [6_000, 7_000, 8_000, 9_000])
        #expect(schedule.next == Moment(nanoseconds: 10_000))
    }

    @Test func `threads that share a rate take turns`() {
        let start = Moment(nanoseconds: 0)
        let first = Schedule(start: start, perSecond: 500_000, offset: 0)
        let second = Schedule(start: start, perSecond: 500_000, offset: 0.5)
        #expect(first.next == start)
        #expect(second.next == Moment(nanoseconds: 1_000))
    }

    @Test func `arrivals wait in their order`() {
        var queue = ArrivalQueue()
        for number in 0..<20_000 {
            queue.append(Moment(nanoseconds: UInt64(number)))
            if number % 2 == 1 {
                #expect(queue.oldest == Moment(nanoseconds: UInt64(number / 2)))
                queue.dropOldest()
            }
        }
        #expect(queue.count == 10_000)
        #expect(queue.oldest == Moment(nanoseconds: 10_000))
    }
}
