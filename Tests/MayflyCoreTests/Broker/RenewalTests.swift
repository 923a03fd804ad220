import Testing

@testable import MayflyCore

@Suite struct RenewalTests {
    private func scene(
        lifetime: UInt32 = 60, total: UInt32 = 200, scope: [String] = ["read:data:*"]
    ) throws -> (World, HeldToken, Caller) {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(
            Fixture.agent(
                key: 1, scope: scope, lifetimeSeconds: lifetime, totalLifetimeSeconds: total),
            from: shop)
        return (world, held, shop)
    }

    @Test func `the old token is dead first, and the new one is the grant's`() throws {
        let (world, held, _) = try scene()
        world.now = world.now.advanced(bySeconds: 30)
        let outcome = world.apply(world.renewal(of: held))
        let issued = try #require(outcome.decision.issued)
        // Before the new token is signed nothing of the grant is valid.
        #expect(!world.apply(.validate(held.presentation)).decision.isValid)
        let renewed = world.sign(issued)
        #expect(world.isValid(renewed))
        #expect(world.validate(held).decision.invalidReason == .tokenMismatch)
        #expect(renewed.grant == held.grant && renewed.token != held.token)
        #expect(issued.expiresAt.seconds == Fixture.start.seconds + 90)
        let event = try #require(outcome.events.first)
        #expect(event.kind == .tokenRenewed && event.previousToken == held.token)
    }

    @Test func `of many renewals of one token one wins`() throws {
        let (world, held, _) = try scene()
        var winners = 0
        for id in 1...20 as ClosedRange<UInt64> {
            let decision = world.present(held, world.renewal(of: held, id: id)).decision
            if decision.issued != nil {
                winners += 1
            } else {
                #expect(decision.refusal == .tokenNotValid)
            }
        }
        #expect(winners == 1)
    }

    @Test func `the same renewal within thirty seconds gets the same token, also after a restart`()
        throws
    {
        let (world, held, _) = try scene()
        let first = try #require(world.apply(world.renewal(of: held)).decision.issued)
        let renewed = world.sign(first)
        world.now = world.now.advanced(bySeconds: 29)
        for again in [world, world.restarted()] {
            let issued = try #require(again.apply(world.renewal(of: held)).decision.issued)
            #expect(issued.signingInput == first.signingInput)
            #expect(again.isValid(renewed))
        }
        #expect(world.broker.counters.renewed == 1)
        world.now = world.now.advanced(bySeconds: 2)
        #expect(world.apply(world.renewal(of: held)).decision.refusal == .tokenNotValid)
    }

    @Test func `an answer that is signed late revives no token that was renewed since`() throws {
        let (world, held, _) = try scene()
        let first = try #require(world.apply(world.renewal(of: held)).decision.issued)
        let renewed = world.sign(first)
        // Asked for again, and answered only after the next renewal.
        let repeated = try #require(world.apply(world.renewal(of: held)).decision.issued)
        let second = try #require(
            world.apply(world.renewal(of: renewed, id: 2)).decision.issued)
        let current = world.sign(second)
        #expect(
            !world.broker.pin(
                repeated.grant, digest: renewed.presentation.digest,
                unsignedDigest: repeated.unsignedDigest))
        #expect(world.isValid(current) && !world.isValid(renewed))
    }

    @Test func `another key renews nothing`() throws {
        let (world, held, _) = try scene()
        let request = RenewalRequest(
            presentation: held.presentation, provenBy: PlainIssuance.key(2),
            renewal: RenewalID(high: 1, low: 1), scope: nil, lifetimeSeconds: 0)
        #expect(world.apply(.renew(request)).decision.refusal == .proofInvalid)
        #expect(world.isValid(held))
    }

    @Test func `no renewal passes the end of the grant`() throws {
        let (world, first, _) = try scene()
        var held = first
        var renewals = 0
        while let issued = world.apply(
            world.renewal(of: held, id: UInt64(renewals))
        ).decision.issued {
            #expect(issued.expiresAt.seconds <= Fixture.start.seconds + 200)
            held = world.sign(issued)
            renewals += 1
            world.now = world.now.advanced(bySeconds: 50)
        }
        #expect(renewals == 4)
        world.settle()
        #expect(world.broker.liveGrants == 0)
    }

    @Test func `a scope is kept or narrowed, and kept where there are children`() throws {
        let (world, held, shop) = try scene()
        #expect(
            world.apply(world.renewal(of: held, scope: ["write:data:x"])).decision.refusal
                == .scopeViolation)
        let narrowed = world.sign(
            try #require(
                world.apply(world.renewal(of: held, scope: ["read:data:x"])).decision.issued))
        #expect(
            world.apply(world.renewal(of: narrowed, id: 2, scope: ["read:data:*"]))
                .decision.refusal == .scopeViolation)
        let other = try world.spawn(Fixture.agent(key: 2, task: "b"), from: shop)
        let child = try world.delegate(
            world.hop(from: narrowed, to: other, scope: ["read:data:x"]), by: narrowed)
        #expect(world.isValid(child))
        // The same scope is no narrowing.
        let same = world.apply(world.renewal(of: narrowed, id: 3, scope: ["read:data:x"]))
        #expect(same.decision.issued != nil)
    }

    @Test func `a grant with children is not narrowed`() throws {
        let (world, held, shop) = try scene(scope: ["read:data:*", "read:data:x"])
        let other = try world.spawn(Fixture.agent(key: 2, task: "b"), from: shop)
        _ = try world.delegate(
            world.hop(from: held, to: other, scope: ["read:data:x"]), by: held)
        #expect(
            world.apply(world.renewal(of: held, scope: ["read:data:x"])).decision.refusal
                == .grantHasChildren)
        #expect(world.isValid(held))
    }

    @Test func `renewals are counted, and end`() throws {
        var settings = World.settings
        settings.maximumRenewals = 3
        let world = World(settings)
        let shop = try world.addApp()
        var held = try world.spawn(
            Fixture.agent(key: 1, lifetimeSeconds: 60, totalLifetimeSeconds: 600), from: shop)
        for id in 1...3 as ClosedRange<UInt64> {
            held = world.sign(
                try #require(world.apply(world.renewal(of: held, id: id)).decision.issued))
        }
        #expect(
            world.apply(world.renewal(of: held, id: 4)).decision.refusal == .renewalsExhausted)
        #expect(world.isValid(held))
    }
}
