import Testing

@testable import MayflyCore

@Suite struct DelegationTests {
    /// The issuance of these tests states no lineage: written out, the token would be short enough.
    @Test func `a lineage that fits no token is not written out to see that`() throws {
        let world = World()
        let shop = try world.addApp()
        let agents = try world.spawn(
            [Fixture.agent(key: 1, task: "a"), Fixture.agent(key: 2, task: "b")], from: shop)
        for (bytes, isByReference) in [(1_000, false), (Limits.inlineTokenBytes, true)] {
            var hop = try #require(
                world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"]))
            hop.text += [UInt8](repeating: 0x61, count: bytes)
            let issued = try #require(
                world.apply(.delegate(agents[0].presentation, hop)).decision.issued)
            #expect(world.broker.isByReference(issued.grant) == isByReference)
        }
    }

    /// Three agents of one app; the first may delegate.
    private func scene(
        _ spec: AgentSpec = Fixture.agent(
            key: 1, scope: ["read:data:*"], lifetimeSeconds: 100, totalLifetimeSeconds: 200)
    ) throws -> (World, [HeldToken]) {
        let world = World()
        let shop = try world.addApp()
        let agents = try world.spawn(
            [spec, Fixture.agent(key: 2, task: "second"), Fixture.agent(key: 3, task: "third")],
            from: shop)
        return (world, agents)
    }

    private func refusal(_ world: World, _ held: HeldToken, _ hop: HopTerms?) throws -> Reason? {
        let before = world.broker.liveGrants
        let outcome = world.present(held, .delegate(held.presentation, try #require(hop)))
        #expect(world.broker.liveGrants == before)
        return outcome.decision.refusal
    }

    @Test func `a delegate gets a narrower grant that hangs on parent and holder`() throws {
        let (world, agents) = try scene()
        let hop = world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"], seconds: 50)
        let child = try world.delegate(hop, by: agents[0])
        #expect(child.grant == hop?.grant)
        #expect(child.issued.agent == agents[1].issued.agent)
        #expect(child.issued.expiresAt.seconds == Fixture.start.seconds + 50)
        #expect(world.isValid(child))
        let record = try #require(world.stored.grants.values.first { $0.id == child.grant })
        #expect(record.task == agents[0].issued.agent.task, "the work is the delegator's")
        #expect(record.subject.task == Fixture.name("second"))
    }

    @Test(arguments: [0, 1])
    func `a delegated grant is dead with its parent, and with its holder`(ends: Int) throws {
        let (world, agents) = try scene()
        let first = try world.delegate(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"]), by: agents[0])
        let second = try world.delegate(
            world.hop(from: first, to: agents[2], scope: ["read:data:x"]), by: first)
        let released = world.apply(.release(.token(agents[ends].presentation)))
        for token in [first, second] {
            let outcome = world.validate(token)
            #expect(outcome.decision.invalidReason == .orphaned)
            #expect(outcome.dependsOn >= released.dependsOn)
        }
        world.settle()
        // The two agents that are left, and nothing that was delegated.
        #expect(world.broker.liveGrants == 2)
    }

    @Test func `a chain has five hops and no more`() throws {
        let (world, agents) = try scene()
        var held = agents[0]
        for depth in 1...5 {
            held = try world.delegate(
                world.hop(from: held, to: agents[depth % 3], scope: ["read:data:x"]), by: held)
            #expect(world.isValid(held))
        }
        let sixth = world.hop(from: held, to: agents[1], scope: ["read:data:x"])
        #expect(try refusal(world, held, sixth) == .depthExceeded)
    }

    @Test func `nothing is delegated that is not held`() throws {
        let (world, agents) = try scene(
            Fixture.agent(
                key: 1, scope: ["read:data:x"], audience: ["billing"], lifetimeSeconds: 100,
                maximumUses: 5))
        func hop(
            _ scope: [String] = ["read:data:x"], seconds: UInt64 = 10, audience: [String]? = nil,
            uses: UInt32? = 2
        ) -> HopTerms? {
            world.hop(
                from: agents[0], to: agents[1], scope: scope, seconds: seconds,
                audience: audience, uses: uses)
        }
        #expect(try refusal(world, agents[0], hop(["read:data:*"])) == .scopeViolation)
        #expect(try refusal(world, agents[0], hop(["write:data:x"])) == .scopeViolation)
        #expect(try refusal(world, agents[0], hop(["admin:revoke:x"])) == .scopeReserved)
        #expect(try refusal(world, agents[0], hop(seconds: 101)) == .lifetimeViolation)
        #expect(try refusal(world, agents[0], hop(seconds: 0)) == .lifetimeViolation)
        #expect(try refusal(world, agents[0], hop(audience: ["other"])) == .audienceViolation)
        #expect(try refusal(world, agents[0], hop(uses: nil)) == .usesViolation)
        #expect(try refusal(world, agents[0], hop(uses: 6)) == .usesViolation)
        #expect(world.isValid(try world.delegate(hop(audience: ["billing"]), by: agents[0])))
    }

    @Test func `a parent without an audience has none to give`() throws {
        let (world, agents) = try scene()
        let hop = world.hop(
            from: agents[0], to: agents[1], scope: ["read:data:x"], audience: ["billing"])
        #expect(try refusal(world, agents[0], hop) == .audienceViolation)
    }

    @Test func `uses are split, so that their sum never grows`() throws {
        let (world, agents) = try scene(
            Fixture.agent(key: 1, scope: ["read:data:x"], lifetimeSeconds: 100, maximumUses: 3))
        let child = try world.delegate(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"], uses: 2),
            by: agents[0])
        let consume = Requirement(consumesUse: true)
        var used = 0
        for token in [agents[0], child] {
            while world.validate(token, consume).decision.isValid { used += 1 }
            #expect(world.validate(token).decision.invalidReason == .usesExhausted)
        }
        #expect(used == 3)
    }

    @Test func `a hop follows from the grant that it names`() throws {
        let (world, agents) = try scene()
        let good = try #require(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"]))
        let faults: [(Reason, (inout HopTerms) -> Void)] = [
            (.hopMismatch, { $0.parent = agents[1].grant }),
            (.hopMismatch, { $0.delegatorKey = agents[1].publicKey }),
            (.hopMismatch, { $0.delegator = agents[1].issued.agent }),
            (.hopMismatch, { $0.depth = 2 }),
            (.hopMismatch, { $0.held = TextList(Fixture.scopes(["read:data:x"])) }),
            (.hopMismatch, { $0.previous = .zero }),
            (.hopExpired, { $0.issuedAtSeconds += 6 }),
            (.hopExpired, { $0.issuedAtSeconds -= 31 }),
            (.delegateUnknown, { $0.delegateKey = PlainIssuance.key(9) }),
            (.delegateUnknown, { $0.delegate.task = Fixture.name("third") }),
            (.delegateUnknown, { $0.delegate.instance = InstanceID(rawValue: 1) }),
        ]
        for (reason, change) in faults {
            var hop = good
            change(&hop)
            #expect(try refusal(world, agents[0], hop) == reason)
        }
        let child = try world.delegate(good, by: agents[0])
        #expect(try refusal(world, agents[0], good) == .proofReplayed)
        #expect(world.isValid(child))
    }

    @Test func `agents of two apps delegate only if both apps allow it`() throws {
        let world = World()
        var terms = Fixture.terms()
        terms.delegatesAcrossApps = true
        let shop = try world.addApp(terms)
        let other = try world.addApp(Fixture.terms("other", uids: [2]))
        let from = try world.spawn(Fixture.agent(key: 1), from: shop)
        let to = try world.spawn(Fixture.agent(key: 2, orchestration: "theirs"), from: other)
        func hop() -> HopTerms? { world.hop(from: from, to: to, scope: ["read:data:x"]) }
        #expect(try refusal(world, from, hop()) == .crossAppDelegation)
        var amendment = AppAmendment(name: Fixture.name("other"))
        amendment.delegatesAcrossApps = true
        world.apply(.updateApp(amendment))
        let child = try world.delegate(hop(), by: from)
        #expect(world.isValid(child))
        // It is the delegator's app's grant, and hangs on an agent of the other.
        world.apply(.removeApp(Fixture.name("other")))
        #expect(world.validate(child).decision.invalidReason == .orphaned)
    }

    @Test func `a child never outlives what its parent and holder have now`() throws {
        let world = World()
        let shop = try world.addApp()
        let from = try world.spawn(
            Fixture.agent(key: 1, lifetimeSeconds: 60, totalLifetimeSeconds: 500), from: shop)
        let to = try world.spawn(
            Fixture.agent(key: 2, task: "b", lifetimeSeconds: 40, totalLifetimeSeconds: 500),
            from: shop)
        let child = try world.delegate(
            world.hop(from: from, to: to, scope: ["read:data:x"], seconds: 300), by: from)
        #expect(child.issued.expiresAt == to.issued.expiresAt)
        // Renewed, it still does not pass them; when they are renewed, it may.
        let again = try #require(
            world.apply(world.renewal(of: child, seconds: 300)).decision.issued)
        #expect(again.expiresAt == to.issued.expiresAt)
        let longer = world.apply(world.renewal(of: to, id: 2, seconds: 400)).decision.issued
        #expect(longer != nil)
        let held = world.sign(again)
        let third = try #require(
            world.apply(world.renewal(of: held, id: 3, seconds: 300)).decision.issued)
        #expect(third.expiresAt == from.issued.expiresAt)
    }

    @Test func `a grant that others hang on is renewed for no less than it had`() throws {
        let (world, agents) = try scene()
        let child = try world.delegate(
            world.hop(from: agents[0], to: agents[1], scope: ["read:data:x"], seconds: 90),
            by: agents[0])
        for (number, held) in agents.prefix(2).enumerated() {
            let issued = world.apply(
                world.renewal(of: held, id: UInt64(number), seconds: 5)
            ).decision.issued
            #expect(try #require(issued).expiresAt >= child.issued.expiresAt)
        }
        let alone = world.apply(world.renewal(of: agents[2], id: 9, seconds: 5)).decision.issued
        #expect(try #require(alone).expiresAt.seconds == Fixture.start.seconds + 5)
    }
}
