internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyStore
internal import MayflyWire
internal import Synchronization

/// The stream of ends: one thread that reads the log behind the writer and hands what ended to the
/// reactors of those who watch.
///
/// Off the hot path: without watchers it sleeps, has no connection to the store, and costs the
/// writer one look at a flag for each group. `FeedState` decides; this has the thread.
final class EndFeed: Sendable {
    /// Watchers of the whole broker.
    static let maximumWatchers = 512
    private static let beatNanoseconds: UInt64 = 5_000_000_000
    private static let eventsPerRead = WireLimits.streamDigests / EndAnnouncer.digestsPerEvent
    /// Messages that a busy reactor may have waiting before the feed waits for it.
    private static let waitingDeliveries = 16
    private static let pauseMicroseconds: UInt32 = 1_000

    private struct Members {
        var state: FeedState
        var watchers: [WatcherID: Watcher] = [:]
        var nextID: UInt64 = 1
    }

    private let members = Monitor(
        Members(
            state: FeedState(
                eventsPerRead: UInt64(EndFeed.eventsPerRead),
                beatNanoseconds: EndFeed.beatNanoseconds)))
    private let wakeUp: WakeUp
    private let watchers = Atomic(0)
    /// The thread sleeps and wants to know when the log goes on.
    private let isWaiting = Atomic(false)
    private let isStopping = Atomic(false)
    /// When the log went on since the thread last looked: nanoseconds.
    private let advancedAt = Atomic<UInt64>(0)
    private let metrics: BrokerMetrics

    init(metrics: BrokerMetrics) throws {
        self.metrics = metrics
        wakeUp = try WakeUp()
    }

    /// How many connections follow the stream.
    var watcherCount: Int { watchers.load(ordering: .relaxed) }

    // MARK: From the reactors

    /// Nil where there are as many as there may be.
    func join(_ connection: UInt64, at inbox: ReactorInbox, after position: UInt64) -> Watcher? {
        let watcher = members.withLock { members -> Watcher? in
            guard members.watchers.count < Self.maximumWatchers else { return nil }
            let id = WatcherID(rawValue: members.nextID)
            members.nextID += 1
            let watcher = Watcher(id: id, connection: connection, inbox: inbox)
            members.watchers[id] = watcher
            members.state.join(id, after: position)
            watchers.store(members.watchers.count, ordering: .sequentiallyConsistent)
            return watcher
        }
        if watcher != nil { wakeUp.signal() }
        return watcher
    }

    func leave(_ watcher: Watcher) {
        members.withLock { members in
            members.watchers[watcher.id] = nil
            members.state.leave(watcher.id)
            watchers.store(members.watchers.count, ordering: .relaxed)
        }
    }

    /// The watcher's connection has sent all that it was given.
    func took(_ watcher: Watcher) {
        members.withLock { $0.state.took(watcher.id) }
        wakeUp.signal()
    }

    // MARK: From the log's writer

    /// At most one wake-up for what the thread has not looked at, and none without watchers.
    func logAdvanced() {
        guard watchers.load(ordering: .relaxed) > 0,
            isWaiting.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        advancedAt.store(BrokerClock.monotonicNanoseconds, ordering: .relaxed)
        wakeUp.signal()
    }

    // MARK: The thread

    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        wakeUp.signal()
    }

    /// Returns when it is stopped. The reactors end the streams themselves when the broker drains.
    func run(_ source: EndSource) {
        var polled = [pollfd(fd: wakeUp.rawValue, events: Int16(POLLIN), revents: 0)]
        while !isStopping.load(ordering: .relaxed) {
            do {
                if let wait = try step(source) {
                    _ = poll(&polled, 1, wait)
                    wakeUp.clear()
                    isWaiting.store(false, ordering: .relaxed)
                }
            } catch {
                source.fail(error)
                endAll()
            }
        }
    }

    /// Does what is next; gives the milliseconds to sleep, -1 for ever, where that is nothing.
    private func step(_ source: EndSource) throws(StoreFailure) -> Int32? {
        guard source.hasBegun else { return 1 }
        let now = BrokerClock.monotonicNanoseconds
        let durable = source.durable
        switch members.withLock({ $0.state.next(durable: durable, now: now) }) {
        case .wait(let due):
            // Another look at the log after the flag is set: what is durable later is heard of.
            isWaiting.store(true, ordering: .sequentiallyConsistent)
            if source.durable > durable { return nil }
            guard let due else { return -1 }
            return Int32(clamping: (due - min(due, now)) / 1_000_000 + 1)
        case .open(let id, let after):
            try open(id, after: after, durable, source)
        case .read(let range, let ids):
            try serve(range, to: ids, source)
        case .arrive(let ids, let position):
            deliver(.message(source.message(at: position, current: true)), to: ids)
        case .beat(let ids, let position):
            members.withLock { $0.state.beaten(now: now) }
            deliver(.message(source.message(at: position, current: true)), to: ids)
        }
        return nil
    }

    private func open(
        _ id: WatcherID, after position: UInt64, _ durable: UInt64, _ source: EndSource
    ) throws(StoreFailure) {
        let opening = FeedState.Opening(
            after: position, kept: min(try source.firstKept(), durable), size: durable)
        if opening.gap { metrics.noteStreamGap() }
        members.withLock { $0.state.opened(id, at: opening.position, durable: durable) }
        deliver(.message(source.message(at: opening.position, gap: opening.gap)), to: [id])
    }

    private func serve(
        _ range: Range<UInt64>, to ids: [WatcherID], _ source: EndSource
    ) throws(StoreFailure) {
        let digests = try source.digests(in: range)
        let now = BrokerClock.monotonicNanoseconds
        let isBehind = members.withLock { members in
            // Before it is handed over: it may be taken before this thread goes on.
            members.state.read(range, for: ids, delivered: !digests.isEmpty, now: now)
            return ids.first.map { members.state.isBehind($0) } ?? false
        }
        guard !digests.isEmpty else { return }
        deliver(
            .message(source.message(at: range.upperBound, digests: digests)), to: ids,
            awaitsTaking: isBehind)
        let began = advancedAt.load(ordering: .relaxed)
        if !isBehind && began > 0 { metrics.noteStreamLag(nanoseconds: now - min(now, began)) }
    }

    /// The store cannot be read: nobody is left to believe that nothing ended.
    private func endAll() {
        let ids = members.withLock { members in
            let ids = Array(members.watchers.keys)
            for id in ids { members.state.leave(id) }
            return ids
        }
        let refusal = Refusal(
            .auditUnreadable, "The audit cannot be read; the broker's log says why.")
        deliver(.end(refusal), to: ids)
    }

    /// One delivery for each reactor; a reactor that is busy holds up the feed, not the memory.
    private func deliver(
        _ content: StreamDelivery.Content, to ids: [WatcherID], awaitsTaking: Bool = false
    ) {
        let watchers = members.withLock { members in ids.compactMap { members.watchers[$0] } }
        let groups = Dictionary(grouping: watchers) { ObjectIdentifier($0.inbox) }
        for group in groups.values {
            guard let inbox = group.first?.inbox else { continue }
            while inbox.waitingDeliveries >= Self.waitingDeliveries,
                !isStopping.load(ordering: .relaxed)
            {
                usleep(Self.pauseMicroseconds)
            }
            inbox.deliver(
                StreamDelivery(
                    content: content, watchers: group.map(\.connection),
                    awaitsTaking: awaitsTaking))
        }
        if case .message(let message) = content {
            metrics.noteStream(messages: watchers.count, digests: message.digestCount)
        }
    }
}

/// A connection that follows the stream, as the feed knows it.
final class Watcher: Sendable {
    let id: WatcherID
    /// The connection's tag in its reactor.
    let connection: UInt64
    let inbox: ReactorInbox

    init(id: WatcherID, connection: UInt64, inbox: ReactorInbox) {
        self.id = id
        self.connection = connection
        self.inbox = inbox
    }
}
