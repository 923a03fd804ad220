import Testing

@testable import MayflyCore

@Suite struct RevocationTests {
    private static let task = Fixture.name("task")
    private static let orchestration = Fixture.name("orch")

    /// A root, two hops below it, and an agent that is none of their business.
    private func chain() throws -> (World, Caller, [HeldToken]) {
        let world = World()
        let shop = try world.addApp()
        let agents = try world.spawn(
            [
                Fixture.agent(key: 1, task: "a"), Fixture.agent(key: 2, task: "b"),
                Fixture.agent(key: 3, task: "c"), Fixture.agent(key: 4, task: "d"),
            ], from: shop)
        let first = try world.delegate(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"]), by: agents[0])
        let second = try world.delegate(
            world.hop(from: first, to: agents[2], scope: ["read:data:x"]), by: first)
        return (world, shop, [agents[0], first, second, agents[1], agents[2], agents[3]])
    }

    private func isValid(_ world: World, _ tokens: [HeldToken]) -> [Bool] {
        tokens.map { world.isValid($0) }
    }

    @Test(arguments: [
        // root, first hop, second hop, the delegates' own grants, a stranger.
        ("token of the first hop", 1 as UInt64, [true, false, false, true, true, true]),
        ("agent of the first hop", 2, [true, false, false, false, true, true]),
        ("chain from the leaf", 3, [false, false, false, true, true, true]),
        ("chain from the leaf's agent", 4, [false, false, false, true, false, true]),
    ])
    func `what is revoked is dead at once with all below it`(
        what: String, count: UInt64, left: [Bool]
    ) throws {
        let (world, _, tokens) = try chain()
        let target: RevocationTarget =
            switch what {
            case "token of the first hop": .token(tokens[1].token)
            case "agent of the first hop": .agent(tokens[1].issued.agent)
            case "chain from the leaf": .chain(.grant(tokens[2].grant))
            default: .chain(.agent(tokens[2].issued.agent))
            }
        let outcome = world.apply(.revoke(target, allowsNew: false))
        #expect(outcome.decision.revokedCount == count)
        #expect(outcome.dependsOn == world.broker.logPosition)
        #expect(isValid(world, tokens) == left)
        #expect(isValid(world.restarted(), tokens) == left)
        world.settle()
        #expect(world.broker.liveGrants == left.count { $0 })
        #expect(world.apply(.revoke(target, allowsNew: false)).decision.revokedCount == 0)
    }

    @Test func `a revoked task is dead, and its name refused until the record lapses`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn((1...5).map { Fixture.agent(key: $0) }, from: shop)
        let other = try world.spawn(Fixture.agent(key: 9, task: "other"), from: shop)
        let target = RevocationTarget.task(Self.task, orchestration: Self.orchestration)
        let outcome = world.apply(.revoke(target, allowsNew: false))
        #expect(outcome.decision.revokedCount == 5)
        let record = try #require(outcome.decision.revocation)
        for token in held {
            #expect(world.validate(token).decision.invalidReason == .revoked)
        }
        #expect(world.isValid(other))
        func refusal(_ world: World) -> Reason? {
            world.apply(.spawn([Fixture.agent(key: 20)], proof: .agent), from: shop)
                .decision.refusal
        }
        #expect(refusal(world) == .taskRevoked)
        #expect(refusal(world.restarted()) == .taskRevoked)
        world.settle()
        #expect(world.broker.liveGrants == 1)
        #expect(refusal(world) == .taskRevoked)
        // Nothing ever issued can end later than the record lapses.
        #expect(record.lapsesAt >= world.now.advanced(bySeconds: 86_400))
        world.now = record.lapsesAt
        world.settle()
        #expect(world.broker.revocationRecords.isEmpty && world.stored.revocations.isEmpty)
        #expect(refusal(world) == nil)
    }

    @Test func `with allow_new only what came before is covered, and the record goes with it`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        let before = try world.spawn((1...3).map { Fixture.agent(key: $0) }, from: shop)
        let target = RevocationTarget.task(Self.task, orchestration: Self.orchestration)
        #expect(world.apply(.revoke(target, allowsNew: true)).decision.revokedCount == 3)
        let after = try world.spawn(Fixture.agent(key: 10), from: shop)
        for world in [world, world.restarted()] {
            #expect(isValid(world, before) == [false, false, false])
            #expect(world.isValid(after))
        }
        world.settle()
        #expect(world.broker.liveGrants == 1 && world.stored.revocations.isEmpty)
        #expect(world.isValid(after))
    }

    @Test func `a task's name can be revoked under every orchestration`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(
            [Fixture.agent(key: 1), Fixture.agent(key: 2, orchestration: "orch2")], from: shop)
        let other = try world.spawn(Fixture.agent(key: 3, task: "other"), from: shop)
        let target = RevocationTarget.task(Self.task, orchestration: nil)
        #expect(world.apply(.revoke(target, allowsNew: false)).decision.revokedCount == 2)
        #expect(isValid(world, held + [other]) == [false, false, true])
        let spec = Fixture.agent(key: 4, orchestration: "orch3")
        #expect(
            world.apply(.spawn([spec], proof: .agent), from: shop).decision.refusal
                == .taskRevoked)
        world.settle()
        #expect(world.broker.liveGrants == 1)
        #expect(world.stored.revocations.count == 1)
    }

    @Test func `a lifted record lets the name be used, and revives nothing`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn((1...3).map { Fixture.agent(key: $0) }, from: shop)
        let target = RevocationTarget.task(Self.task, orchestration: Self.orchestration)
        let record = try #require(
            world.apply(.revoke(target, allowsNew: false)).decision.revocation)
        #expect(world.apply(.liftRevocation(record.serial)).decision.isRecorded)
        let after = try world.spawn(Fixture.agent(key: 10), from: shop)
        for world in [world, world.restarted()] {
            #expect(isValid(world, held + [after]) == [false, false, false, true])
        }
        world.settle()
        #expect(isValid(world.restarted(), held + [after]) == [false, false, false, true])
        #expect(
            world.apply(.liftRevocation(record.serial)).decision.refusal == .revocationNotFound)
    }

    @Test func `revoking again says only what is new, and keeps one record`() throws {
        let world = World()
        let shop = try world.addApp()
        _ = try world.spawn((1...3).map { Fixture.agent(key: $0) }, from: shop)
        let target = RevocationTarget.task(Self.task, orchestration: Self.orchestration)
        #expect(world.apply(.revoke(target, allowsNew: true)).decision.revokedCount == 3)
        _ = try world.spawn(Fixture.agent(key: 10), from: shop)
        #expect(world.apply(.revoke(target, allowsNew: false)).decision.revokedCount == 1)
        // Once refused, a name stays refused until it is lifted.
        let third = world.apply(.revoke(target, allowsNew: true))
        #expect(third.decision.revokedCount == 0)
        #expect(third.decision.revocation?.allowsNew == false)
        #expect(world.broker.revocationRecords.count == 1)
    }

    @Test func `records are bounded`() {
        var settings = World.settings
        settings.maximumRevocations = 2
        let world = World(settings)
        for number in 0..<2 {
            let target = RevocationTarget.task(Fixture.name("t\(number)"), orchestration: nil)
            #expect(world.apply(.revoke(target, allowsNew: false)).decision.revokedCount == 0)
        }
        let third = RevocationTarget.task(Fixture.name("t2"), orchestration: nil)
        #expect(
            world.apply(.revoke(third, allowsNew: false)).decision.refusal
                == .revocationsExhausted)
    }

    @Test func `agents that supersede take none of the operator's places`() throws {
        var settings = World.settings
        settings.maximumRevocations = 1
        let world = World(settings)
        let shop = try world.addApp()
        for number in 1...3 as ClosedRange<UInt64> {
            let secret = PlainIssuance.key(700 + number)
            let terms = LaunchTokenTerms(
                digest: secret, label: nil, ceiling: Fixture.scopes(["read:data:x"]),
                lifetimeSeconds: 0, maximumAgentLifetimeSeconds: 0)
            world.apply(.createLaunchToken(terms), from: shop)
            _ = try world.spawn(Fixture.agent(key: number, task: "t\(number)"), from: shop)
            let again = Fixture.agent(key: 10 + number, task: "t\(number)")
            let outcome = world.apply(
                .register(again, launchToken: secret, supersede: true), from: shop)
            #expect(outcome.decision.issued != nil)
        }
        #expect(world.broker.revocationCount == 3)
        let target = RevocationTarget.task(Self.task, orchestration: nil)
        #expect(world.apply(.revoke(target, allowsNew: false)).decision.revokedCount == 0)
    }

    @Test func `after a reboot a record has its whole time again`() throws {
        let world = World()
        let shop = try world.addApp()
        _ = try world.spawn(Fixture.agent(key: 1), from: shop)
        let target = RevocationTarget.task(Self.task, orchestration: nil)
        let record = try #require(
            world.apply(.revoke(target, allowsNew: false)).decision.revocation)
        let later = world.now.advanced(bySeconds: 50_000)
        let other = World(now: later)
        let changes = other.broker.restore(record, restarts: true, at: later)
        guard case .revocationWritten(let written)? = changes.first else {
            Issue.record("nothing is written")
            return
        }
        #expect(written.lapsesAt == later.advanced(bySeconds: 86_400))
    }
}
