import Testing

@testable import MayflyCore

@Suite struct TimerWheelTests {
    /// A wheel over grants that have nothing but an end.
    private final class Rig {
        var grants = Slab<LiveGrant>()
        var wheel: TimerWheel
        var due: [Slot: UInt64] = [:]

        init(second: UInt64) { wheel = TimerWheel(second: second) }

        func insert(dueAtMilliseconds due: UInt64) -> Slot {
            var record = Fixture.grant
            record.expiresAt = Instant(milliseconds: due)
            let slot = grants.insert(LiveGrant(record: record, orchestration: .none))
            wheel.insert(slot, due: record.expiresAt, in: &grants)
            self.due[slot] = due
            return slot
        }

        func remove(_ slot: Slot) {
            wheel.remove(slot, from: &grants)
            grants.remove(at: slot)
            due[slot] = nil
        }

        /// Everything that ends by `now`, each with its time.
        func end(at now: Instant, budget: Int = .max) -> [UInt64] {
            var ended: [UInt64] = []
            var budget = budget
            while let slot = wheel.nextDue(at: now, budget: &budget, in: &grants) {
                ended.append(due[slot] ?? 0)
                grants.remove(at: slot)
                due[slot] = nil
            }
            return ended
        }
    }

    @Test(arguments: [(1, 0), (2, 1_700_000_000), (3, 1 << 30 - 5), (4, 4_095)])
    func `what is due ends at the next whole second, over more than 64 cubed seconds`(
        seed: UInt64, start: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        let rig = Rig(second: start)
        let span = 300_000 as UInt64
        for _ in 0..<3_000 {
            _ = rig.insert(
                dueAtMilliseconds: (start + random.next() % span) * 1_000
                    + random.next() % 1_000)
        }
        var second = start
        while second < start + span + 1 {
            second += UInt64(random.oneIn(50) ? random.below(5_000) : random.below(20))
            let now = Instant(milliseconds: second * 1_000 + random.next() % 1_000)
            let ended = rig.end(at: now)
            #expect(ended.allSatisfy { $0 <= now.milliseconds }, "nothing ends before its time")
            let late = rig.due.values.filter { ($0 + 999) / 1_000 <= second }
            #expect(late.isEmpty, "nothing lives a whole second longer")
        }
        let left = rig.grants.count
        #expect(left == 0)
    }

    @Test func `what is due beyond the reach of the wheel waits for its time all the same`() {
        let start = 1_700_000_000 as UInt64
        let rig = Rig(second: start)
        let reach = 1 << 29 as UInt64
        let ends = [reach - 1, reach, reach + 1, reach + 70].map { start + $0 }
        for end in ends { _ = rig.insert(dueAtMilliseconds: end * 1_000) }
        // To walk 17 years second by second would take long; a grant of 63 cubed steps does.
        let early = rig.end(at: Instant(milliseconds: (start + 300_000) * 1_000))
        #expect(early.isEmpty)
        let linked = rig.due.keys.filter { rig.grants[$0].timer.bucket != TimerLink.unlinked }
        #expect(linked.count == ends.count)
    }

    @Test(arguments: [0, 1, 999, 1_000, 1_001, 63_000, 64_000, 64_001, 4_096_000, 262_144_000])
    func `the end falls on the first whole second at or after the time`(offset: UInt64) {
        let start = 1_700_000_030_000 as UInt64
        let rig = Rig(second: start / 1_000)
        _ = rig.insert(dueAtMilliseconds: start + offset)
        let end = (start + offset + 999) / 1_000 * 1_000
        if end > start {
            let early = rig.end(at: Instant(milliseconds: end - 1))
            #expect(early.isEmpty)
        }
        let ended = rig.end(at: Instant(milliseconds: end))
        #expect(ended == [start + offset])
    }

    @Test func `what is overdue when it comes in ends at once`() {
        let rig = Rig(second: 1_000)
        _ = rig.insert(dueAtMilliseconds: 1)
        _ = rig.insert(dueAtMilliseconds: 999_999)
        let ended = rig.end(at: Instant(milliseconds: 1_000_000))
        #expect(Set(ended) == [1, 999_999])
    }

    @Test func `a removed grant never ends, wherever it waited`() {
        var random = SeededRandom(seed: 6)
        let rig = Rig(second: 100)
        var slots: [Slot] = []
        for _ in 0..<2_000 {
            slots.append(rig.insert(dueAtMilliseconds: 100_000 + random.next() % 20_000_000))
        }
        slots.shuffle(using: &random)
        for slot in slots.prefix(1_000) { rig.remove(slot) }
        var ended: [UInt64] = []
        var wanted = rig.due.values.sorted()
        // Removals also between the steps of a cascade.
        for second in stride(from: 100 as UInt64, through: 20_100, by: 7) {
            ended += rig.end(at: Instant(milliseconds: second * 1_000), budget: 40)
            if let slot = rig.due.keys.min(by: { $0.rawValue < $1.rawValue }), second % 5 == 0 {
                let due = rig.due[slot] ?? 0
                rig.remove(slot)
                if let place = wanted.firstIndex(of: due) { wanted.remove(at: place) }
            }
        }
        ended += rig.end(at: Instant(milliseconds: 30_000_000))
        #expect(ended.sorted() == wanted)
    }

    @Test func `no call does more than its budget, and calling again finishes the work`() {
        let rig = Rig(second: 0)
        for number in 0..<5_000 as Range<UInt64> {
            _ = rig.insert(dueAtMilliseconds: 4_200_000 + number)
        }
        let now = Instant(milliseconds: 5_000_000)
        var calls = 0
        var ended = 0
        while rig.grants.count > 0 {
            ended += rig.end(at: now, budget: 100).count
            calls += 1
            #expect(ended <= calls * 100)
            if calls > 1_000 { break }
        }
        #expect(ended == 5_000)
        #expect(calls >= 50)
    }

    @Test func `an empty wheel follows the clock at no cost`() {
        let rig = Rig(second: 5)
        var budget = 1
        let none = rig.wheel.nextDue(
            at: Instant(milliseconds: 1_700_000_000_000), budget: &budget, in: &rig.grants)
        #expect(none == nil)
        let second = rig.wheel.second
        #expect(second == 1_700_000_000)
    }
}
