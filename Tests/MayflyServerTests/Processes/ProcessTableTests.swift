internal import Glibc
internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `Which processes are watched, and what for` {
    private let share = ShareKey.uid(UserID(rawValue: 7))
    private let inbox: ReactorInbox

    init() throws { inbox = try ReactorInbox() }

    /// A process of this pid; the descriptor behind it is this process's own.
    private func process(_ pid: UInt32) throws -> InspectedProcess {
        let handle = try ProcessHandle.open(
            ProcessID(rawValue: UInt32(getpid())), isByPid: false)
        return InspectedProcess(
            handle,
            BoundProcess(pid: ProcessID(rawValue: pid), startTicks: 1, inode: UInt64(pid)),
            isOwnNamespace: true)
    }

    private func connection(_ tag: UInt64) -> DependentConnection {
        DependentConnection(inbox: inbox, tag: tag)
    }

    @Test func `a process with a role is kept for as long as a connection of it is open`() throws {
        var table = ProcessTable()
        let watched = table.insert(try process(10))
        table.attach(connection(1), to: watched.number)
        table.attach(connection(2), to: watched.number)
        #expect(table.find(watched.identity) === watched)
        #expect(table.detach(connection(1), from: watched.number) == nil)
        #expect(table.detach(connection(2), from: watched.number) != nil)
        #expect(table.find(watched.identity) == nil)
    }

    @Test func `an agent's process stays one until it exits`() throws {
        var table = ProcessTable()
        let watched = table.insert(try process(10))
        table.attach(connection(1), to: watched.number)
        table.beginBinding(watched.number, by: share)
        #expect(table.hasAgent(among: [ProcessID(rawValue: 10)]))
        let (below, charged, removed) = table.finishBinding(watched.number, isBound: true)
        #expect(below.isEmpty && charged == share && removed == nil)
        #expect(table.detach(connection(1), from: watched.number) == nil)
        #expect(table.isAgent(watched.identity))
        #expect(table.boundCount == 1 && table.boundCount(by: share) == 1)
        #expect(table.remove(watched.number) != nil)
        #expect(!table.hasAgent(among: [ProcessID(rawValue: 10)]))
        #expect(table.boundCount == 0 && table.boundCount(by: share) == 0)
    }

    @Test func `a refused binding leaves nothing, beside another none of that one's`() throws {
        var table = ProcessTable()
        let watched = table.insert(try process(10))
        table.beginBinding(watched.number, by: share)
        table.beginBinding(watched.number, by: share)
        #expect(table.finishBinding(watched.number, isBound: false).removed == nil)
        #expect(table.boundCount(by: share) == 1)
        #expect(table.finishBinding(watched.number, isBound: false).removed != nil)
        #expect(table.boundCount == 0 && table.boundCount(by: share) == 0)
        #expect(!table.isAgent(watched.identity))
    }

    @Test func `who has a role below a process is told of when that becomes an agent's`() throws {
        var table = ProcessTable()
        let child = table.insert(try process(30))
        table.attach(connection(1), to: child.number)
        table.note([20, 10].map { ProcessID(rawValue: $0) }, above: child.number)
        let stranger = table.insert(try process(31))
        table.attach(connection(2), to: stranger.number)
        table.note([ProcessID(rawValue: 11)], above: stranger.number)
        let agent = table.insert(try process(10))
        table.beginBinding(agent.number, by: share)
        let below = table.finishBinding(agent.number, isBound: true).below
        #expect(below.map(\.number) == [child.number])
        // Once: who gets a role later finds the agent in the table.
        table.beginBinding(agent.number, by: share)
        #expect(table.finishBinding(agent.number, isBound: true).below.isEmpty)
        // It is not remembered longer than it is there.
        #expect(table.detach(connection(1), from: child.number) != nil)
        let other = table.insert(try process(20))
        table.beginBinding(other.number, by: share)
        #expect(table.finishBinding(other.number, isBound: true).below.isEmpty)
    }

    @Test func `a doubt that comes while another is resolved stays open`() throws {
        let watched = WatchedProcess(try process(10), number: 1)
        #expect(watched.openDoubt == nil)
        watched.doubt()
        let first = try #require(watched.openDoubt)
        watched.doubt()
        watched.resolve(first)
        let second = try #require(watched.openDoubt)
        watched.resolve(second)
        #expect(watched.openDoubt == nil)
    }

    @Test func `two that cannot be told apart are two`() throws {
        var table = ProcessTable()
        let first = table.insert(try process(0))
        let second = table.insert(try process(0))
        #expect(first.number != second.number)
        #expect(table.find(first.identity) == nil)
    }
}
