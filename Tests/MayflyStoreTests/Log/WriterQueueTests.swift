import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct WriterQueueTests {
    private let start = MonotonicTime(nanoseconds: 1_000)
    private let far = MonotonicTime(nanoseconds: .max)

    /// A queue by reference, which `#expect` can call.
    private final class Subject {
        private var queue: WriterQueue

        init(rows: Int = 10) {
            queue = WriterQueue(
                start: LogPosition(rawValue: 5), maximumRows: rows, maximumAgeNanoseconds: 100)
        }

        func append(events: [Event], changes: [Change], now: MonotonicTime) -> Bool {
            queue.append(events: events, changes: changes, now: now)
        }

        func requestFlush() -> Bool { queue.requestFlush() }
        func stop() { queue.stop() }
        func close() { queue.close() }

        func next(now: MonotonicTime, deadline: MonotonicTime) -> WriterQueue.Work? {
            if case .done(let work) = queue.next(now: now, deadline: deadline) { return work }
            return nil
        }
    }

    @Test func `a group waits until a flush is asked for`() {
        let queue = Subject()
        #expect(!queue.append(events: [Sample.event(0)], changes: [], now: start))
        #expect(!queue.append(events: [Sample.event(1)], changes: [], now: start))
        #expect(queue.next(now: start, deadline: far) == nil)
        #expect(queue.requestFlush())
        #expect(!queue.requestFlush(), "the writer is woken once")
        let work = queue.next(now: start, deadline: far)
        #expect(work?.group.start == LogPosition(rawValue: 5))
        #expect(work?.group.end == LogPosition(rawValue: 7))
        #expect(work?.isLast == false)
        #expect(queue.next(now: start, deadline: far) == nil)
    }

    @Test func `what arrives after a group was taken is the next group`() {
        let queue = Subject()
        _ = queue.append(events: [Sample.event(0)], changes: [], now: start)
        _ = queue.requestFlush()
        _ = queue.next(now: start, deadline: far)
        #expect(!queue.append(events: [Sample.event(1)], changes: [], now: start))
        #expect(queue.requestFlush())
        #expect(queue.next(now: start, deadline: far)?.group.start.rawValue == 6)
    }

    @Test func `a flush of nothing wakes nobody`() {
        let queue = Subject()
        #expect(!queue.requestFlush())
        _ = queue.append(events: [], changes: [], now: start)
        #expect(!queue.requestFlush())
        #expect(queue.next(now: start, deadline: far) == nil)
    }

    @Test func `a large group goes by itself`() {
        let queue = Subject(rows: 2)
        #expect(!queue.append(events: [Sample.event(0)], changes: [], now: start))
        let changes = [Change.grantDeleted(Serial(rawValue: 1))]
        #expect(queue.append(events: [], changes: changes, now: start))
        #expect(queue.next(now: start, deadline: far) != nil)
    }

    @Test func `an old group goes by itself when something is added`() {
        let queue = Subject()
        #expect(!queue.append(events: [Sample.event(0)], changes: [], now: start))
        let early = start.advanced(byNanoseconds: 99)
        #expect(!queue.append(events: [Sample.event(1)], changes: [], now: early))
        let late = start.advanced(byNanoseconds: 100)
        #expect(queue.append(events: [Sample.event(2)], changes: [], now: late))
    }

    @Test func `at the deadline whatever is there goes, asked for or not`() {
        let queue = Subject()
        #expect(queue.next(now: start, deadline: start)?.group.isEmpty == true)
        _ = queue.append(events: [Sample.event(0)], changes: [], now: start)
        #expect(queue.next(now: start, deadline: start)?.group.isEmpty == false)
    }

    @Test func `stopping takes the rest`() {
        let queue = Subject()
        _ = queue.append(events: [Sample.event(0)], changes: [], now: start)
        queue.stop()
        #expect(queue.next(now: start, deadline: far)?.isLast == true)
    }

    @Test func `after a failure nothing is kept`() {
        let queue = Subject()
        queue.close()
        #expect(!queue.append(events: [Sample.event(1)], changes: [], now: start))
        #expect(!queue.requestFlush())
    }
}
