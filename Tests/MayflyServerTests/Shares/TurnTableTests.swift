internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `Whose turn it is` {
    private let turns = TurnTable()

    private func connect(_ uid: UInt32) throws -> Connection {
        let key = ShareKey.uid(UserID(rawValue: uid))
        return try makeConnection(share: makeShare(key), lane: turns.join(key))
    }

    /// Serves so many turns of this length each, of connections that always want more; gives the
    /// uids in their order.
    private func serve(_ count: Int, nanoseconds: (ShareKey) -> UInt64 = { _ in 100 }) -> [ShareKey]
    {
        (0..<count).compactMap { _ in
            guard let (connection, lane) = turns.next() else { return nil }
            turns.charge(lane, nanoseconds(lane.key))
            turns.enqueue(connection)
            return lane.key
        }
    }

    private func key(_ uid: UInt32) -> ShareKey { .uid(UserID(rawValue: uid)) }

    @Test func `a uid with one connection has as many turns as one with fifty`() throws {
        for _ in 0..<50 { turns.enqueue(try connect(1)) }
        turns.enqueue(try connect(2))
        let served = serve(1_000)
        #expect(served.count { $0 == key(2) } == 500)
    }

    @Test func `within a uid its connections follow each other`() throws {
        let connections = try (0..<3).map { _ in try connect(1) }
        for connection in connections { turns.enqueue(connection) }
        for round in 0..<9 {
            let (next, _) = try #require(turns.next())
            #expect(next === connections[round % 3])
            turns.enqueue(next)
        }
    }

    @Test func `turns are counted in time`() throws {
        turns.enqueue(try connect(1))
        turns.enqueue(try connect(2))
        let served = serve(1_100) { $0 == key(1) ? 1_000 : 100 }
        let short = served.count { $0 == key(2) }
        #expect(995...1_005 ~= short)
    }

    @Test func `who was quiet is next, and has saved up nothing`() throws {
        let quiet = try connect(8)
        for uid in 1...7 { turns.enqueue(try connect(UInt32(uid))) }
        _ = serve(7_000)
        turns.enqueue(quiet)
        let served = serve(80)
        #expect(served.prefix(8).contains(key(8)))
        #expect(9...12 ~= served.count { $0 == key(8) })
    }

    @Test func `who waits is in line once`() throws {
        let connection = try connect(1)
        turns.enqueue(connection)
        turns.enqueue(connection)
        #expect(turns.waitingCount == 1)
        #expect(turns.next() != nil)
        #expect(turns.next() == nil)
        #expect(!turns.hasWaiting)
    }

    @Test func `coming back buys no turn`() throws {
        let greedy = try connect(1)
        turns.enqueue(greedy)
        turns.enqueue(try connect(2))
        _ = serve(2) { $0 == key(1) ? 1_000_000 : 100 }
        // It hangs up and comes again while the other goes on.
        while let (connection, lane) = turns.next() {
            if lane.key == key(2) {
                turns.enqueue(connection)
                break
            }
        }
        turns.leave(greedy.lane)
        turns.forgetIdle()
        turns.enqueue(try connect(1))
        #expect(!serve(1_000).contains(key(1)))
    }

    @Test func `who is connected is a rival, whether he wants anything or not`() throws {
        let first = try connect(1)
        _ = try connect(1)
        #expect(!turns.hasRivals)
        let second = try connect(2)
        #expect(turns.hasRivals && !turns.isContested)
        turns.enqueue(first)
        turns.enqueue(second)
        #expect(turns.isContested)
        turns.leave(second.lane)
        #expect(!turns.hasRivals)
    }

    @Test func `lanes of those who left are forgotten`() throws {
        for uid in 0..<1_000 {
            let connection = try connect(UInt32(uid))
            turns.enqueue(connection)
            _ = turns.next()
            turns.leave(connection.lane)
        }
        turns.forgetIdle()
        #expect(turns.laneCount == 0)
    }
}
