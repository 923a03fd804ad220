import Testing

@testable import MayflyCore

/// What ends with an app's epoch: at once in every answer, swept in steps behind it.
@Suite struct EpochTests {
    private static let shop = Fixture.name("shop")

    private func spawned(_ count: UInt64, in world: World, from caller: Caller) throws
        -> [HeldToken]
    {
        try world.spawn((0..<count).map { Fixture.agent(key: 100 + $0) }, from: caller)
    }

    private func ceiling(_ texts: [String]) -> Command {
        var amendment = AppAmendment(name: Self.shop)
        amendment.ceiling = Fixture.scopes(texts)
        return .updateApp(amendment)
    }

    @Test
    func `lowering the ceiling ends every grant at once, and the sweep brings counts to zero`()
        throws
    {
        let world = World()
        let shop = try world.addApp(Fixture.terms(ceiling: ["read:data:*", "read:log:*"]))
        let other = try world.addApp(Fixture.terms("other", uids: [2]))
        let held = try spawned(40, in: world, from: shop)
        let kept = try world.spawn(
            Fixture.agent(key: 1, orchestration: "kept"), from: other)
        let lowered = world.apply(ceiling(["read:data:*"]))
        #expect(lowered.decision.app?.epoch == 2)
        for token in held {
            let outcome = world.validate(token)
            #expect(outcome.decision.invalidReason == .ceilingLowered)
            #expect(outcome.dependsOn >= lowered.dependsOn)
        }
        #expect(world.apply(.release(.token(held[0].presentation))).decision.ended == false)
        #expect(world.broker.app(named: Self.shop)?.liveGrants == 40)
        let swept = world.settle(limit: 8)
        #expect(swept.allSatisfy { $0.events.count <= 8 })
        let ends = swept.flatMap(\.events).filter { $0.kind == .grantEnded }
        #expect(ends.count == 40 && ends.allSatisfy { $0.reason == .ceilingLowered })
        #expect(world.broker.app(named: Self.shop)?.liveGrants == 0)
        #expect(world.broker.liveGrants == 1 && world.isValid(kept))
        // What is granted from now on is of the new epoch.
        #expect(world.isValid(try world.spawn(Fixture.agent(key: 200), from: shop)))
    }

    @Test(arguments: [
        (["read:data:*"], false), (["read:data:*", "read:data:x"], false),
        (["read:data:*", "write:data:*"], false), (["read:data:x"], true), (["write:data:*"], true),
    ])
    func `only a ceiling that covers less ends anything`(after: [String], ends: Bool) throws {
        let world = World()
        let shop = try world.addApp(Fixture.terms(ceiling: ["read:data:*", "read:data:y"]))
        let held = try spawned(1, in: world, from: shop)
        world.apply(ceiling(after))
        #expect(world.isValid(held[0]) == !ends)
    }

    @Test func `a refused amendment ends nothing`() throws {
        let world = World()
        let shop = try world.addApp()
        _ = try world.addApp(Fixture.terms("other", uids: [2]))
        let held = try spawned(3, in: world, from: shop)
        var amendment = AppAmendment(name: Self.shop)
        amendment.ceiling = Fixture.scopes(["read:data:x"])
        amendment.uids = [UserID(rawValue: 2)]
        #expect(world.apply(.updateApp(amendment)).decision.refusal == .uidShared)
        #expect(world.broker.app(named: Self.shop)?.record.epoch == 1)
        #expect(held.allSatisfy { world.isValid($0) })
    }

    @Test func `removing an app ends every grant at once, and its record goes with the last`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        let held = try spawned(20, in: world, from: shop)
        let removed = world.apply(.removeApp(Self.shop))
        #expect(removed.decision.endedWithApp == 20)
        #expect(removed.events.first?.count == 20)
        for token in held {
            let outcome = world.validate(token)
            #expect(outcome.decision.invalidReason == .appRemoved)
            #expect(outcome.dependsOn >= removed.dependsOn)
        }
        #expect(world.broker.app(named: Self.shop) == nil && world.broker.allApps.isEmpty)
        #expect(
            world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
                .decision.refusal == .authenticationRequired)
        #expect(
            world.apply(.release(.grant(held[0].grant)), from: shop).decision.ended != true)
        let swept = world.settle(limit: 3)
        #expect(swept.flatMap(\.events).filter { $0.reason == .appRemoved }.count == 20)
        #expect(swept.flatMap(\.events).allSatisfy { $0.app == Self.shop })
        #expect(world.broker.liveGrants == 0 && world.stored.apps.isEmpty)
        #expect(swept.flatMap(\.changes).last == .appDeleted(try #require(shop.app)))
    }

    @Test func `an app without grants is gone at once`() throws {
        let world = World()
        let shop = try world.addApp()
        let outcome = world.apply(.removeApp(Self.shop))
        #expect(outcome.changes == [.appDeleted(try #require(shop.app))])
        #expect(world.stored.apps.isEmpty && world.settle().flatMap(\.events).isEmpty)
    }

    @Test func `a name made again is a new app: old tokens stay dead, old connections stay out`()
        throws
    {
        let world = World()
        let old = try world.addApp(Fixture.terms(orchestrations: ["nightly"]))
        let held = try world.spawn(
            (0..<20).map { Fixture.agent(key: 100 + $0) }
                + [Fixture.agent(key: 1, orchestration: "nightly")], from: old)
        world.apply(.removeApp(Self.shop))
        let new = try world.addApp(Fixture.terms(orchestrations: ["nightly"]))
        #expect(new.app != old.app)
        #expect(held.allSatisfy { !world.isValid($0) })
        // Before anything was swept, under the same orchestration ids and with the same keys.
        let again = try world.spawn(
            [Fixture.agent(key: 100), Fixture.agent(key: 1, orchestration: "nightly")], from: new)
        #expect(again.allSatisfy { world.isValid($0) })
        #expect(
            world.apply(.spawn([Fixture.agent(key: 300)], proof: .agent), from: old)
                .decision.refusal == .authenticationRequired)
        world.settle()
        #expect(world.broker.app(named: Self.shop)?.liveGrants == 2)
        #expect(world.broker.liveGrants == 2 && world.stored.apps.count == 1)
        #expect(again.allSatisfy { world.isValid($0) })
    }

    @Test(arguments: [false, true])
    func `a sweep goes on after a restart`(removes: Bool) throws {
        let before = World()
        let shop = try before.addApp()
        let held = try spawned(30, in: before, from: shop)
        before.apply(removes ? .removeApp(Self.shop) : ceiling(["read:data:x"]))
        before.apply(.advance(limit: 10))
        #expect((10..<30).contains(before.broker.liveGrants))
        let world = before.restarted()
        world.settle()
        #expect(world.broker.liveGrants == 0)
        #expect(world.stored.apps.count == (removes ? 0 : 1))
        #expect(held.allSatisfy { !world.isValid($0) })
    }

    @Test func `a connection loses its app with its uid`() throws {
        let world = World()
        let shop = try world.addApp(Fixture.terms(uids: [1_000, 1_001]))
        let held = try spawned(2, in: world, from: shop)
        var amendment = AppAmendment(name: Self.shop)
        amendment.uids = [UserID(rawValue: 1_001)]
        world.apply(.updateApp(amendment))
        #expect(
            world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
                .decision.refusal == .authenticationRequired)
        #expect(
            world.apply(.release(.grant(held[0].grant)), from: shop).decision.refusal
                == .authenticationRequired)
        #expect(held.allSatisfy { world.isValid($0) }, "what was granted stays")
        var other = shop
        other.uid = UserID(rawValue: 1_001)
        #expect(world.apply(.release(.grant(held[0].grant)), from: other).decision.ended == true)
    }
}
