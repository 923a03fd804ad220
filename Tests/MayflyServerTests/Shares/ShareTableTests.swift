internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `Who is charged for a connection` {
    private let operators: Set<UserID> = [UserID(rawValue: 0)]
    private let alice = UserID(rawValue: 1_001)
    private let bob = UserID(rawValue: 1_002)
    private let stranger = UserID(rawValue: 60_001)
    private let other = UserID(rawValue: 60_002)

    private func makeTable(
        connections: Int = 100, perUid: Int = 25, _ fault: String = ""
    ) -> ShareTable {
        var limits = ShareLimits()
        limits.connections = connections
        limits.connectionsPerUid = perUid
        let table = ShareTable(
            limits, operators: operators, faults: ShareFaults(named: fault))
        table.name([alice, bob])
        return table
    }

    private func admit(_ uid: UserID, to table: ShareTable) -> Share? {
        guard case .admitted(let share) = table.admit(uid, at: 1) else { return nil }
        return share
    }

    private func fill(_ uid: UserID, _ table: ShareTable) -> Int {
        var count = 0
        while count < 1_000, admit(uid, to: table) != nil { count += 1 }
        return count
    }

    @Test func `a named uid has a share of its own, the others one together`() throws {
        let table = makeTable()
        #expect(try #require(admit(alice, to: table)).key == .uid(alice))
        #expect(
            try #require(admit(UserID(rawValue: 0), to: table)).key == .uid(UserID(rawValue: 0)))
        let first = try #require(admit(stranger, to: table))
        #expect(first.key == .unnamed)
        #expect(admit(other, to: table) === first)
    }

    @Test func `whoever is over the share is refused, and nobody else`() throws {
        let table = makeTable()
        #expect(fill(alice, table) == 25)
        guard case .refused(.connectionsPerUid) = table.admit(alice, at: 1) else {
            Issue.record("the twenty-sixth")
            return
        }
        #expect(fill(bob, table) == 25)
        #expect(fill(stranger, table) == 25)
        #expect(fill(other, table) == 0, "the unnamed have one pot")
        #expect(table.connections == 75)
    }

    @Test func `the last places are for who has few`() throws {
        let table = makeTable(perUid: 60)
        #expect(fill(alice, table) == 60)
        #expect(fill(bob, table) == 15)
        guard case .refused(.connections) = table.admit(bob, at: 1) else {
            Issue.record("the reserve")
            return
        }
        #expect(admit(stranger, to: table) != nil)
        #expect(admit(stranger, to: table) == nil, "one of a hundred is few, two are not")
    }

    @Test func `a share of everything needs no reserve`() {
        let table = makeTable(perUid: 100)
        #expect(fill(alice, table) == 100)
    }

    @Test func `a place that is given back can be taken again`() throws {
        let table = makeTable(perUid: 2)
        let share = try #require(admit(alice, to: table))
        _ = try #require(admit(alice, to: table))
        #expect(admit(alice, to: table) == nil)
        table.leave(share)
        #expect(admit(alice, to: table) === share)
        #expect(table.connections == 2)
    }

    @Test func `the operator's socket is never full`() {
        let table = makeTable(connections: 16, perUid: 16)
        #expect(fill(alice, table) == 16)
        for _ in 0..<100 { #expect(table.admitOperator(at: 1).key == .operator) }
    }

    @Test func `a secret gives a share of its own, a named uid keeps the uid's`() throws {
        let table = makeTable()
        let app = Serial(rawValue: 7)
        let pot = try #require(admit(stranger, to: table))
        let own = try #require(table.move(from: pot, stranger, provenApp: app, at: 1))
        #expect(own.key == .app(app))
        #expect((pot.connections, own.connections) == (0, 1))
        let named = try #require(admit(alice, to: table))
        #expect(table.move(from: named, alice, provenApp: app, at: 1) === named)
        #expect(table.connections == 2)
    }

    @Test func `a uid that has been named meanwhile leaves the pot`() throws {
        let table = makeTable()
        let pot = try #require(admit(stranger, to: table))
        table.name([stranger])
        let own = try #require(table.move(from: pot, stranger, provenApp: nil, at: 1))
        #expect(own.key == .uid(stranger))
        table.leave(own)
        #expect((pot.connections, own.connections, table.connections) == (0, 0, 0))
    }

    @Test func `nobody moves into a share that is full`() throws {
        let table = makeTable(perUid: 1)
        let app = Serial(rawValue: 7)
        let first = try #require(admit(stranger, to: table))
        #expect(table.move(from: first, stranger, provenApp: app, at: 1) != nil)
        let second = try #require(admit(stranger, to: table))
        #expect(table.move(from: second, stranger, provenApp: app, at: 1) == nil)
        #expect(second.connections == 1)
    }

    @Test func `idle shares are forgotten, and used ones are not`() throws {
        let table = makeTable(connections: 1_000_000, perUid: 250_000)
        let uids = (0..<10_000).map { UserID(rawValue: 100_000 + $0) }
        table.name(uids)
        let kept = try #require(admit(uids[0], to: table))
        for uid in uids.dropFirst() {
            let share = try #require(admit(uid, to: table))
            table.leave(share)
        }
        #expect(table.count <= 200)
        #expect(admit(uids[0], to: table) === kept)
    }

    @Test func `a share that owes signatures outlives its connections`() throws {
        var limits = ShareLimits()
        limits.signaturesPerSecond = 1
        let table = ShareTable(limits, operators: operators, faults: .none)
        let uids = (0..<1_000).map { UserID(rawValue: 100_000 + $0) }
        table.name(uids)
        let spent = try #require(admit(uids[0], to: table))
        #expect(spent.takeSignatures(10, at: 1))
        table.leave(spent)
        for uid in uids.dropFirst() { table.leave(try #require(admit(uid, to: table))) }
        let again = try #require(admit(uids[0], to: table))
        #expect(again === spent)
        #expect(!again.takeSignatures(1, at: 1))
    }

    @Test func `the faults are told from a sound table`() {
        let onePot = makeTable("one-pot")
        #expect(fill(alice, onePot) == 25)
        #expect(fill(bob, onePot) == 0)
        #expect(fill(alice, makeTable("forget-shares")) == 1_000)
    }

    private func makeTable(_ fault: String) -> ShareTable {
        makeTable(connections: 100, perUid: 25, fault)
    }
}
