/// What ends when, soonest first: a binary heap, for the few things that are not grants.
struct ExpiryQueue {
    private struct Entry {
        var time: Instant
        var serial: Serial
    }

    /// Places that may be stale before they are looked through.
    private static let tolerated = 64

    private var heap: [Entry] = []

    var count: Int { heap.count }

    mutating func insert(_ serial: Serial, at time: Instant) {
        heap.append(Entry(time: time, serial: serial))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(child, parent) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The next whose time has come. It may have gone another way before.
    mutating func next(at now: Instant) -> Serial? {
        guard let first = heap.first, first.time <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isBefore(child, least) { least = child }
            guard least != parent else { return first.serial }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    /// Lets go of what went another way, once it is the larger part: what is used up at once would
    /// else be kept for as long as it might have lasted.
    mutating func tidy(keeping needed: Int, where isNeeded: (Serial, Instant) -> Bool) {
        guard heap.count > 2 * needed + Self.tolerated else { return }
        heap.removeAll { !isNeeded($0.serial, $0.time) }
        // In order, it is a heap.
        heap.sort { ($0.time, $0.serial) < ($1.time, $1.serial) }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].time == heap[right].time
            ? heap[left].serial < heap[right].serial : heap[left].time < heap[right].time
    }
}
