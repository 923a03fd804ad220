import Testing

@testable import MayflyCore

@Suite struct ReleaseTests {
    @Test func `whoever holds the token may release it, once`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        let stranger = Caller(uid: UserID(rawValue: 4_242), pid: ProcessID(rawValue: 5))
        #expect(
            world.apply(.release(.token(held.presentation)), from: stranger).decision.ended == true)
        #expect(!world.isValid(held))
        let position = world.broker.logPosition
        #expect(
            world.apply(.release(.token(held.presentation)), from: stranger).decision.ended
                == false)
        #expect(world.broker.logPosition == position, "nothing is remembered of it")
        #expect(world.broker.counters.released == 1)
    }

    @Test func `a grant id is enough for its own app only`() throws {
        let world = World()
        let shop = try world.addApp()
        let other = try world.addApp(Fixture.terms("other", uids: [2_000]))
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        let nobody = Caller(uid: shop.uid, pid: shop.pid)
        #expect(
            world.apply(.release(.grant(held.grant)), from: nobody).decision.refusal
                == .authenticationRequired)
        #expect(world.apply(.release(.grant(held.grant)), from: other).decision.ended == false)
        #expect(world.isValid(held))
        #expect(world.apply(.release(.grant(held.grant)), from: shop).decision.ended == true)
        #expect(!world.isValid(held))
        #expect(world.apply(.release(.grant(held.grant)), from: shop).decision.ended == false)
        let unknown = GrantID(high: 1, low: 2)
        #expect(world.apply(.release(.grant(unknown)), from: shop).decision.ended == false)
    }

    @Test func `what has expired was not ended by its release`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1, lifetimeSeconds: 5), from: shop)
        world.now = world.now.advanced(bySeconds: 6)
        #expect(world.apply(.release(.token(held.presentation))).decision.ended == false)
        #expect(world.apply(.release(.grant(held.grant)), from: shop).decision.ended == false)
        #expect(world.settle().flatMap(\.events).map(\.kind) == [.grantExpired])
    }

    @Test func `an end is told with the agent, its app and who asked`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        let outcome = world.apply(.release(.grant(held.grant)), from: shop)
        let event = try #require(outcome.events.first)
        #expect(outcome.events.count == 1)
        #expect(event.kind == .grantReleased && event.reason == nil && !event.isDenied)
        #expect(event.app?.text == "shop" && event.orchestration?.text == "orch")
        #expect(event.task?.text == "task" && event.instance == held.issued.agent.instance)
        #expect(event.grant == held.grant && event.uid == shop.uid && event.pid == shop.pid)
        #expect(world.broker.app(named: Fixture.name("shop"))?.liveGrants == 0)
    }

    @Test func `expiry takes the due in steps and leaves the rest alone`() throws {
        let world = World()
        let shop = try world.addApp()
        let short = try world.spawn(
            (0..<500).map { Fixture.agent(key: $0, lifetimeSeconds: 10) }, from: shop)
        let long = try world.spawn(
            (500..<600).map { Fixture.agent(key: $0, lifetimeSeconds: 20) }, from: shop)
        world.now = world.now.advanced(bySeconds: 9)
        #expect(world.settle().flatMap(\.events).isEmpty)
        let outcomes = world.pass(milliseconds: 2_000, limit: 64)
        #expect(outcomes.allSatisfy { $0.events.count <= 64 })
        #expect(outcomes.flatMap(\.events).count == 500)
        #expect(
            outcomes.flatMap(\.events).allSatisfy {
                $0.kind == .grantExpired && $0.reason == .expired && $0.uid == nil
            })
        #expect(world.broker.counters.expired == 500)
        #expect(short.allSatisfy { !world.isValid($0) })
        #expect(long.allSatisfy { world.isValid($0) })
    }

    @Test func `another token for a live grant ends nothing and is on record`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        let forged = Presentation(grant: held.grant, digest: PlainIssuance.key(99))
        let outcome = world.apply(.release(.token(forged)))
        #expect(outcome.decision.ended == false)
        #expect(outcome.events.map(\.reason) == [.tokenMismatch])
        #expect(world.isValid(held))
    }
}
