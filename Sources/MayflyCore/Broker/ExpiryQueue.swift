/// What ends when, soonest first: a binary heap, for the few things that are not grants.
struct ExpiryQueue {
    private struct Entry {
        var time: Instant
        var serial: Serial
    }

    private var heap: [Entry] = []

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

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].time == heap[right].time
            ? heap[left].serial < heap[right].serial : heap[left].time < heap[right].time
    }
}
