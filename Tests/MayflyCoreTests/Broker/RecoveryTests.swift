import Testing

@testable import MayflyCore

@Suite struct RecoveryTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `after a restart every answer is what it was`(seed: UInt64) {
        let world = World(seed: seed)
        var traffic = Traffic(seed: seed)
        for _ in 0..<12 {
            for _ in 0..<120 {
                let request = traffic.next(in: world)
                let outcome = world.apply(request.command, from: request.caller)
                traffic.note(outcome, of: request, in: world)
            }
            let recovered = world.restarted()
            #expect(recovered.broker.liveGrants == world.broker.liveGrants)
            let apps = world.broker.allApps
            #expect(recovered.broker.allApps.map(\.record) == apps.map(\.record))
            #expect(recovered.broker.allApps.map(\.liveGrants) == apps.map(\.liveGrants))
            for held in traffic.held {
                let before = "\(world.validate(held).decision)"
                #expect("\(recovered.validate(held).decision)" == before, "seed \(seed)")
            }
        }
        #expect(traffic.held.count > 40, "seed \(seed)")
    }

    @Test(arguments: 11...16 as ClosedRange<UInt64>)
    func `every request is decided after a restart as without one`(seed: UInt64) {
        let world = World(seed: seed)
        var traffic = Traffic(seed: seed)
        for _ in 0..<500 {
            let request = traffic.next(in: world)
            let recovered = world.restarted()
            let outcome = world.apply(request)
            let again = recovered.apply(request)
            #expect(again.decision.shape == outcome.decision.shape, "seed \(seed)")
            traffic.note(outcome, of: request, in: world)
        }
    }

    @Test func `serials go on above whatever was reserved`() throws {
        let before = World()
        let shop = try before.addApp()
        _ = try before.spawn((0..<50).map { Fixture.agent(key: $0) }, from: shop)
        let first = try #require(before.stored.grants.keys.max())
        let world = before.restarted()
        #expect(world.stored.serialBound > first.rawValue)
        _ = try world.spawn(Fixture.agent(key: 100), from: shop)
        let second = try #require(world.stored.grants.keys.max())
        #expect(second.rawValue >= before.stored.serialBound)
        let again = world.restarted()
        _ = try again.spawn(Fixture.agent(key: 101), from: shop)
        #expect(try #require(again.stored.grants.keys.max()) > second)
    }

    @Test func `a serial is reserved before it is used, over more than one block`() throws {
        let world = World()
        let shop = try world.addApp()
        // More than 65,536 serials: the strict store objects to any that was not reserved.
        let specs = (0..<1_000).map { Fixture.agent(key: $0) }
        for _ in 0..<67 {
            let held = try world.spawn(specs, from: shop)
            for token in held { world.apply(.release(.token(token.presentation))) }
        }
        #expect(world.stored.serialBound > 2 * 65_536)
    }

    @Test func `a grant whose app is gone is not taken back`() throws {
        let world = World()
        #expect(!world.broker.restore(Fixture.grant, at: world.now))
        #expect(world.broker.liveGrants == 0)
    }

    @Test func `the same grant is not taken back twice`() throws {
        let before = World()
        _ = try before.spawn(Fixture.agent(key: 1), from: before.addApp())
        let world = before.restarted()
        #expect(
            !world.broker.restore(
                try #require(before.stored.grants.values.first), at: world.now))
        #expect(world.broker.liveGrants == 1)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `the same commands at the same times with the same entropy give the same outcomes`(
        seed: UInt64
    ) {
        func run() -> [String] {
            let world = World(seed: seed)
            var traffic = Traffic(seed: seed)
            return (0..<600).map { _ in
                let request = traffic.next(in: world)
                let outcome = world.apply(request.command, from: request.caller)
                traffic.note(outcome, of: request, in: world)
                return "\(outcome)"
            }
        }
        #expect(run() == run())
    }

    @Test func `a removed app whose grants did not survive is forgotten at the start`() throws {
        let world = World()
        let shop = try world.addApp()
        _ = try world.spawn(Fixture.agent(key: 1), from: shop)
        world.apply(.removeApp(Fixture.name("shop")))
        let app = try #require(world.stored.apps.values.first)
        #expect(app.removedAt != nil)
        // As after a reboot: the app's record is there, its grants are not.
        let broker = Broker(
            settings: World.settings, issuance: PlainIssuance(),
            keys: Array(world.stored.keys.values), now: world.now, position: world.stored.position,
            nextSerial: world.stored.serialBound)
        broker.restore(app)
        #expect(broker.finishRecovery() == [.appDeleted(app.serial)])
        #expect(broker.app(app.serial) == nil)
    }
}
