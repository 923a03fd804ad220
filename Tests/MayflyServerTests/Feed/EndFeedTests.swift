internal import CLinux
internal import Glibc
internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire
@testable internal import MayflyServer
import Testing

/// A broker with a feed and one reactor's inbox, whose deliveries the test takes.
private final class Stage {
    let site: Site
    let feed: EndFeed
    let broker: Recovery
    let inbox: ReactorInbox
    let app: Caller
    private let threads = ThreadGroup()
    private var arrived: [StreamDelivery] = []

    init() throws {
        site = try Site()
        let feed = try EndFeed(metrics: BrokerMetrics())
        self.feed = feed
        inbox = try ReactorInbox()
        broker = try site.start(.generate(), onDurable: { _ in feed.logAdvanced() })
        app = try broker.makeApp()
        let path = site.configuration.databasePath
        let (boot, authority, clock, issuer) = (
            broker.boot, broker.authority, broker.clock, broker.issuer
        )
        try threads.start("test-feed") {
            feed.run(
                EndSource(
                    path: path, authority: authority, issuer: issuer, clock: clock,
                    logger: .silent, boot: boot))
        }
    }

    deinit {
        feed.stop()
        threads.join()
        broker.log.stop()
    }

    /// What a watcher reads.
    struct Seen {
        let position: UInt64
        let digests: [UInt8]
        let firstIssueSeconds: UInt64
        let gap: Bool
        let current: Bool
        let watchers: [UInt64]
    }

    /// The next message for any of the watchers; nil where none comes for a long time.
    func next() throws -> Seen? {
        var polled = [pollfd(fd: inbox.wakeUp.rawValue, events: Int16(POLLIN), revents: 0)]
        while arrived.isEmpty {
            guard poll(&polled, 1, 10_000) > 0 else { return nil }
            inbox.wakeUp.clear()
            arrived += inbox.take().deliveries
        }
        let delivery = arrived.removeFirst()
        guard case .message(let message) = delivery.content else { return nil }
        let arena = MessageArena(ceilingBytes: 1 << 20)
        return try message.encoded.bytes.withUnsafeBytes { bytes in
            let read = try WatchRevocationsResponseMessage.decode(
                bytes, arena: arena, limits: .response)
            return Seen(
                position: read.position, digests: read.digests.flatMap(\.bytes),
                firstIssueSeconds: read.firstIssueAt, gap: read.gap,
                current: read.current, watchers: delivery.watchers)
        }
    }

    func release(_ grant: GrantID) {
        _ = broker.ask(.release(.grant(grant)), from: app)
        broker.log.requestFlush()
    }

    /// What a released agent's own grant is announced by.
    func digests(of grant: IssuedGrant) -> [UInt8] {
        var digests = EndDigests()
        digests.append(.grant, grant.grant.hex)
        digests.append(.agent, broker.issuer.subject(of: grant.agent))
        return digests.bytes
    }
}

@Suite struct `The feed of ends` {
    @Test func `a watcher is greeted, given what was, and then what comes`() throws {
        let stage = try Stage()
        let first = try stage.broker.spawn("one", from: stage.app, key: 1)
        let second = try stage.broker.spawn("two", from: stage.app, key: 2)
        stage.release(first.grant)
        // What the watcher is to be given from the store has to be there.
        while stage.broker.authority.durablePosition
            < stage.broker.authority.read({ $0.logPosition }).result
        {
            sched_yield()
        }
        let watcher = try #require(stage.feed.join(5, at: stage.inbox, after: 0))

        let greeting = try #require(try stage.next())
        #expect(greeting.watchers == [5])
        #expect(greeting.digests.isEmpty && !greeting.gap)
        #expect(greeting.position == 0)
        let now = stage.broker.clock.now.seconds
        #expect((now - 60...now).contains(greeting.firstIssueSeconds))

        let past = try #require(try stage.next())
        #expect(past.digests == stage.digests(of: first))
        stage.feed.took(watcher)
        let current = try #require(try stage.next())
        #expect(current.current && !greeting.current && !past.current)
        #expect(current.digests.isEmpty && current.position >= past.position)

        stage.release(second.grant)
        let present = try #require(try stage.next())
        #expect(present.digests == stage.digests(of: second))
        #expect(present.position > past.position)
    }

    @Test func `one message is for all who follow`() throws {
        let stage = try Stage()
        let grant = try stage.broker.spawn("one", from: stage.app)
        stage.broker.log.requestFlush()
        while stage.broker.authority.durablePosition
            < stage.broker.authority.read({ $0.logPosition }).result
        {
            sched_yield()
        }
        let position = stage.broker.authority.durablePosition.rawValue
        for tag: UInt64 in [7, 8] {
            _ = try #require(stage.feed.join(tag, at: stage.inbox, after: position))
            _ = try #require(try stage.next())
            #expect(try #require(try stage.next()).current)
        }
        stage.release(grant.grant)
        #expect(try #require(try stage.next()).watchers.sorted() == [7, 8])
    }

    @Test func `a position that the log does not have is a gap`() throws {
        let stage = try Stage()
        _ = try #require(stage.feed.join(1, at: stage.inbox, after: 1_000_000))
        #expect(try #require(try stage.next()).gap)
    }

    @Test func `there are no more watchers than there may be, and one that left makes room`() throws
    {
        let stage = try Stage()
        var watchers: [Watcher] = []
        for tag in 0..<UInt64(EndFeed.maximumWatchers) {
            watchers.append(try #require(stage.feed.join(tag, at: stage.inbox, after: 0)))
            _ = try stage.next()
        }
        #expect(stage.feed.join(9_999, at: stage.inbox, after: 0) == nil)
        stage.feed.leave(watchers[0])
        #expect(stage.feed.watcherCount == EndFeed.maximumWatchers - 1)
        #expect(stage.feed.join(9_999, at: stage.inbox, after: 0) != nil)
    }
}
