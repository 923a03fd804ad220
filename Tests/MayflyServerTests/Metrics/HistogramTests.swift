internal import MayflyCore
internal import MayflyWire
@testable internal import MayflyServer
import Testing

@Suite struct `Histograms` {
    @Test(arguments: [(0, 0), (1, 0), (2, 1), (10, 1), (11, 2), (999, 2)])
    func `a value is counted below the first bound that it does not pass`(value: Int, bucket: Int) {
        var histogram = Histogram(bounds: [1, 10])
        histogram.record(UInt64(value))
        var expected: [UInt64] = [0, 0, 0]
        expected[bucket] = 1
        #expect(histogram.counts == expected)
        #expect(histogram.sum == UInt64(value))
    }

    @Test func `two of a kind add up`() {
        var one = Histogram(bounds: [1, 10])
        var other = one
        for value: UInt64 in [1, 5] { one.record(value) }
        for value: UInt64 in [7, 50] { other.record(value) }
        one.merge(other)
        #expect(one.counts == [1, 2, 1])
        #expect(one.sum == 63)
        #expect(one.count == 4)
    }

    @Test(arguments: [Histogram.latency, .rows])
    func `bounds go up`(histogram: Histogram) {
        #expect(zip(histogram.bounds, histogram.bounds.dropFirst()).allSatisfy { $0 < $1 })
    }
}

@Suite struct `What a reactor counts of its requests` {
    @Test func `a turn is filed whole, by method and by reason`() {
        let meter = RequestMeter()
        var notes = TurnNotes()
        notes.answered = [
            RequestStamp(method: .spawn, began: 1_000), RequestStamp(method: .spawn, began: 6_000),
            RequestStamp(method: nil, began: 6_000),
        ]
        notes.refused = [.keyInUse, .keyInUse]
        meter.file(&notes, now: 10_000)
        #expect(notes.isEmpty)
        let tally = meter.snapshot
        let spawn = tally.answered[Int(Method.spawn.rawValue)]
        #expect(spawn.count == 2)
        #expect(spawn.sum == 13_000)
        #expect(tally.answered[Int(Method.release.rawValue)].count == 0)
        #expect(tally.answered[Method.allCases.count].count == 1)
        #expect(tally.refused[Int(Reason.keyInUse.rawValue)] == 2)
    }

    @Test func `a clock that stood still is no time below none`() {
        let meter = RequestMeter()
        var notes = TurnNotes()
        notes.answered = [RequestStamp(method: .renew, began: 20)]
        meter.file(&notes, now: 10)
        #expect(meter.snapshot.answered[Int(Method.renew.rawValue)].sum == 0)
    }

    @Test(arguments: Reason.allCases)
    func `every reason has a place`(reason: Reason) {
        #expect(Int(reason.rawValue) < RequestMeter.Tally().refused.count)
    }
}
