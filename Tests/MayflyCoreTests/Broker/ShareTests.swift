import Testing

@testable import MayflyCore

/// What one uid or one app may hold, so that no other goes without.
@Suite struct ShareTests {
    private static func settings(
        perUid: Int? = nil, perApp: Int? = nil, bytes: Int = 1 << 30
    ) -> BrokerSettings {
        var settings = World.settings
        settings.liveGrantsPerUid = perUid
        settings.liveGrantsPerApp = perApp
        settings.liveGrantBytesPerUid = bytes
        return settings
    }

    private func spawn(
        _ world: World, _ caller: Caller, _ keys: ClosedRange<UInt64>
    ) -> (reason: Reason, limit: ShareLimit?)? {
        let specs = keys.map { Fixture.agent(key: $0, orchestration: "o-\(caller.uid.rawValue)") }
        let outcome = world.apply(.spawn(specs, proof: .agent), from: caller)
        guard case .refused(let refusal) = outcome.decision else { return nil }
        return (refusal.reason, refusal.limit)
    }

    @Test func `one uid takes its share, and another has its own`() throws {
        let world = World(Self.settings(perUid: 3))
        let shop = try world.addApp(Fixture.terms(uids: [1_000]))
        let mill = try world.addApp(Fixture.terms("mill", uids: [1_001]))
        #expect(spawn(world, shop, 1...2) == nil)
        // All of a batch, or none.
        let refused = try #require(spawn(world, shop, 3...4))
        #expect(refused == (.liveGrantsExhausted, .liveGrantsPerUid))
        #expect(spawn(world, shop, 3...3) == nil)
        #expect(spawn(world, mill, 11...13) == nil)
        #expect(spawn(world, mill, 14...14)?.limit == .liveGrantsPerUid)
    }

    @Test func `what ends gives its share back: released, expired, swept or after a restart`()
        throws
    {
        let world = World(Self.settings(perUid: 4))
        let shop = try world.addApp()
        let share = UserShare(of: shop.uid)
        let held = try world.spawn(
            [
                Fixture.agent(key: 1), Fixture.agent(key: 2, lifetimeSeconds: 5),
                Fixture.agent(key: 3, task: "gone"),
            ], from: shop)
        let child = try world.delegate(
            world.hop(from: held[0], to: held[2], scope: ["read:data:x"]), by: held[0])
        // Asked for by root, and so root's.
        #expect(world.broker.holding(of: UserShare(of: UserID(rawValue: 0))).grants == 1)
        #expect(world.broker.holding(of: share).grants == 3)
        let restarted = world.restarted()
        #expect(restarted.broker.holding(of: share) == world.broker.holding(of: share))
        for world in [world, restarted] {
            #expect(world.isValid(child))
            _ = world.present(held[0], .release(.token(held[0].presentation)))
            #expect(world.broker.holding(of: share).grants == 2)
            world.pass(milliseconds: 6_000)
            #expect(world.broker.holding(of: share).grants == 1)
            let target = RevocationTarget.task(Fixture.name("gone"), orchestration: nil)
            world.apply(.revoke(target, allowsNew: true))
            world.settle()
            #expect(world.broker.holding(of: share) == (0, 0, 0))
            #expect(
                world.broker.holding(of: UserShare(of: UserID(rawValue: 0))) == (0, 0, 0))
        }
    }

    @Test func `uids that nobody named have one share together`() throws {
        var settings = Self.settings(perUid: 2)
        settings.operatorUids = [UserID(rawValue: 0), UserID(rawValue: 7)]
        let world = World(settings)
        let shop = try world.addApp(Fixture.terms(uids: [1_000]))
        func register(_ uid: UInt32, _ number: UInt64) -> ShareLimit? {
            let secret = PlainIssuance.key(500 + number)
            world.apply(
                .createLaunchToken(
                    LaunchTokenTerms(
                        digest: secret, label: nil, ceiling: Fixture.scopes(["read:data:*"]),
                        lifetimeSeconds: 0, maximumAgentLifetimeSeconds: 0)), from: shop)
            let caller = Caller(uid: UserID(rawValue: uid), pid: ProcessID(rawValue: 9))
            let command = Command.register(
                Fixture.agent(key: number), launchToken: secret, supersede: false)
            guard case .refused(let refusal) = world.apply(command, from: caller).decision else {
                return nil
            }
            return refusal.limit
        }
        #expect(register(4_001, 1) == nil && register(4_002, 2) == nil)
        #expect(register(4_003, 3) == .liveGrantsPerUid)
        #expect(world.broker.holding(of: .unnamed).grants == 2)
        // The operator's uid and an app's are named, and have their own.
        #expect(register(7, 4) == nil && register(1_000, 5) == nil)
        #expect(world.broker.namedUids.map(\.rawValue) == [0, 7, 1_000])
    }

    @Test func `what was charged to a share is given back to it, whoever is named by then`() throws
    {
        let world = World(Self.settings(perUid: 2))
        let shop = try world.addApp(Fixture.terms(uids: [1_000]))
        #expect(spawn(world, shop, 1...2) == nil)
        var amendment = AppAmendment(name: Fixture.name("shop"))
        amendment.uids = [UserID(rawValue: 1_001)]
        world.apply(.updateApp(amendment))
        #expect(!world.broker.isNamed(shop.uid))
        #expect(world.broker.isNamed(UserID(rawValue: 1_001)))
        #expect(world.broker.holding(of: UserShare(of: shop.uid)).grants == 2)
        #expect(world.broker.holding(of: .unnamed).grants == 0)
        world.pass(milliseconds: 301_000)
        #expect(world.broker.holding(of: UserShare(of: shop.uid)) == (0, 0, 0))
        world.apply(.removeApp(Fixture.name("shop")))
        #expect(!world.broker.isNamed(UserID(rawValue: 1_001)))
    }

    @Test func `a uid of two apps stays named while one of them has it`() throws {
        let world = World()
        for name in ["shop", "mill"] {
            _ = try world.addApp(Fixture.terms(name, uids: [1_000], sharesUid: true))
        }
        world.apply(.removeApp(Fixture.name("shop")))
        #expect(world.broker.isNamed(UserID(rawValue: 1_000)))
        #expect(world.restarted().broker.isNamed(UserID(rawValue: 1_000)))
        world.apply(.removeApp(Fixture.name("mill")))
        #expect(!world.broker.isNamed(UserID(rawValue: 1_000)))
        #expect(!world.restarted().broker.isNamed(UserID(rawValue: 1_000)))
    }

    @Test func `one app takes its share, over whatever uids it comes`() throws {
        let world = World(Self.settings(perApp: 3))
        let shop = try world.addApp(Fixture.terms(uids: [1_000, 1_001]))
        var second = shop
        second.uid = UserID(rawValue: 1_001)
        #expect(spawn(world, shop, 1...2) == nil)
        #expect(spawn(world, second, 3...4)?.limit == .liveGrantsPerApp)
        #expect(spawn(world, second, 3...3) == nil)
        let mill = try world.addApp(Fixture.terms("mill", uids: [1_002]))
        #expect(spawn(world, mill, 11...13) == nil)
    }

    @Test func `texts are charged too, and a renewal that narrows gives some back`() throws {
        let world = World(Self.settings(bytes: 500))
        let shop = try world.addApp()
        let scope = (0..<10).map { "read:data:\(String(repeating: "x", count: 50))\($0)" }
        let spec = Fixture.agent(key: 1, scope: scope)
        let held = try world.spawn(spec, from: shop)
        let share = UserShare(of: shop.uid)
        let charged = world.broker.holding(of: share).textBytes
        #expect(charged == "orch".count + "task".count + scope.joined(separator: " ").count)
        #expect(spawn(world, shop, 2...2)?.limit == .liveGrantBytesPerUid)
        world.apply(world.renewal(of: held, scope: [scope[0]]))
        #expect(
            world.broker.holding(of: share).textBytes == "orchtask".count + scope[0].count)
        #expect(world.restarted().broker.holding(of: share) == world.broker.holding(of: share))
        #expect(spawn(world, shop, 2...2) == nil)
    }

    @Test func `launch tokens are charged to who made them, until they are used or over`() throws {
        var settings = World.settings
        settings.launchTokensPerUid = 2
        settings.launchTokensPerApp = 3
        let world = World(settings)
        let shop = try world.addApp()
        func make(_ number: UInt64, _ caller: Caller, for app: Name? = nil) -> ShareLimit? {
            let terms = LaunchTokenTerms(
                digest: PlainIssuance.key(600 + number), label: nil,
                ceiling: Fixture.scopes(["read:data:*"]), lifetimeSeconds: 0,
                maximumAgentLifetimeSeconds: 0)
            let outcome = world.apply(.createLaunchToken(terms, app: app), from: caller)
            guard case .refused(let refusal) = outcome.decision else { return nil }
            return refusal.limit
        }
        #expect(make(1, shop) == nil && make(2, shop) == nil)
        #expect(make(3, shop) == .launchTokensPerUid)
        let byOperator = Fixture.operatorCaller
        #expect(make(4, byOperator, for: Fixture.name("shop")) == nil)
        #expect(make(5, byOperator, for: Fixture.name("shop")) == .launchTokensPerApp)
        let share = UserShare(of: shop.uid)
        #expect(world.broker.holding(of: share).launchTokens == 2)
        #expect(world.restarted().broker.holding(of: share).launchTokens == 2)
        let register = Command.register(
            Fixture.agent(key: 1), launchToken: PlainIssuance.key(601), supersede: false)
        #expect(world.apply(register, from: byOperator).decision.issued != nil)
        #expect(make(6, shop) == nil)
        world.pass(milliseconds: 31_000)
        #expect(world.broker.holding(of: share).launchTokens == 0)
    }

    @Test(arguments: [
        (1, 1), (1_000, 1_000), (2_000, 1_000), (10_000, 2_500), (4_000_000, 1_000_000),
    ])
    func `a share that nobody set is a quarter, and of a small total all`(total: Int, share: Int) {
        var settings = World.settings
        settings.maximumLiveGrants = total
        settings.maximumLaunchTokens = total
        #expect(settings.liveGrantsOfUid == share && settings.liveGrantsOfApp == share)
        #expect(settings.launchTokensOfUid == share && settings.launchTokensOfApp == share)
        settings.liveGrantsPerUid = 5
        settings.launchTokensPerApp = 6
        #expect(settings.liveGrantsOfUid == 5 && settings.launchTokensOfApp == 6)
        #expect(settings.liveGrantsOfApp == share && settings.launchTokensOfUid == share)
    }

    @Test func `a limit has one name, in small letters`() {
        let names = ShareLimit.allCases.map(\.text)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || 97...122 ~= $0 })
        }
    }
}
