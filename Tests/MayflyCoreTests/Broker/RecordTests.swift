import Testing

@testable import MayflyCore

/// Exactly which events and which changes each command gives, in their order.
@Suite struct RecordTests {
    private let world = World()

    private func check(
        _ outcome: Outcome, _ events: [EventKind], _ changes: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.events.map(\.kind) == events, sourceLocation: sourceLocation)
        #expect(outcome.changes.map(\.shape) == changes, sourceLocation: sourceLocation)
        #expect(
            outcome.events.allSatisfy { $0.time == world.now }, sourceLocation: sourceLocation)
    }

    private func amendment(_ change: (inout AppAmendment) -> Void) -> Command {
        var amendment = AppAmendment(name: Fixture.name("shop"))
        change(&amendment)
        return .updateApp(amendment)
    }

    @Test func `the life of an app`() throws {
        check(
            world.apply(.createApp(Fixture.terms())), [.appRegistered],
            ["serials below 65538", "app 1 epoch 1"])
        check(
            world.apply(.createApp(Fixture.terms("other", uids: [2]))), [.appRegistered],
            ["app 2 epoch 1"])
        let peer = Caller(uid: UserID(rawValue: 1_000), pid: ProcessID(rawValue: 4))
        check(
            world.apply(.authenticate(app: Fixture.name("shop")), from: peer),
            [.appAuthenticated], [])
        check(
            world.apply(amendment { $0.maximumLifetimeSeconds = 50 }), [.appUpdated],
            ["app 1 epoch 1"])
        check(
            world.apply(amendment { $0.ceiling = Fixture.scopes(["write:log:x"]) }),
            [.appUpdated], ["app 1 epoch 2"])
        check(
            world.apply(.removeApp(Fixture.name("shop"))), [.appDeregistered], ["app 1 deleted"])
        check(world.apply(.removeApp(Fixture.name("shop"))), [.requestRefused], [])
        check(world.apply(amendment { $0.sharesUid = true }), [.requestRefused], [])
    }

    @Test func `the life of grants`() throws {
        let shop = try world.addApp()
        let spawned = world.apply(
            .spawn(
                [Fixture.agent(key: 1), Fixture.agent(key: 2, lifetimeSeconds: 5)],
                proof: .attested), from: shop)
        check(spawned, [.agentSpawned, .agentSpawned], ["grant 2", "grant 3"])
        let held = try #require(spawned.decision.spawned).map(world.sign)
        check(world.apply(.validate(held[0].presentation)), [], [])
        check(
            world.apply(.release(.token(held[0].presentation))), [.grantReleased],
            ["grant 2 deleted"])
        check(world.apply(.release(.token(held[0].presentation))), [], [])
        check(world.apply(.validate(held[0].presentation)), [.requestRefused], [])
        world.now = world.now.advanced(bySeconds: 5)
        // The refusal's second is over, but nothing was left out of the log.
        check(world.apply(.advance(limit: 10)), [.grantExpired], ["grant 3 deleted"])
    }

    @Test func `the end of an app with grants`() throws {
        let shop = try world.addApp()
        try world.spawn([Fixture.agent(key: 1), Fixture.agent(key: 2)], from: shop)
        check(
            world.apply(.removeApp(Fixture.name("shop"))), [.appDeregistered],
            ["app 1 epoch 2 removed"])
        check(world.apply(.advance(limit: 1)), [.grantEnded], ["grant 2 deleted"])
        check(
            world.apply(.advance(limit: 1)), [.grantEnded], ["grant 3 deleted", "app 1 deleted"])
        check(world.apply(.advance(limit: 1)), [], [])
    }

    @Test func `each record says where the log was when it was made`() throws {
        let shop = try world.addApp()
        try world.spawn([Fixture.agent(key: 1), Fixture.agent(key: 2)], from: shop)
        let positions = world.stored.grants.values.map(\.position.rawValue).sorted()
        #expect(positions == [2, 3])
        #expect(world.stored.apps.values.map(\.position.rawValue) == [1])
        world.apply(.removeApp(Fixture.name("shop")))
        #expect(world.stored.apps.values.map(\.position.rawValue) == [4])
    }

    @Test func `a spawn is told in full`() throws {
        let shop = try world.addApp()
        let spec = Fixture.agent(key: 1, scope: ["read:data:b", "read:data:a"])
        let outcome = world.apply(.spawn([spec], proof: .agent), from: shop)
        let issued = try #require(outcome.decision.spawned?.first)
        let event = try #require(outcome.events.first)
        let record = try #require(world.stored.grants.values.first)
        #expect(event.app?.text == "shop" && event.orchestration == spec.orchestration)
        #expect(event.task == spec.task && event.instance == issued.agent.instance)
        #expect(event.grant == issued.grant && event.token == record.token)
        #expect(event.scope == record.scope && event.expiresAt == record.expiresAt)
        #expect(event.uid == shop.uid && event.pid == shop.pid && event.reason == nil)
        #expect(outcome.changes.contains(.grantInserted(record)))
        #expect(issued.expiresAt == record.expiresAt && issued.key == record.key)
    }
}

extension Change {
    /// What it is about, in short.
    fileprivate var shape: String {
        switch self {
        case .grantInserted(let record): "grant \(record.serial.rawValue)"
        case .grantUpdated(let record): "grant \(record.serial.rawValue) updated"
        case .grantDeleted(let serial): "grant \(serial.rawValue) deleted"
        case .appWritten(let record):
            "app \(record.serial.rawValue) epoch \(record.epoch)"
                + (record.removedAt == nil ? "" : " removed")
        case .appDeleted(let serial): "app \(serial.rawValue) deleted"
        case .launchTokenInserted(let token): "launch token \(token.serial.rawValue)"
        case .launchTokenDeleted(let serial): "launch token \(serial.rawValue) deleted"
        case .revocationWritten(let record): "revocation \(record.serial.rawValue)"
        case .revocationDeleted(let serial): "revocation \(serial.rawValue) deleted"
        case .keyWritten(let record): "key \(record.number.rawValue) \(record.state)"
        case .keyDeleted(let number): "key \(number.rawValue) deleted"
        case .clockOffsetWritten(let offset): "clock offset \(offset.milliseconds)"
        case .serialsReserved(let bound): "serials below \(bound)"
        }
    }
}
