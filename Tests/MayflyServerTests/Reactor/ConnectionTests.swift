internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire
@testable internal import MayflyServer
import Testing

@Suite struct `What one connection may take` {
    private let patience = Patience(idleSeconds: 300)

    private func isOverdue(_ connection: Connection, at milliseconds: UInt64) -> Bool {
        connection.overdue(at: .at(milliseconds), patience) != nil
    }

    @Test func `a frame that does not end is closed after ten seconds`() throws {
        let connection = try makeConnection()
        connection.progress.frameBegan = .at(1_000)
        #expect(!isOverdue(connection, at: 11_000))
        #expect(isOverdue(connection, at: 11_001))
    }

    @Test func `answers that are not taken close it after thirty seconds`() throws {
        let connection = try makeConnection()
        connection.signing = 1
        connection.progress.blockedSince = .at(1_000)
        #expect(!isOverdue(connection, at: 31_000))
        #expect(isOverdue(connection, at: 31_001))
    }

    @Test func `silence closes it after the idle time, unless it is owed something`() throws {
        let connection = try makeConnection(at: .at(5))
        #expect(!isOverdue(connection, at: 300_005))
        #expect(isOverdue(connection, at: 300_006))
        connection.signing = 1
        #expect(!isOverdue(connection, at: 300_006))
    }

    @Test func `silence does not close a connection that follows the stream of ends`() throws {
        let connection = try makeConnection(at: .at(5))
        let watcher = Watcher(
            id: WatcherID(rawValue: 1), connection: 1, inbox: try ReactorInbox())
        connection.watch = Connection.Watch(watcher: watcher, stream: StreamID(rawValue: 1))
        #expect(!isOverdue(connection, at: 300_006))
        connection.progress.blockedSince = .at(5)
        #expect(isOverdue(connection, at: 300_006))
    }

    @Test func `a watcher that speaks for no app may leave less unread`() throws {
        let connection = try makeConnection(.agents)
        #expect(connection.unsentStreamLimit == 256 << 10)
        connection.caller.app = Serial(rawValue: 1)
        #expect(connection.unsentStreamLimit == 1 << 20)
    }

    @Test func `nothing more is taken with 256 requests under way`() throws {
        let connection = try makeConnection()
        connection.signing = 255
        #expect(connection.hasRoom)
        connection.signing = 256
        #expect(!connection.hasRoom)
    }

    @Test func `answers still to be signed count as bytes not taken`() throws {
        let connection = try makeConnection(.operator)
        connection.signingBytes = 8 << 20
        #expect(!connection.hasRoom)
        connection.signingBytes -= 1
        #expect(connection.hasRoom)
    }

    @Test func `a peer that speaks for no app may leave less unread`() throws {
        let connection = try makeConnection(.agents)
        connection.signingBytes = 128 << 10
        #expect(!connection.hasRoom)
        connection.signingBytes -= 1
        #expect(connection.hasRoom)
    }

    @Test func `frames may be larger for the operator, and for an app once it is known`() throws {
        #expect(try makeConnection(.agents).reader.frameLimit == 64 << 10)
        #expect(try makeConnection(.operator).reader.frameLimit == 1 << 20)
    }

    @Test func `a challenge alone makes nobody an app`() throws {
        let connection = try makeConnection(.agents)
        var random = RandomSource()
        connection.session = Connection.Session(challenge: Challenge(from: &random))
        connection.signingBytes = 128 << 10
        #expect(!connection.hasRoom)
        connection.caller.app = Serial(rawValue: 1)
        #expect(connection.hasRoom)
    }
}
