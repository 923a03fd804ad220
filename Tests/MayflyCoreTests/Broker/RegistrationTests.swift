import Testing

@testable import MayflyCore

@Suite struct RegistrationTests {
    private static let secret = PlainIssuance.key(500)

    private func terms(
        ceiling: [String] = ["read:data:x"], seconds: UInt32 = 0, agentSeconds: UInt32 = 0
    ) -> LaunchTokenTerms {
        LaunchTokenTerms(
            digest: Self.secret, label: Fixture.name("nightly"),
            ceiling: Fixture.scopes(ceiling), lifetimeSeconds: seconds,
            maximumAgentLifetimeSeconds: agentSeconds)
    }

    private let agent = Caller(uid: UserID(rawValue: 4_000), pid: ProcessID(rawValue: 8))

    private func register(
        _ world: World, _ spec: AgentSpec = Fixture.agent(key: 1), supersede: Bool = false,
        secret: Digest = Self.secret
    ) -> Outcome {
        world.apply(.register(spec, launchToken: secret, supersede: supersede), from: agent)
    }

    @Test func `a launch token lets one agent in, once`() throws {
        let world = World()
        let shop = try world.addApp()
        let token = try #require(
            world.apply(.createLaunchToken(terms()), from: shop).decision.launchToken)
        #expect(token.expiresAt == world.now.advanced(bySeconds: 30))
        let outcome = register(world)
        let held = world.sign(try #require(outcome.decision.issued))
        #expect(outcome.events.map(\.kind) == [.agentRegistered])
        #expect(world.isValid(held))
        #expect(world.stored.launchTokens.isEmpty)
        #expect(
            register(world, Fixture.agent(key: 2)).decision.refusal == .launchTokenInvalid)
        #expect(world.broker.app(named: Fixture.name("shop"))?.liveGrants == 1)
    }

    @Test func `it lives on over a restart, and ends with its time`() throws {
        let world = World()
        let shop = try world.addApp()
        world.apply(.createLaunchToken(terms(seconds: 10)), from: shop)
        let restarted = world.restarted()
        #expect(register(restarted).decision.issued != nil)
        world.now = world.now.advanced(bySeconds: 10)
        #expect(register(world).decision.refusal == .launchTokenInvalid)
        #expect(world.settle().flatMap(\.events).map(\.kind).contains(.launchTokensExpired))
        #expect(world.stored.launchTokens.isEmpty && world.broker.launchTokenCount == 0)
    }

    @Test func `what is refused burns nothing`() throws {
        let world = World()
        let shop = try world.addApp(Fixture.terms(ceiling: ["read:data:*"]))
        world.apply(.createLaunchToken(terms(agentSeconds: 60)), from: shop)
        let refused: [(Reason, AgentSpec)] = [
            (.scopeViolation, Fixture.agent(key: 1, scope: ["read:data:y"])),
            (.scopeReserved, Fixture.agent(key: 1, scope: ["admin:x:y"])),
            (.invalidLifetime, Fixture.agent(key: 1, lifetimeSeconds: 61)),
        ]
        for (reason, spec) in refused {
            #expect(
                world.broker.registrationFault(spec, Self.secret, at: world.now)?
                    .refusal.reason == reason)
            #expect(register(world, spec).decision.refusal == reason)
        }
        #expect(
            world.broker.registrationFault(
                Fixture.agent(key: 1), Self.secret, at: world.now) == nil)
        #expect(register(world).decision.issued != nil)
    }

    @Test func `it dies with its app, and with the ceiling it was made under`() throws {
        let world = World()
        let shop = try world.addApp(Fixture.terms(ceiling: ["read:data:*", "read:log:*"]))
        world.apply(.createLaunchToken(terms()), from: shop)
        var amendment = AppAmendment(name: Fixture.name("shop"))
        amendment.ceiling = Fixture.scopes(["read:data:*"])
        world.apply(.updateApp(amendment))
        #expect(register(world).decision.refusal == .launchTokenInvalid)
        world.apply(.removeApp(Fixture.name("shop")))
        #expect(register(world).decision.refusal == .launchTokenInvalid)
        // A removed app makes no more of them.
        #expect(
            world.apply(.createLaunchToken(terms()), from: shop).decision.refusal
                == .authenticationRequired)
    }

    @Test func `it gives no more than the app has, for no longer`() throws {
        let world = World()
        let shop = try world.addApp()
        func refusal(_ terms: LaunchTokenTerms, app: Name? = nil) -> Reason? {
            world.apply(.createLaunchToken(terms, app: app), from: app == nil ? shop : agent)
                .decision.refusal
        }
        #expect(refusal(terms(ceiling: ["write:data:x"])) == .scopeViolation)
        #expect(refusal(terms(ceiling: ["app:launch-tokens:*"])) == .scopeReserved)
        #expect(refusal(terms(seconds: 3_601)) == .invalidLifetime)
        #expect(refusal(terms(agentSeconds: 86_401)) == .invalidLifetime)
        #expect(refusal(terms(), app: Fixture.name("none")) == .appNotFound)
        #expect(refusal(terms(), app: Fixture.name("shop")) == nil)
    }

    @Test func `launch tokens are bounded`() throws {
        var settings = World.settings
        settings.maximumLaunchTokens = 2
        let world = World(settings)
        let shop = try world.addApp()
        func make(_ number: UInt64) -> Reason? {
            var terms = terms()
            terms.digest = PlainIssuance.key(600 + number)
            return world.apply(.createLaunchToken(terms), from: shop).decision.refusal
        }
        #expect([make(1), make(2), make(3)] == [nil, nil, .launchTokensExhausted])
        // Those that are too many may not be on disk yet, and then the refusal waits for them.
        let made = world.broker.logPosition
        #expect(world.apply(.createLaunchToken(terms()), from: shop).dependsOn == made)
        world.pass(milliseconds: 31_000)
        #expect(make(4) == nil)
    }

    @Test func `an instance that comes again ends what the crashed one had, when asked`() throws {
        let world = World()
        let shop = try world.addApp()
        let crashed = try world.spawn(
            [Fixture.agent(key: 1), Fixture.agent(key: 2), Fixture.agent(key: 3, task: "other")],
            from: shop)
        world.apply(.createLaunchToken(terms()), from: shop)
        #expect(register(world).decision.refusal == .keyInUse)
        let held = world.sign(try #require(register(world, supersede: true).decision.issued))
        #expect(crashed.map { world.isValid($0) } == [false, false, true])
        #expect(world.isValid(held))
        #expect(world.restarted().isValid(held))
        world.settle()
        #expect(world.broker.liveGrants == 2 && world.stored.revocations.isEmpty)
    }

    @Test func `wrong launch tokens hold up nobody, not even their uid, and cost the audit little`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        world.apply(.createLaunchToken(terms()), from: shop)
        let before = world.broker.logPosition.rawValue
        for number in 0..<100 as Range<UInt64> {
            #expect(
                register(world, secret: PlainIssuance.key(900 + number)).decision.refusal
                    == .launchTokenInvalid)
        }
        #expect(
            world.broker.logPosition.rawValue - before == UInt64(Limits.refusalsRecordedPerSecond))
        #expect(register(world).decision.issued != nil)
    }
}
