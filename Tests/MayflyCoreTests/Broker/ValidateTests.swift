import Testing

@testable import MayflyCore

@Suite struct ValidateTests {
    @Test func `claims that nobody asked for are not written`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1, isByReference: true), from: shop)
        var requirement = Requirement()
        #expect(world.validate(held, requirement).decision.valid?.claims != nil)
        requirement.wantsClaims = false
        #expect(world.validate(held, requirement).decision.valid != nil)
        #expect(world.validate(held, requirement).decision.valid?.claims == nil)
    }

    @Test func `a token is valid to the last millisecond of its life, and not one longer`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1, lifetimeSeconds: 10), from: shop)
        let end = world.now.seconds * 1_000 + 10_000
        world.now = Instant(milliseconds: end - 1)
        guard case .valid(let grant) = world.validate(held).decision else {
            Issue.record("not valid in its last millisecond")
            return
        }
        #expect(grant.expiresAt.milliseconds == end)
        world.now = Instant(milliseconds: end)
        #expect(world.validate(held).decision.invalidReason == .expired)
        world.settle()
        #expect(world.validate(held).decision.invalidReason == .unknownGrant)
    }

    @Test func `the bytes presented must be those of the current token`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(
            [Fixture.agent(key: 1), Fixture.agent(key: 2)], from: shop)
        var wrong = held[0].presentation
        wrong.digest = held[1].presentation.digest
        #expect(world.apply(.validate(wrong)).decision.invalidReason == .tokenMismatch)
        #expect(world.apply(.release(.token(wrong))).decision.ended == false)
        #expect(world.isValid(held[0]) && world.isValid(held[1]))
    }

    @Test func `a grant that nobody knows is not valid`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        for (high, low) in [(0, 0), (held.grant.high, 1), (1, held.grant.low)] as [(UInt64, UInt64)]
        {
            let presentation = Presentation(
                grant: GrantID(high: high, low: low), digest: held.presentation.digest)
            #expect(
                world.apply(.validate(presentation)).decision.invalidReason == .unknownGrant)
        }
    }

    @Test func `a recovered grant is unproven until its token's signature was checked once`() throws
    {
        let before = World()
        let shop = try before.addApp()
        let held = try before.spawn(Fixture.agent(key: 1), from: shop)
        let world = before.restarted()
        let outcome = world.apply(.validate(held.presentation))
        guard case .unproven(let grant) = outcome.decision else {
            Issue.record("a recovered grant is unproven")
            return
        }
        #expect(grant.unsignedDigest == held.unsignedDigest)
        #expect(grant.key == KeyNumber(rawValue: 1))
        // Another token's bytes are not pinned.
        let other = PlainIssuance.key(99)
        #expect(!world.broker.pin(held.grant, digest: other, unsignedDigest: other))
        #expect(world.apply(.validate(held.presentation)).decision.isUnproven)
        #expect(world.apply(.release(.token(held.presentation))).decision.isUnproven)
        #expect(
            world.broker.pin(
                held.grant, digest: held.presentation.digest, unsignedDigest: held.unsignedDigest))
        #expect(world.isValid(held))
        #expect(world.apply(.release(.token(held.presentation))).decision.ended == true)
        #expect(
            !world.broker.pin(
                held.grant, digest: held.presentation.digest, unsignedDigest: held.unsignedDigest))
    }

    @Test func `validating changes nothing but the counters`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        let position = world.broker.logPosition
        for _ in 0..<100 { #expect(world.isValid(held)) }
        #expect(world.broker.logPosition == position)
        #expect(world.broker.counters.validated == 100)
    }
}
