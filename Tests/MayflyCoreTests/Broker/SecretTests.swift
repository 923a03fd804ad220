import Testing

@testable import MayflyCore

@Suite struct SecretTests {
    private static let client = Fixture.name("sho-0123456789ab")
    private static let secret = PlainIssuance.key(800)

    private func peer(_ uid: UInt32) -> Caller {
        Caller(uid: UserID(rawValue: uid), pid: ProcessID(rawValue: 2))
    }

    private func scene() throws -> World {
        let world = World()
        var terms = Fixture.terms(uids: [])
        terms.secret = NewSecret(clientID: Self.client, digest: Self.secret)
        _ = try world.addApp(terms)
        return world
    }

    private func authenticate(
        _ world: World, _ uid: UInt32, _ digest: Digest = Self.secret, id: Name = Self.client
    ) -> Decision {
        world.apply(.authenticateClient(id: id, digest: digest), from: peer(uid)).decision
    }

    private func connection(_ world: World, _ uid: UInt32) throws -> Caller {
        let app = try #require(authenticate(world, uid).app)
        var caller = peer(uid)
        caller.app = app.serial
        caller.credential = .secret(generation: try #require(app.secret).generation)
        return caller
    }

    @Test func `whoever has the secret is the app, from any uid`() throws {
        let world = try scene()
        let caller = try connection(world, 5_555)
        #expect(world.isValid(try world.spawn(Fixture.agent(key: 1), from: caller)))
        #expect(authenticate(world, 1, PlainIssuance.key(1)).refusal == .credentialsInvalid)
        #expect(
            authenticate(world, 1, id: Fixture.name("another")).refusal == .credentialsInvalid)
    }

    @Test func `a secret that was changed or taken is worth nothing, also to who proved it before`()
        throws
    {
        let world = try scene()
        let caller = try connection(world, 5)
        var amendment = AppAmendment(name: Fixture.name("shop"))
        amendment.secret = .issue(
            NewSecret(clientID: Fixture.name("ignored"), digest: PlainIssuance.key(801)))
        let app = try #require(world.apply(.updateApp(amendment)).decision.app)
        #expect(app.secret?.clientID == Self.client, "an app keeps its client id")
        #expect(
            world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: caller)
                .decision.refusal == .authenticationRequired)
        #expect(authenticate(world, 6).refusal == .credentialsInvalid)
        #expect(authenticate(world, 6, PlainIssuance.key(801)).app != nil)
        amendment.secret = .remove
        world.apply(.updateApp(amendment))
        #expect(authenticate(world, 7, PlainIssuance.key(801)).refusal == .credentialsInvalid)
    }

    @Test func `a uid that guesses waits, and the app's own client never does`() throws {
        let world = try scene()
        let wrong = PlainIssuance.key(1)
        for uid in 1...4 as ClosedRange<UInt32> {
            for _ in 0..<10 { _ = authenticate(world, uid, wrong) }
            #expect(authenticate(world, uid).refusal == .attemptsExhausted)
        }
        // The app has had more failures than it may; one that never failed is let in, and one that
        // failed a single time has to wait.
        #expect(authenticate(world, 100).app != nil)
        #expect(authenticate(world, 101, wrong).refusal == .credentialsInvalid)
        #expect(authenticate(world, 101).refusal == .attemptsExhausted)
        world.now = world.now.advanced(bySeconds: 60)
        #expect(authenticate(world, 1).app != nil)
    }
}
