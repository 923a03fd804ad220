import Testing

@testable import MayflyCore

/// What hangs on a process or a connection ends with it.
@Suite struct BondTests {
    private static func process(_ pid: UInt32, start: UInt64 = 7) -> Bond {
        .process(
            BoundProcess(pid: ProcessID(rawValue: pid), startTicks: start, inode: UInt64(pid) + 1))
    }

    private static func connection(_ number: UInt64) -> Bond {
        .connection(ConnectionID(rawValue: number))
    }

    private static func agent(_ key: UInt64, on bond: Bond?, task: String = "task") -> AgentSpec {
        var spec = Fixture.agent(key: key, task: task)
        spec.bond = bond
        return spec
    }

    @Test(arguments: [
        (process(1_234), Reason.processExited, "process 1234"),
        (
            .processPid(
                BoundProcess(pid: ProcessID(rawValue: 9), startTicks: 3, inode: 0)),
            .processExited, "process 9"
        ),
        (connection(5), .connectionClosed, "connection"),
    ])
    func `what hangs on it ends with it, on record with the reason, and nothing else does`(
        bond: Bond, reason: Reason, detail: String
    ) throws {
        let world = World()
        let shop = try world.addApp()
        let spawned = world.apply(
            .spawn([Self.agent(1, on: bond)], proof: .agent), from: shop)
        #expect(spawned.events.map { String(decoding: $0.detail, as: UTF8.self) } == [detail])
        let bound = world.sign(try #require(spawned.decision.spawned?.first))
        let others = try world.spawn(
            [Self.agent(2, on: nil), Self.agent(3, on: Self.process(4_321))], from: shop)
        let outcome = world.apply(.endBound(bond), from: .broker)
        #expect(outcome.decision.unbound?.count == 1)
        #expect(outcome.decision.unbound?.more == false)
        #expect(outcome.dependsOn == world.broker.logPosition)
        let ended = try #require(outcome.events.first)
        #expect(outcome.events.count == 1)
        #expect(ended.kind == .grantEnded && ended.reason == reason)
        #expect(ended.grant == bound.grant && ended.app == Fixture.name("shop"))
        #expect(String(decoding: ended.detail, as: UTF8.self) == detail)
        #expect(!world.isValid(bound) && others.allSatisfy { world.isValid($0) })
        #expect(!world.restarted().isValid(bound))
        #expect(world.broker.counters.unbound == 1 && world.broker.counters.orphaned == 0)
        let again = world.apply(.endBound(bond), from: .broker)
        #expect(again.decision.unbound?.count == 0 && again.events.isEmpty)
    }

    @Test func `a pid that comes again is another process`() throws {
        let world = World()
        let shop = try world.addApp()
        let first = try world.spawn(Self.agent(1, on: Self.process(50, start: 1)), from: shop)
        let second = try world.spawn(Self.agent(2, on: Self.process(50, start: 2)), from: shop)
        world.apply(.endBound(Self.process(50, start: 1)), from: .broker)
        #expect(!world.isValid(first) && world.isValid(second))
    }

    @Test
    func `what was delegated from it or through it is dead with it, and hangs on nothing else`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        let giver = try world.spawn(Self.agent(1, on: Self.process(50)), from: shop)
        let taker = try world.spawn(Self.agent(2, on: Self.process(60)), from: shop)
        let free = try world.spawn(Self.agent(3, on: nil), from: shop)
        let given = try world.delegate(
            world.hop(from: giver, to: free, scope: ["read:data:x"]), by: giver)
        let held = try world.delegate(
            world.hop(from: free, to: taker, scope: ["read:data:x"]), by: free)
        let record = try #require(world.stored.grants.values.first { $0.id == held.grant })
        #expect(record.bond == nil && record.binding == .none)
        world.apply(.endBound(Self.process(60)), from: .broker)
        #expect(!world.isValid(taker) && !world.isValid(held) && world.isValid(given))
        world.apply(.endBound(Self.process(50)), from: .broker)
        #expect(!world.isValid(giver) && !world.isValid(given) && world.isValid(free))
        world.settle()
        #expect(world.broker.liveGrants == 1)
    }

    @Test func `many end in steps, oldest first`() throws {
        let world = World()
        let shop = try world.addApp()
        let bond = Self.process(50)
        let count = UInt64(2 * World.settings.boundEndsPerStep + 10)
        for key in 0..<count { _ = try world.spawn(Self.agent(key, on: bond), from: shop) }
        var steps: [Outcome] = []
        repeat {
            steps.append(world.apply(.endBound(bond), from: .broker))
        } while steps.last?.decision.unbound?.more == true && steps.count < 10
        #expect(steps.map { $0.decision.unbound?.count ?? 0 } == [256, 256, 10])
        let ended = steps.flatMap(\.changes).compactMap { change in
            if case .grantDeleted(let serial) = change { serial } else { nil }
        }
        #expect(ended == ended.sorted() && ended.count == Int(count))
        #expect(world.broker.liveGrants == 0 && world.broker.bondCount == 0)
    }

    @Test func `exactly one step's worth leaves nothing to ask for`() throws {
        let world = World()
        let shop = try world.addApp()
        let bond = Self.connection(1)
        let specs = (0..<UInt64(World.settings.boundEndsPerStep)).map { Self.agent($0, on: bond) }
        try world.spawn(specs, from: shop)
        let outcome = world.apply(.endBound(bond), from: .broker)
        #expect(outcome.decision.unbound?.count == 256)
        #expect(outcome.decision.unbound?.more == false)
    }

    @Test func `what was dead before ends for its own reason, and is not counted`() throws {
        let world = World()
        let shop = try world.addApp()
        let bond = Self.process(50)
        try world.spawn([Self.agent(1, on: bond), Self.agent(2, on: bond, task: "b")], from: shop)
        let target = RevocationTarget.task(
            Fixture.name("task"), orchestration: Fixture.name("orch"))
        world.apply(.revoke(target, allowsNew: true))
        let outcome = world.apply(.endBound(bond), from: .broker)
        #expect(outcome.decision.unbound?.count == 1)
        #expect(outcome.events.map(\.reason) == [.revoked, .processExited])
    }

    @Test func `a renewal stays bound, and a release leaves the bond`() throws {
        let world = World()
        let shop = try world.addApp()
        let bond = Self.process(50)
        let held = try world.spawn(Self.agent(1, on: bond), from: shop)
        let renewed = world.sign(
            try #require(world.apply(world.renewal(of: held)).decision.issued))
        #expect(world.broker.bondCount == 1)
        let other = try world.spawn(Self.agent(2, on: bond), from: shop)
        world.apply(.release(.token(other.presentation)))
        #expect(world.broker.bondCount == 1)
        world.apply(.endBound(bond), from: .broker)
        #expect(!world.isValid(renewed) && world.broker.bondCount == 0)
    }

    @Test func `a restart gives what to look at, oldest first, and ends what is gone`() throws {
        let world = World()
        let shop = try world.addApp()
        let bonds = [Self.process(50), Self.connection(3), Self.process(40), Self.connection(4)]
        var held: [HeldToken] = []
        for (number, bond) in (bonds + [bonds[0]]).enumerated() {
            held.append(try world.spawn(Self.agent(UInt64(number), on: bond), from: shop))
        }
        let restarted = world.restarted()
        // The store keeps no connection: the codec says so, here the broker is told the same.
        #expect(restarted.broker.recoveredBonds == bonds)
        for bond in [Self.process(50), Self.connection(3), Self.connection(4)] {
            restarted.apply(.endBound(bond), from: .broker)
        }
        #expect(held.map { restarted.isValid($0) } == [false, false, true, false, false])
    }
}

extension Decision {
    var unbound: (count: UInt64, more: Bool)? {
        if case .unbound(let count, let more) = self { (count, more) } else { nil }
    }
}
