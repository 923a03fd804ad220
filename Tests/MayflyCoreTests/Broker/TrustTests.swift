import Testing

@testable import MayflyCore

/// Keys, the clock and heartbeats.
@Suite struct TrustTests {
    private func rotate(_ world: World, _ number: UInt32, emergency: Bool = false) -> Outcome {
        world.apply(
            .rotateKey(
                KeyNumber(rawValue: number), PlainIssuance.key(UInt64(number)),
                isEmergency: emergency))
    }

    @Test func `after a rotation old tokens are valid until their expiry, and then the key goes`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        let old = try world.spawn(Fixture.agent(key: 1, lifetimeSeconds: 50), from: shop)
        #expect(rotate(world, 2).dependsOn == world.broker.logPosition)
        let new = try world.spawn(Fixture.agent(key: 2, lifetimeSeconds: 20), from: shop)
        #expect(old.issued.key.rawValue == 1 && new.issued.key.rawValue == 2)
        for world in [world, world.restarted()] {
            #expect(world.isValid(old) && world.isValid(new))
        }
        world.pass(milliseconds: 49_000)
        #expect(world.broker.signingKeys.count == 2)
        world.pass(milliseconds: 1_000)
        #expect(world.broker.signingKeys.map(\.number.rawValue) == [2])
        #expect(world.stored.keys.keys.map(\.rawValue) == [2])
    }

    @Test func `an emergency ends all that any key signed before`() throws {
        let world = World()
        let shop = try world.addApp()
        let first = try world.spawn(Fixture.agent(key: 1), from: shop)
        _ = rotate(world, 2)
        let second = try world.spawn(Fixture.agent(key: 2), from: shop)
        let emergency = rotate(world, 3, emergency: true)
        for token in [first, second] {
            let outcome = world.validate(token)
            #expect(outcome.decision.invalidReason == .keyRetired)
            #expect(outcome.dependsOn >= emergency.dependsOn)
            #expect(!world.restarted().isValid(token))
        }
        #expect(world.isValid(try world.spawn(Fixture.agent(key: 3), from: shop)))
        world.settle()
        world.settle()
        #expect(world.broker.liveGrants == 1)
        #expect(world.broker.signingKeys.map(\.number.rawValue) == [3])
    }

    @Test func `keys are bounded, but not for an emergency`() throws {
        let world = World()
        for number in 2...8 as ClosedRange<UInt32> {
            guard case .keyRotated = rotate(world, number).decision else {
                Issue.record("key \(number)")
                return
            }
        }
        #expect(rotate(world, 9).decision.refusal == .keysExhausted)
        guard case .keyRotated = rotate(world, 9, emergency: true).decision else {
            Issue.record("an emergency waits")
            return
        }
    }

    @Test(arguments: [3_600_000, -3_600_000, 315_360_000_000, -315_360_000_000] as [Int64])
    func `an accepted time changes what is told, and no grant's life`(shift: Int64) throws {
        let world = World()
        let shop = try world.addApp()
        let old = try world.spawn(Fixture.agent(key: 1, lifetimeSeconds: 60), from: shop)
        world.broker.isClockDeviant = true
        for command in [
            Command.spawn([Fixture.agent(key: 2)], proof: .agent), world.renewal(of: old),
            .delegate(
                old.presentation,
                try #require(world.hop(from: old, to: old, scope: ["read:data:x"]))),
            .createLaunchToken(
                LaunchTokenTerms(
                    digest: .zero, label: nil, ceiling: Fixture.scopes(["read:data:x"]),
                    lifetimeSeconds: 0, maximumAgentLifetimeSeconds: 0)),
        ] {
            #expect(world.apply(command, from: shop).decision.refusal == .clockDeviates)
        }
        #expect(world.isValid(old))
        world.apply(.acceptTime(ClockOffset(milliseconds: shift)))
        let new = try world.spawn(Fixture.agent(key: 2, lifetimeSeconds: 60), from: shop)
        let difference =
            Int64(new.issued.expiresAt.milliseconds) - Int64(old.issued.expiresAt.milliseconds)
        #expect(difference == shift)
        #expect(world.restarted().broker.timeOffset.milliseconds == shift)
        // Both end a minute of the broker's own time after they began.
        world.now = world.now.wholeSeconds.advanced(bySeconds: 59)
        #expect(world.isValid(old) && world.isValid(new))
        world.now = world.now.advanced(bySeconds: 1)
        #expect(!world.isValid(old) && !world.isValid(new))
    }

    @Test func `a hop is told by the clock that is told`() throws {
        let world = World()
        let shop = try world.addApp()
        world.apply(.acceptTime(ClockOffset(milliseconds: 7_200_000)))
        let agents = try world.spawn(
            [Fixture.agent(key: 1), Fixture.agent(key: 2, task: "b")], from: shop)
        let child = try world.delegate(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"], seconds: 30),
            by: agents[0])
        #expect(world.isValid(child))
        world.now = world.now.advanced(bySeconds: 30)
        #expect(!world.isValid(child) && world.isValid(agents[0]))
    }

    @Test func `a renewal tells the accepted time, but in a chain the time that its hops tell`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        let agents = try world.spawn(
            (1...3).map { Fixture.agent(key: $0, task: "t\($0)", totalLifetimeSeconds: 600) },
            from: shop)
        let child = try world.delegate(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"], seconds: 60),
            by: agents[0])
        let shift: Int64 = 3_600_000
        world.apply(.acceptTime(ClockOffset(milliseconds: shift)))
        for (held, isInChain) in [(agents[0], true), (child, true), (agents[2], false)] {
            let renewed = try #require(world.apply(world.renewal(of: held)).decision.issued)
            let told = Int64(renewed.expiresAt.milliseconds)
            #expect(told - Int64(held.issued.expiresAt.milliseconds) == (isInChain ? 0 : shift))
        }
    }

    // MARK: Heartbeats

    private func scene(_ policy: HeartbeatTerms.Policy) throws -> (World, HeldToken) {
        let world = World()
        var terms = Fixture.terms()
        terms.heartbeat = HeartbeatTerms(policy: policy, intervalSeconds: 10)
        let shop = try world.addApp(terms)
        return (world, try world.spawn(Fixture.agent(key: 1), from: shop))
    }

    private func beat(_ world: World, _ held: HeldToken) -> Bool {
        world.present(held, .heartbeat(held.presentation, .active)).decision.isAlive
    }

    @Test func `an agent that is not heard of ends, where its app says so`() throws {
        let (world, held) = try scene(.end)
        for _ in 0..<5 {
            world.pass(milliseconds: 9_000)
            #expect(beat(world, held))
        }
        let events = world.pass(milliseconds: 11_000).flatMap(\.events)
        #expect(events.map(\.reason) == [.heartbeatMissed])
        #expect(!world.isValid(held) && world.broker.liveGrants == 0)
    }

    @Test func `or it is marked, once, until it is heard of again`() throws {
        let (world, held) = try scene(.flag)
        func listed() -> Broker.ListedGrant? {
            world.broker.list(.init(), from: 0, limit: 9, scanned: 99, at: world.now).page.first
        }
        let events = world.pass(milliseconds: 30_000).flatMap(\.events)
        #expect(events.map(\.kind) == [.heartbeatMissed])
        #expect(world.isValid(held) && listed()?.isFlagged == true)
        #expect(beat(world, held))
        #expect(listed()?.isFlagged == false && listed()?.state == .active)
        let again = world.pass(milliseconds: 12_000).flatMap(\.events)
        #expect(again.map(\.kind) == [.heartbeatMissed])
    }

    @Test func `one that is marked ends too, once its app says so`() throws {
        let (world, held) = try scene(.flag)
        world.pass(milliseconds: 30_000)
        var amendment = AppAmendment(name: Fixture.name("shop"))
        amendment.heartbeat = HeartbeatTerms(policy: .end, intervalSeconds: 10)
        world.apply(.updateApp(amendment))
        world.pass(milliseconds: 9_000)
        #expect(world.isValid(held))
        world.pass(milliseconds: 2_000)
        #expect(!world.isValid(held) && world.broker.liveGrants == 0)
    }

    @Test func `its interval begins anew at a restart, and when the policy changes`() throws {
        let (world, held) = try scene(.end)
        world.now = world.now.advanced(bySeconds: 60)
        let restarted = world.restarted()
        restarted.pass(milliseconds: 9_000)
        #expect(restarted.isValid(held))
        restarted.pass(milliseconds: 2_000)
        #expect(!restarted.isValid(held))

        let (other, kept) = try scene(.none)
        other.pass(milliseconds: 60_000)
        #expect(other.isValid(kept))
        var amendment = AppAmendment(name: Fixture.name("shop"))
        amendment.heartbeat = HeartbeatTerms(policy: .end, intervalSeconds: 10)
        other.apply(.updateApp(amendment))
        #expect(other.broker.app(named: Fixture.name("shop"))?.record.heartbeat.policy == .end)
        other.settle()
        other.pass(milliseconds: 9_000)
        #expect(other.isValid(kept))
        other.pass(milliseconds: 2_000)
        #expect(!other.isValid(kept))
    }
}
