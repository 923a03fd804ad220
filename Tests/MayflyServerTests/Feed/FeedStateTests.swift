@testable internal import MayflyServer
import Testing

private let beat: UInt64 = 5_000

@Suite struct `Who follows the stream of ends` {
    private var state = FeedState(eventsPerRead: 100, beatNanoseconds: beat)
    private let first = WatcherID(rawValue: 1)
    private let second = WatcherID(rawValue: 2)

    /// A feed with one watcher that has everything.
    private func following(at position: UInt64) -> FeedState {
        var state = state
        state.join(first, after: position)
        _ = state.next(durable: position, now: 0)
        state.opened(first, at: position, durable: position)
        #expect(state.next(durable: position, now: 0) == .arrive([first], position: position))
        #expect(state.next(durable: position, now: 0) == .wait(until: beat))
        return state
    }

    // MARK: Where a watcher begins

    struct Beginning: Sendable {
        let after: UInt64
        let position: UInt64
        let gap: Bool
    }

    static let beginnings: [Beginning] = [
        Beginning(after: 0, position: 20, gap: false),
        Beginning(after: 10, position: 20, gap: true),
        Beginning(after: 20, position: 20, gap: false),
        Beginning(after: 35, position: 35, gap: false),
        Beginning(after: 50, position: 50, gap: false),
        Beginning(after: 51, position: 50, gap: true),
    ]

    @Test(arguments: beginnings)
    func `a watcher begins where it asked, or is told of a gap`(row: Beginning) {
        let opening = FeedState.Opening(after: row.after, kept: 20, size: 50)
        #expect(opening.position == row.position)
        #expect(opening.gap == row.gap)
    }

    @Test func `without watchers there is nothing to wait for`() {
        var state = state
        #expect(state.next(durable: 1_000, now: 99) == .wait(until: nil))
    }

    @Test func `a watcher is greeted before it is given anything`() {
        var state = state
        state.join(first, after: 7)
        #expect(state.next(durable: 50, now: 0) == .open(first, after: 7))
        state.opened(first, at: 7, durable: 7)
        #expect(state.next(durable: 50, now: 0) == .read(7..<50, for: [first]))
    }

    // MARK: At the head

    @Test func `what is new is read once for all who have the rest`() {
        var state = following(at: 50)
        state.join(second, after: 50)
        _ = state.next(durable: 50, now: 0)
        state.opened(second, at: 50, durable: 50)
        #expect(state.next(durable: 60, now: 0) == .arrive([second], position: 50))
        #expect(state.next(durable: 60, now: 0) == .read(50..<60, for: [first, second]))
        state.read(50..<60, for: [first, second], delivered: true, now: 0)
        #expect(state.next(durable: 60, now: 0) == .wait(until: beat))
    }

    @Test func `much that is new is read in pieces, and nobody at the head is waited for`() {
        var state = following(at: 0)
        #expect(state.next(durable: 250, now: 0) == .read(0..<100, for: [first]))
        state.read(0..<100, for: [first], delivered: true, now: 0)
        #expect(state.next(durable: 250, now: 0) == .read(100..<200, for: [first]))
        state.read(100..<200, for: [first], delivered: true, now: 0)
        #expect(state.next(durable: 250, now: 0) == .read(200..<250, for: [first]))
    }

    @Test func `a heartbeat comes when nothing else did`() {
        var state = following(at: 10)
        #expect(state.next(durable: 10, now: beat - 1) == .wait(until: beat))
        #expect(state.next(durable: 10, now: beat) == .beat([first], position: 10))
        state.beaten(now: beat)
        #expect(state.next(durable: 10, now: beat) == .wait(until: 2 * beat))
        // What announced nothing is no sign of life.
        state.read(10..<20, for: [first], delivered: false, now: beat + 1)
        #expect(state.next(durable: 20, now: beat + 1) == .wait(until: 2 * beat))
        state.read(20..<30, for: [first], delivered: true, now: beat + 1)
        #expect(state.next(durable: 30, now: beat + 1) == .wait(until: 2 * beat + 1))
    }

    @Test func `a heartbeat says how far the stream is`() {
        var state = following(at: 10)
        state.read(10..<20, for: [first], delivered: false, now: 0)
        #expect(state.next(durable: 20, now: beat) == .beat([first], position: 20))
    }

    // MARK: Behind

    @Test func `who is behind gets the next piece when the last was taken`() {
        var state = state
        state.join(first, after: 0)
        state.opened(first, at: 0, durable: 0)
        state.read(0..<100, for: [first], delivered: true, now: 0)
        #expect(state.isBehind(first))
        #expect(state.next(durable: 250, now: 0) == .wait(until: nil))
        state.took(first)
        #expect(state.next(durable: 250, now: 0) == .read(100..<200, for: [first]))
    }

    @Test func `a piece that announced nothing need not be taken`() {
        var state = state
        state.join(first, after: 0)
        state.opened(first, at: 0, durable: 0)
        state.read(0..<100, for: [first], delivered: false, now: 0)
        #expect(state.next(durable: 250, now: 0) == .read(100..<200, for: [first]))
    }

    @Test func `who is behind never gets past the head`() {
        var state = following(at: 120)
        state.join(second, after: 0)
        _ = state.next(durable: 120, now: 0)
        state.opened(second, at: 0, durable: 0)
        #expect(state.next(durable: 120, now: 0) == .read(0..<100, for: [second]))
        state.read(0..<100, for: [second], delivered: false, now: 0)
        #expect(state.next(durable: 120, now: 0) == .read(100..<120, for: [second]))
        state.read(100..<120, for: [second], delivered: false, now: 0)
        #expect(state.next(durable: 130, now: 0) == .arrive([second], position: 120))
        #expect(state.next(durable: 130, now: 0) == .read(120..<130, for: [first, second]))
        #expect(!state.isBehind(second))
    }

    @Test func `one that begins beyond the head waits for it`() {
        var state = following(at: 100)
        state.join(second, after: 150)
        _ = state.next(durable: 300, now: 0)
        state.opened(second, at: 150, durable: 150)
        #expect(state.next(durable: 300, now: 0) == .read(100..<200, for: [first]))
        state.read(100..<200, for: [first], delivered: true, now: 0)
        #expect(state.next(durable: 300, now: 0) == .read(150..<200, for: [second]))
        state.read(150..<200, for: [second], delivered: false, now: 0)
        #expect(state.next(durable: 300, now: 0) == .arrive([second], position: 200))
        #expect(state.next(durable: 300, now: 0) == .read(200..<300, for: [first, second]))
    }

    @Test func `the head and those behind take turns`() {
        var state = following(at: 500)
        state.join(second, after: 1)
        _ = state.next(durable: 500, now: 0)
        state.opened(second, at: 1, durable: 1)
        var served: [[WatcherID]] = []
        for round in 1...6 {
            let step = state.next(durable: 500 + UInt64(round) * 1_000, now: 0)
            guard case .read(let range, let ids) = step else {
                Issue.record("\(step) is no read")
                return
            }
            served.append(ids)
            state.read(range, for: ids, delivered: false, now: 0)
        }
        #expect(served == [[first], [second], [first], [second], [first], [second]])
    }

    @Test func `all who are behind get their turn`() {
        var state = state
        for id in [first, second] {
            state.join(id, after: 0)
            state.opened(id, at: 0, durable: 0)
        }
        var served: [WatcherID] = []
        for _ in 0..<4 {
            guard case .read(let range, let ids) = state.next(durable: 1_000, now: 0) else { break }
            served += ids
            state.read(range, for: ids, delivered: false, now: 0)
        }
        #expect(served == [first, second, first, second])
    }

    // MARK: Leaving

    @Test func `who left is given nothing more, whatever was under way`() {
        var state = following(at: 10)
        state.leave(first)
        state.read(10..<20, for: [first], delivered: true, now: 0)
        state.took(first)
        #expect(state.next(durable: 20, now: 0) == .wait(until: nil))
        #expect(state.count == 0)
    }

    @Test func `the head is found anew when the last of it left`() {
        var state = following(at: 10)
        state.leave(first)
        state.join(second, after: 500)
        _ = state.next(durable: 500, now: 70)
        state.opened(second, at: 500, durable: 500)
        #expect(state.next(durable: 500, now: 70) == .arrive([second], position: 500))
        #expect(state.next(durable: 500, now: 70) == .wait(until: 70 + beat))
    }

    // MARK: Being current

    @Test func `who is behind is told once that it has what was there when it asked`() {
        var state = following(at: 100)
        state.join(second, after: 0)
        _ = state.next(durable: 150, now: 0)
        state.opened(second, at: 0, durable: 150)
        state.read(0..<100, for: [second], delivered: false, now: 0)
        // At the head, which lacks what was on disk at the time.
        #expect(state.next(durable: 150, now: 0) == .read(100..<150, for: [first, second]))
        state.read(100..<150, for: [first, second], delivered: true, now: 0)
        #expect(state.next(durable: 170, now: 0) == .arrive([second], position: 150))
        #expect(state.next(durable: 170, now: 0) == .read(150..<170, for: [first, second]))
    }

    @Test func `those who arrive do not put off the others' heartbeat`() {
        var state = following(at: 10)
        state.join(second, after: 10)
        _ = state.next(durable: 10, now: beat - 1)
        state.opened(second, at: 10, durable: 10)
        #expect(state.next(durable: 10, now: beat - 1) == .arrive([second], position: 10))
        #expect(state.next(durable: 10, now: beat) == .beat([first, second], position: 10))
    }
}
