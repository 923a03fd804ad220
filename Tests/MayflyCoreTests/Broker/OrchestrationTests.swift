import Testing

@testable import MayflyCore

@Suite struct OrchestrationTests {
    private struct Pair {
        let world = World()
        let first: Caller
        let second: Caller

        init(firstOwns: [String] = []) throws {
            first = try world.addApp(Fixture.terms("first", uids: [1], orchestrations: firstOwns))
            second = try world.addApp(Fixture.terms("second", uids: [2]))
        }

        func spawn(_ orchestration: String, key: UInt64, from caller: Caller) -> Outcome {
            let spec = Fixture.agent(key: key, orchestration: orchestration)
            return world.apply(.spawn([spec], proof: .agent), from: caller)
        }

        func give(_ orchestrations: [String], to app: String) -> Outcome {
            var amendment = AppAmendment(name: Fixture.name(app))
            amendment.orchestrations = orchestrations.map(Fixture.name)
            return world.apply(.updateApp(amendment))
        }

        func release(_ outcome: Outcome) throws {
            let issued = try #require(outcome.decision.spawned?.first)
            let held = world.sign(issued)
            #expect(
                world.apply(.release(.token(held.presentation))).decision.ended == true)
        }
    }

    @Test func `what the operator gave to an app is that app's alone, with or without grants`()
        throws
    {
        let pair = try Pair(firstOwns: ["nightly"])
        let refused = pair.spawn("nightly", key: 1, from: pair.second)
        #expect(refused.decision.refusal == .orchestrationNotOwned)
        #expect(pair.spawn("nightly", key: 1, from: pair.first).decision.spawned != nil)
    }

    @Test func `else it is the app's that holds live grants under it, until the last has ended`()
        throws
    {
        let pair = try Pair()
        let one = pair.spawn("open", key: 1, from: pair.first)
        let two = pair.spawn("open", key: 2, from: pair.first)
        let refused = pair.spawn("open", key: 3, from: pair.second)
        #expect(refused.decision.refusal == .orchestrationNotOwned)
        try pair.release(one)
        #expect(pair.spawn("open", key: 3, from: pair.second).decision.spawned == nil)
        try pair.release(two)
        #expect(pair.spawn("open", key: 3, from: pair.second).decision.spawned != nil)
        #expect(pair.spawn("open", key: 4, from: pair.first).decision.spawned == nil)
    }

    @Test func `a refusal rests on what gave the other app its claim`() throws {
        let pair = try Pair()
        let spawned = pair.spawn("open", key: 1, from: pair.first)
        #expect(
            pair.spawn("open", key: 2, from: pair.second).dependsOn >= spawned.dependsOn)
        let given = pair.give(["closed"], to: "first")
        #expect(
            pair.spawn("closed", key: 3, from: pair.second).dependsOn >= given.dependsOn)
    }

    @Test
    func `a gift of the operator outranks live grants, and is judged by app when it is taken back`()
        throws
    {
        let pair = try Pair()
        let old = pair.spawn("open", key: 1, from: pair.first)
        #expect(pair.give(["open"], to: "second").decision.app != nil)
        #expect(pair.spawn("open", key: 2, from: pair.first).decision.spawned == nil)
        let new = pair.spawn("open", key: 2, from: pair.second)
        #expect(new.decision.spawned != nil)
        try pair.release(old)
        // Now only the second app has live grants there, although the first was there before it.
        #expect(pair.give([], to: "second").decision.app != nil)
        #expect(pair.spawn("open", key: 3, from: pair.first).decision.spawned == nil)
        #expect(pair.spawn("open", key: 3, from: pair.second).decision.spawned != nil)
    }

    @Test func `a claim outlasts a restart`() throws {
        let pair = try Pair(firstOwns: ["nightly"])
        _ = pair.spawn("open", key: 1, from: pair.first)
        let world = pair.world.restarted()
        for orchestration in ["open", "nightly"] {
            let spec = Fixture.agent(key: 9, orchestration: orchestration)
            let refused = world.apply(.spawn([spec], proof: .agent), from: pair.second)
            #expect(refused.decision.refusal == .orchestrationNotOwned)
            #expect(
                world.apply(.spawn([spec], proof: .agent), from: pair.first)
                    .decision.spawned != nil)
            world.apply(
                .release(
                    .grant(
                        try #require(
                            world.stored.grants.values.first { $0.publicKey == spec.publicKey }?.id)
                    )),
                from: pair.first)
        }
    }

    @Test func `what an app gives up is free for the next`() throws {
        let pair = try Pair(firstOwns: ["a", "b"])
        #expect(pair.give(["a"], to: "second").decision.refusal == .orchestrationNotOwned)
        #expect(pair.give(["b"], to: "first").decision.app != nil)
        #expect(pair.give(["a"], to: "second").decision.app != nil)
        pair.world.apply(.removeApp(Fixture.name("first")))
        #expect(pair.give(["a", "b"], to: "second").decision.app != nil)
    }
}
