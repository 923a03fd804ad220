import Testing

@testable import MayflyCore

/// No answer runs ahead of the disk: whatever a crash leaves of the log from the position on that
/// an answer depends on, a broker recovered from it gives the same answer.
@Suite struct DependenceTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `no answer contradicts what any sufficient part of the log recovers to`(seed: UInt64) {
        let world = World(seed: seed)
        var traffic = Traffic(seed: 100 + seed)
        var cuts: [Stored] = [world.stored]
        var checked = 0
        for _ in 0..<400 {
            let request = traffic.next(in: world)
            let outcome = world.apply(request)
            traffic.note(outcome, of: request, in: world)
            if let answer = outcome.decision.answer {
                // What the command itself appended is not needed for its answer.
                for cut in cuts.suffix(25) where cut.position >= outcome.dependsOn {
                    let recovered = World(stored: cut, now: world.now)
                    let again = recovered.apply(request)
                    #expect(
                        again.decision.answer == answer,
                        "seed \(seed), \(request.command), cut at \(cut.position)")
                    checked += 1
                }
            }
            cuts.append(world.stored)
        }
        #expect(checked > 200)
    }

    @Test func `what changed the world rests on its own record`() throws {
        let world = World()
        let shop = try world.addApp()
        let spawned = world.apply(.spawn([Fixture.agent(key: 1)], proof: .agent), from: shop)
        #expect(spawned.dependsOn == world.broker.logPosition)
        let held = world.sign(try #require(spawned.decision.spawned?.first))
        #expect(world.validate(held).dependsOn == spawned.dependsOn)
        // Something else comes after it: the token's answer does not wait for that.
        let other = try world.spawn(Fixture.agent(key: 2), from: shop)
        #expect(world.validate(held).dependsOn == spawned.dependsOn)
        #expect(world.validate(other).dependsOn == world.broker.logPosition)
        let released = world.apply(.release(.token(held.presentation)))
        #expect(released.dependsOn == world.broker.logPosition)
        let end = world.broker.logPosition
        _ = try world.spawn(Fixture.agent(key: 3), from: shop)
        #expect(world.validate(held).dependsOn == end, "a miss rests on the last end")
        #expect(
            world.apply(.release(.token(held.presentation))).dependsOn == end)
        #expect(world.broker.logPosition > end)
    }

    @Test func `a valid answer rests on the last change of the app, too`() throws {
        let world = World()
        let shop = try world.addApp()
        let held = try world.spawn(Fixture.agent(key: 1), from: shop)
        var amendment = AppAmendment(name: Fixture.name("shop"))
        amendment.ceiling = Fixture.scopes(["read:data:*", "write:data:*"])
        let updated = world.apply(.updateApp(amendment))
        #expect(updated.dependsOn == world.broker.logPosition)
        #expect(world.validate(held).dependsOn == updated.dependsOn)
    }

    @Test func `a refusal is recorded, and nobody waits for the record`() throws {
        let world = World()
        let shop = try world.addApp()
        let position = world.broker.logPosition
        let refused = world.apply(
            .spawn([Fixture.agent(key: 1, scope: ["write:data:x"])], proof: .agent), from: shop)
        #expect(refused.events.count == 1)
        #expect(refused.dependsOn == position)
        let unknown = Presentation(grant: GrantID(high: 1, low: 1), digest: .zero)
        let invalid = world.apply(.validate(unknown))
        #expect(invalid.events.count == 1)
        #expect(invalid.dependsOn < world.broker.logPosition)
    }
}

extension Decision {
    /// Which case it is, and no more.
    var shape: String {
        switch self {
        case .refused(let refusal): "refused \(refusal.reason)"
        case .invalid(let reason): "invalid \(reason)"
        case .released(let ended): "released \(ended)"
        case .authenticated(let app), .app(let app): "app \(app.name.text)"
        case .appRemoved(let count): "removed with \(count)"
        case .spawned(let issued): "spawned \(issued.count)"
        case .issued: "issued"
        case .launchToken: "launch token"
        case .alive: "alive"
        case .unbound(let count, let more): "unbound \(count), more \(more)"
        case .revoked(let count, _): "revoked \(count)"
        case .keyRotated: "rotated"
        case .valid: "valid"
        case .unproven: "unproven"
        case .advanced: "advanced"
        case .recorded: "recorded"
        }
    }

    /// What the caller learns; nil where the answer rests on the whole log in any case. A refused
    /// spawn may be refused for another reason by a broker that has seen less.
    var answer: String? {
        switch self {
        case .refused: "refused"
        case .invalid, .valid: "\(self)"
        case .released(false): shape
        case .released, .authenticated, .app, .appRemoved, .spawned, .unproven, .advanced,
            .recorded, .issued, .launchToken, .alive, .unbound, .revoked, .keyRotated:
            nil
        }
    }
}
