internal import MayflyCore

/// One watcher of the stream of ends; numbers are not used again while the broker runs.
struct WatcherID: Hashable {
    let rawValue: UInt64
}

/// Who follows the stream and how far each one is: says what to do next, without thread, clock or
/// disk.
///
/// Whoever has everything follows the head, and what is new is read once for all of them. Whoever
/// is behind is served from the store, a piece at a time, the next when the last has been taken.
struct FeedState {
    enum Step: Equatable {
        /// Nothing is to be done before this time, nil where only a wake-up can change that.
        case wait(until: UInt64?)
        /// Find out where the watcher begins, and greet it.
        case open(WatcherID, after: UInt64)
        /// Read these events for these watchers.
        case read(Range<UInt64>, for: [WatcherID])
        /// Say to those that got there that they have everything.
        case arrive([WatcherID], position: UInt64)
        case beat([WatcherID], position: UInt64)
    }

    /// Where a watcher begins, and whether it lost something before that.
    struct Opening: Equatable {
        var position: UInt64
        var gap: Bool

        /// - Parameters:
        ///   - kept: events before this one announce nothing that could still matter.
        ///   - size: how many events there are on disk.
        init(after: UInt64, kept: UInt64, size: UInt64) {
            if after == 0 {
                self.init(position: kept, gap: false)
            } else if after > size {
                // It knows of events that this log does not have: it was another log's watcher.
                self.init(position: size, gap: true)
            } else {
                self.init(position: max(after, kept), gap: after < kept)
            }
        }

        private init(position: UInt64, gap: Bool) {
            self.position = position
            self.gap = gap
        }
    }

    /// Events read at a time: so many that their digests fit one message.
    let eventsPerRead: UInt64
    let beatNanoseconds: UInt64

    private enum Stage: Equatable {
        case opening(after: UInt64)
        case behind(next: UInt64, isReady: Bool)
        case atHead
    }

    private struct Follower {
        let id: WatcherID
        var stage: Stage
        /// What was on disk when it asked: with this it is current.
        var asked: UInt64 = 0
        var isToldOfHead = false
    }

    private var followers: [Follower] = []
    /// How far those at the head are; of no meaning while there are none.
    private var head: UInt64 = 0
    private var beatDue: UInt64 = 0
    /// Whose turn it is where both the head and someone behind could go on.
    private var prefersBehind = false

    init(eventsPerRead: UInt64, beatNanoseconds: UInt64) {
        self.eventsPerRead = eventsPerRead
        self.beatNanoseconds = beatNanoseconds
    }

    var count: Int { followers.count }

    /// Whether the next piece waits until the watcher has taken the last.
    func isBehind(_ id: WatcherID) -> Bool {
        guard let index = index(of: id), case .behind = followers[index].stage else { return false }
        return true
    }

    // MARK: What happens to watchers

    mutating func join(_ id: WatcherID, after position: UInt64) {
        followers.append(Follower(id: id, stage: .opening(after: position)))
    }

    mutating func leave(_ id: WatcherID) { followers.removeAll { $0.id == id } }

    /// The watcher was greeted and is to have everything from here on.
    mutating func opened(_ id: WatcherID, at position: UInt64, durable: UInt64) {
        guard let index = index(of: id) else { return }
        followers[index].asked = durable
        followers[index].stage = .behind(next: position, isReady: true)
    }

    /// The watcher has taken all that it was given.
    mutating func took(_ id: WatcherID) {
        guard let index = index(of: id), case .behind(let next, false) = followers[index].stage
        else { return }
        followers[index].stage = .behind(next: next, isReady: true)
    }

    /// What a step asked for was read, and given to its watchers unless there was nothing.
    mutating func read(
        _ range: Range<UInt64>, for ids: [WatcherID], delivered: Bool, now: UInt64
    ) {
        var servedHead = false
        for id in ids {
            guard let index = index(of: id) else { continue }
            switch followers[index].stage {
            case .opening: preconditionFailure("nothing is read for whom nobody greeted")
            case .behind:
                // To the end of the line: all get their turn.
                var served = followers.remove(at: index)
                served.stage = .behind(next: range.upperBound, isReady: !delivered)
                followers.append(served)
                prefersBehind = false
            case .atHead:
                servedHead = true
            }
        }
        guard servedHead else { return }
        head = range.upperBound
        prefersBehind = true
        if delivered { beatDue = now + beatNanoseconds }
    }

    mutating func beaten(now: UInt64) { beatDue = now + beatNanoseconds }

    // MARK: What to do

    mutating func next(durable: UInt64, now: UInt64) -> Step {
        for follower in followers {
            if case .opening(let after) = follower.stage { return .open(follower.id, after: after) }
        }
        bringToHead(durable: durable, now: now)
        let arrived = takeArrived()
        if !arrived.isEmpty { return .arrive(arrived, position: head) }
        let atHead = followers.filter { $0.stage == .atHead }.map(\.id)
        // Not past the head, so that nobody's position goes back when it gets there.
        let end = atHead.isEmpty ? durable : head
        let behind = firstReady(before: end)
        if !atHead.isEmpty, head < durable, !(prefersBehind && behind != nil) {
            return .read(head..<min(durable, head + eventsPerRead), for: atHead)
        }
        if let behind {
            return .read(behind.next..<min(end, behind.next + eventsPerRead), for: [behind.id])
        }
        guard !atHead.isEmpty else { return .wait(until: nil) }
        return now >= beatDue ? .beat(atHead, position: head) : .wait(until: beatDue)
    }

    /// Those that have what was there when they asked: each is told once, and with every heartbeat.
    private mutating func takeArrived() -> [WatcherID] {
        var arrived: [WatcherID] = []
        for index in followers.indices
        where followers[index].stage == .atHead && head >= followers[index].asked
            && !followers[index].isToldOfHead
        {
            followers[index].isToldOfHead = true
            arrived.append(followers[index].id)
        }
        return arrived
    }

    /// Of those that have taken what they were given, the one that waited longest.
    private func firstReady(before end: UInt64) -> (id: WatcherID, next: UInt64)? {
        for follower in followers {
            if case .behind(let next, true) = follower.stage, next < end {
                return (follower.id, next)
            }
        }
        return nil
    }

    /// Whoever is as far as those at the head is one of them; where there are none, whoever has
    /// all that is on disk is the first.
    private mutating func bringToHead(durable: UInt64, now: UInt64) {
        var hasHead = followers.contains { $0.stage == .atHead }
        for index in followers.indices {
            guard case .behind(let next, true) = followers[index].stage,
                hasHead ? next == head : next >= durable
            else { continue }
            if !hasHead {
                head = next
                beatDue = now + beatNanoseconds
                hasHead = true
            }
            followers[index].stage = .atHead
        }
    }

    private func index(of id: WatcherID) -> Int? { followers.firstIndex { $0.id == id } }
}
