import Testing

@testable import MayflyCore

@Suite struct SpawnTests {
    @Test func `an agent gets what was asked, under a name of its own`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(
            [
                Fixture.agent(key: 1, scope: ["read:data:b", "read:data:a"]),
                Fixture.agent(key: 2, task: "other"),
            ], from: shop)
        let records = world.stored.grants.values.sorted { $0.serial < $1.serial }
        #expect(records.map(\.id) == held.map(\.grant))
        #expect(records[0].scope == TextList(Fixture.scopes(["read:data:b", "read:data:a"])))
        #expect(records[0].publicKey == PlainIssuance.key(1))
        #expect(records[0].app == shop.app && records[0].appEpoch == 1)
        #expect(records[0].proof == .agent && records[0].depth == 0 && records[0].parent == nil)
        #expect(records[0].id.high == records[0].instance.rawValue)
        #expect(records[1].task.text == "other" && records[0].instance != records[1].instance)
        #expect(world.isValid(held[0]) && world.isValid(held[1]))
    }

    @Test(
        arguments: [
            (["read:data:x"], nil),
            (["read:data:*"], nil),
            (["write:log:x"], nil),
            (["read:data:x", "write:log:x"], nil),
            (["write:log:y"], .scopeViolation),
            (["write:log:*"], .scopeViolation),
            (["read:date:x"], .scopeViolation),
            (["read:data:x", "write:data:x"], .scopeViolation),
            (["admin:x:y"], .scopeReserved),
            (["app:x:y"], .scopeReserved),
            (["read:data:x", "admin:x:y"], .scopeReserved),
        ] as [([String], Reason?)])
    func `a scope is inside the ceiling and outside the reserved families`(
        scope: [String], reason: Reason?
    ) throws {
        let world = World()
        let shop = try world.addApp(
            Fixture.terms(ceiling: ["read:data:*", "write:log:x", "admin:x:*", "app:x:y"]))
        let outcome = world.apply(
            .spawn([Fixture.agent(key: 1, scope: scope)], proof: .agent), from: shop)
        #expect(outcome.decision.refusal == reason)
        #expect(world.broker.liveGrants == (reason == nil ? 1 : 0))
    }

    @Test func `a connection that named no app spawns nothing`() throws {
        let world = World()
        var shop = try world.addApp()
        shop.app = nil
        let outcome = world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
        #expect(outcome.decision.refusal == .authenticationRequired)
        shop.app = Serial(rawValue: 999)
        let other = world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
        #expect(other.decision.refusal == .authenticationRequired)
    }

    @Test(
        arguments: [
            // asked for, total asked for, then seconds to expiry and to the last possible renewal
            (0, 0, 60, 60), (30, 0, 30, 30), (100, 0, 100, 100), (0, 100, 60, 100),
            (30, 90, 30, 90),
            (90, 30, 30, 30), (0, 30, 30, 30), (100, 100, 100, 100),
        ] as [(UInt32, UInt32, UInt64, UInt64)])
    func `a life is as long as asked, else the app's default, never past the total`(
        lifetime: UInt32, total: UInt32, expiry: UInt64, notAfter: UInt64
    ) throws {
        let world = World()
        let shop = try world.addApp(
            Fixture.terms(defaultLifetimeSeconds: 60, maximumLifetimeSeconds: 100))
        _ = try world.spawn(
            Fixture.agent(key: 1, lifetimeSeconds: lifetime, totalLifetimeSeconds: total),
            from: shop)
        let record = try #require(world.stored.grants.values.first)
        // Whole seconds, as the token has them.
        let start = world.now.seconds * 1_000
        #expect(record.expiresAt.milliseconds == start + expiry * 1_000)
        #expect(record.notAfter.milliseconds == start + notAfter * 1_000)
        #expect(record.issuedAt == world.now)
    }

    @Test(arguments: [(101, 0), (0, 101), (50, 101), (.max, .max)] as [(UInt32, UInt32)])
    func `a life past the app's maximum is refused`(lifetime: UInt32, total: UInt32) throws {
        let world = World()
        let shop = try world.addApp(
            Fixture.terms(defaultLifetimeSeconds: 60, maximumLifetimeSeconds: 100))
        let spec = Fixture.agent(
            key: 1, lifetimeSeconds: lifetime, totalLifetimeSeconds: total)
        #expect(
            world.apply(.spawn([spec], proof: .agent), from: shop).decision.refusal
                == .invalidLifetime)
    }

    @Test func `a key of a live agent is refused, whoever asks`() throws {
        let world = World()
        let shop = try world.addApp()
        let other = try world.addApp(Fixture.terms("other", uids: [2_000]))
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        for caller in [shop, other] {
            let spec = Fixture.agent(key: 1, orchestration: "o-\(caller.uid.rawValue)")
            let outcome = world.apply(.spawn([spec], proof: .agent), from: caller)
            #expect(outcome.decision.refusal == .keyInUse)
        }
        world.apply(.release(.token(held.presentation)))
        #expect(
            world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
                .decision.spawned != nil)
    }

    @Test func `an expired holder of a key gives way before the timer has come round`() throws {
        let world = World()
        let shop = try world.addApp()
        let first = try world.spawn(Fixture.agent(key: 1, lifetimeSeconds: 10), from: shop)
        world.now = Instant(milliseconds: world.now.seconds * 1_000 + 9_999)
        #expect(
            world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
                .decision.refusal == .keyInUse)
        world.now = Instant(milliseconds: world.now.milliseconds + 1)
        let outcome = world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
        #expect(outcome.decision.spawned?.count == 1)
        #expect(outcome.events.map(\.kind) == [.grantExpired, .agentSpawned])
        #expect(outcome.events.first?.grant == first.grant)
        #expect(world.broker.counters.expired == 1)
        #expect(world.broker.liveGrants == 1)
    }

    @Test func `a batch attested by a key that was taken away since is refused`() throws {
        let world = World()
        let shop = try world.addApp()
        let key = PlainIssuance.key(99)
        let batch = Command.spawn([Fixture.agent(key: 1)], proof: .attested, attestedBy: key)
        #expect(world.apply(batch, from: shop).decision.refusal == .attestationKeyUnknown)
        var amendment = AppAmendment(name: Fixture.terms().name)
        amendment.attestationKeys = [key]
        #expect(world.apply(.updateApp(amendment)).decision.app != nil)
        #expect(world.apply(batch, from: shop).decision.refusal == nil)
        amendment.attestationKeys = []
        #expect(world.apply(.updateApp(amendment)).decision.app != nil)
        let late = Command.spawn([Fixture.agent(key: 2)], proof: .attested, attestedBy: key)
        #expect(world.apply(late, from: shop).decision.refusal == .attestationKeyUnknown)
    }

    @Test(arguments: [0, 1, 2])
    func `a batch is all or nothing, whichever agent is at fault`(place: Int) throws {
        let world = World()
        let shop = try world.addApp()
        var specs = (0..<3).map { Fixture.agent(key: UInt64($0)) }
        specs[place].scope = Fixture.scopes(["write:data:x"])
        let before = world.stored.grants
        let outcome = world.apply(.spawn(specs, proof: .attested), from: shop)
        #expect(outcome.decision.refusal == .scopeViolation)
        #expect(outcome.events.map(\.kind) == [.requestRefused])
        #expect(outcome.events.first?.scope == TextList(specs[place].scope))
        #expect(world.stored.grants == before && world.broker.liveGrants == 0)
        #expect(world.broker.app(named: Fixture.name("shop"))?.liveGrants == 0)
        specs[place].scope = Fixture.scopes(["read:data:x"])
        #expect(try world.spawn(specs, from: shop).count == 3)
    }

    @Test func `a key that comes twice in a batch is refused, and nothing is lost with it`() throws
    {
        let world = World()
        let shop = try world.addApp()
        _ = try world.spawn(Fixture.agent(key: 7, lifetimeSeconds: 1), from: shop)
        world.now = world.now.advanced(bySeconds: 5)
        // The first key's holder has expired and gives way while the batch is being judged.
        let specs = [7, 8, 9, 8].map { Fixture.agent(key: $0) }
        let outcome = world.apply(.spawn(specs, proof: .attested), from: shop)
        #expect(outcome.decision.refusal == .keyInUse)
        world.settle()
        #expect(world.broker.liveGrants == 0 && world.stored.grants.isEmpty)
    }

    @Test func `an expired holder that gave way to a refused batch is recorded all the same`()
        throws
    {
        let world = World()
        let shop = try world.addApp()
        _ = try world.spawn(Fixture.agent(key: 7, lifetimeSeconds: 1), from: shop)
        world.now = world.now.advanced(bySeconds: 5)
        let specs = [Fixture.agent(key: 7), Fixture.agent(key: 8, scope: ["write:data:x"])]
        let outcome = world.apply(.spawn(specs, proof: .attested), from: shop)
        #expect(outcome.decision.refusal == .scopeViolation)
        #expect(outcome.events.map(\.kind) == [.grantExpired, .requestRefused])
        #expect(world.stored.grants.isEmpty)
    }

    @Test func `past the limit of live grants nothing is spawned until some have ended`() throws {
        var settings = World.settings
        settings.maximumLiveGrants = 5
        let world = World(settings)
        let shop = try world.addApp()
        let held = try world.spawn((0..<4).map { Fixture.agent(key: $0) }, from: shop)
        let pair = [Fixture.agent(key: 10), Fixture.agent(key: 11)]
        #expect(
            world.apply(.spawn(pair, proof: .attested), from: shop).decision.refusal
                == .liveGrantsExhausted)
        #expect(world.broker.liveGrants == 4)
        world.apply(.release(.token(held[0].presentation)))
        #expect(try world.spawn(pair, from: shop).count == 2)
    }

    @Test func `while the disk is nearly full nothing is granted, and all can end`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(
            [Fixture.agent(key: 1), Fixture.agent(key: 2, lifetimeSeconds: 5)], from: shop)
        world.broker.isStorageLow = true
        #expect(
            world.apply(.spawn([Fixture.agent(key: 3)], proof: .agent), from: shop)
                .decision.refusal == .storageLow)
        #expect(
            world.apply(.createApp(Fixture.terms("new", uids: []))).decision.refusal == .storageLow)
        let newcomer = Caller(uid: shop.uid, pid: shop.pid)
        #expect(
            world.apply(.authenticate(app: Fixture.name("shop")), from: newcomer)
                .decision.refusal == .storageLow)
        #expect(world.isValid(held[0]))
        #expect(world.apply(.release(.token(held[0].presentation))).decision.ended == true)
        world.pass(milliseconds: 6_000)
        #expect(world.broker.liveGrants == 0)
        #expect(world.apply(.removeApp(Fixture.name("shop"))).decision.endedWithApp == 0)
        world.broker.isStorageLow = false
        #expect(try world.addApp(Fixture.terms("new")).app != nil)
    }
}
