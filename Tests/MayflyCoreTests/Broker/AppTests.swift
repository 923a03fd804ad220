import Testing

@testable import MayflyCore

@Suite struct AppTests {
    private static let shop = Fixture.name("shop")

    @Test func `a new app takes the broker's lifetimes where it names none`() throws {
        let world = World()
        let shop = try #require(
            world.apply(.createApp(Fixture.terms())).decision.app)
        #expect(shop.defaultLifetimeSeconds == 300 && shop.maximumLifetimeSeconds == 86_400)
        #expect(shop.epoch == 1 && shop.createdAt == world.now && shop.removedAt == nil)
        let brief = try #require(
            world.apply(
                .createApp(Fixture.terms("brief", uids: [1], maximumLifetimeSeconds: 20))
            ).decision.app)
        #expect(brief.defaultLifetimeSeconds == 20 && brief.maximumLifetimeSeconds == 20)
        #expect(world.broker.allApps.map(\.record) == [shop, brief])
    }

    @Test(
        arguments: [
            (Fixture.terms("shop", uids: [5]), .appExists),
            (Fixture.terms("new", uids: [5], maximumLifetimeSeconds: 86_401), .invalidLifetime),
            (
                Fixture.terms(
                    "new", uids: [5], defaultLifetimeSeconds: 21, maximumLifetimeSeconds: 20),
                .invalidLifetime
            ),
            (Fixture.terms("new", ceiling: [], uids: [5]), .invalidApp),
            (
                Fixture.terms("new", ceiling: (0..<33).map { "read:data:\($0)" }, uids: [5]),
                .invalidApp
            ),
            (Fixture.terms("new", uids: (0..<65).map { 5_000 + $0 }), .invalidApp),
            (
                Fixture.terms("new", uids: [5], orchestrations: (0..<257).map { "o\($0)" }),
                .invalidApp
            ),
            (Fixture.terms("new", uids: [5], orchestrations: ["nightly"]), .orchestrationNotOwned),
            (Fixture.terms("new", uids: [1_000]), .uidShared),
            (Fixture.terms("new", uids: [5, 1_000], sharesUid: true), .uidShared),
        ] as [(AppTerms, Reason)])
    func `an app that may not be is refused, and takes nothing with it`(
        terms: AppTerms, reason: Reason
    ) throws {
        let world = World()
        _ = try world.addApp(Fixture.terms(orchestrations: ["nightly"]))
        let before = world.stored.apps
        let outcome = world.apply(.createApp(terms))
        #expect(outcome.decision.refusal == reason)
        #expect(outcome.changes.isEmpty)
        #expect(world.stored.apps == before && world.broker.allApps.count == 1)
        // What follows gets a serial that the store knows to be taken.
        let next = try world.addApp(Fixture.terms("next", uids: [6]))
        _ = try world.spawn(Fixture.agent(key: 1), from: next)
    }

    @Test func `a refused first app leaves the serials as they were`() throws {
        let world = World()
        world.apply(.createApp(Fixture.terms(ceiling: [])))
        #expect(world.stored.serialBound == 1)
        _ = try world.addApp()
        #expect(world.stored.serialBound > 1)
    }

    @Test func `two apps share a uid only where both say so`() throws {
        let world = World()
        _ = try world.addApp(Fixture.terms(sharesUid: true))
        #expect(world.apply(.createApp(Fixture.terms("b"))).decision.refusal == .uidShared)
        _ = try world.addApp(Fixture.terms("b", sharesUid: true))
        var amendment = AppAmendment(name: Self.shop)
        amendment.sharesUid = false
        #expect(world.apply(.updateApp(amendment)).decision.refusal == .uidShared)
        amendment.uids = [UserID(rawValue: 3_000)]
        #expect(world.apply(.updateApp(amendment)).decision.app?.sharesUid == false)
    }

    @Test func `at most so many apps, and a removed one makes room`() throws {
        var settings = World.settings
        settings.maximumApps = 2
        let world = World(settings)
        _ = try world.addApp(Fixture.terms("a", uids: [1]))
        _ = try world.addApp(Fixture.terms("b", uids: [2]))
        let third = Fixture.terms("c", uids: [3])
        #expect(world.apply(.createApp(third)).decision.refusal == .appsExhausted)
        world.apply(.removeApp(Fixture.name("a")))
        _ = try world.addApp(third)
    }

    @Test func `a connection names its app once, and only one that its uid is`() throws {
        let world = World()
        let shop = try world.addApp(Fixture.terms(uids: [1_000, 1_001]))
        let peer = Caller(uid: UserID(rawValue: 1_001), pid: ProcessID(rawValue: 3))
        let accepted = world.apply(.authenticate(app: Self.shop), from: peer)
        #expect(accepted.decision.app?.serial == shop.app)
        #expect(accepted.events.map(\.kind) == [.appAuthenticated])
        #expect(accepted.dependsOn == world.broker.logPosition, "acknowledged means audited")
        let stranger = Caller(uid: UserID(rawValue: 1_002), pid: ProcessID(rawValue: 3))
        let wrongUid = world.apply(.authenticate(app: Self.shop), from: stranger)
        let wrongName = world.apply(.authenticate(app: Fixture.name("shoq")), from: stranger)
        #expect(wrongUid.decision.refusal == .appNotAllowed)
        #expect("\(wrongUid.decision)" == "\(wrongName.decision)", "names do not leak")
        #expect(
            world.apply(.authenticate(app: Self.shop), from: shop).decision.refusal
                == .alreadyAuthenticated)
    }

    @Test func `an amendment changes what it names and nothing else`() throws {
        let world = World()
        _ = try world.addApp(Fixture.terms(orchestrations: ["a"]))
        let before = try #require(world.broker.app(named: Self.shop)?.record)
        var amendment = AppAmendment(name: Self.shop)
        amendment.orchestrations = [Fixture.name("b")]
        amendment.attestationKeys = [PlainIssuance.key(1)]
        let after = try #require(world.apply(.updateApp(amendment)).decision.app)
        var wanted = before
        wanted.orchestrations = [Fixture.name("b")]
        wanted.attestationKeys = [PlainIssuance.key(1)]
        wanted.position = world.broker.logPosition
        #expect(after == wanted)
        #expect(world.stored.apps[after.serial] == wanted)
        #expect(
            world.apply(.updateApp(AppAmendment(name: Fixture.name("none")))).decision.refusal
                == .appNotFound)
    }

    @Test func `a shorter maximum takes the default with it, a default past it is refused`() throws
    {
        let world = World()
        _ = try world.addApp()
        var amendment = AppAmendment(name: Self.shop)
        amendment.maximumLifetimeSeconds = 100
        let after = try #require(world.apply(.updateApp(amendment)).decision.app)
        #expect(after.maximumLifetimeSeconds == 100 && after.defaultLifetimeSeconds == 100)
        amendment.defaultLifetimeSeconds = 101
        #expect(world.apply(.updateApp(amendment)).decision.refusal == .invalidLifetime)
        amendment.maximumLifetimeSeconds = 0
        #expect(world.apply(.updateApp(amendment)).decision.refusal == .invalidLifetime)
    }

    @Test func `an app can be amended although the broker's own maximum has become shorter`() throws
    {
        let before = World()
        _ = try before.addApp()
        var settings = World.settings
        settings.maximumLifetimeSeconds = 200
        let world = World(settings, stored: before.stored)
        var amendment = AppAmendment(name: Self.shop)
        amendment.ceiling = Fixture.scopes(["read:data:x"])
        #expect(world.apply(.updateApp(amendment)).decision.app?.maximumLifetimeSeconds == 200)
    }

    @Test func `an unknown app cannot be removed`() {
        let world = World()
        #expect(world.apply(.removeApp(Self.shop)).decision.refusal == .appNotFound)
    }
}
