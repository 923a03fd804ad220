import Testing

@testable import MayflyCore

/// The broker against an independent model of its rules, over a long random history.
@Suite struct ReferenceModelTests {
    private static let operations = 200_000

    /// One history: the broker, the model, and what the agents and connections remember.
    private final class History {
        let world = World()
        var model = ReferenceModel(now: Fixture.start.milliseconds)
        var random: SeededRandom
        var connections: [Caller] = []
        var names: [Name] = []
        var tokens: [HeldToken] = []
        var disagreements: [String] = []
        var agreed = (spawned: 0, refused: 0, valid: 0, invalid: 0, released: 0)

        static let scopes = ["read:data:x", "write:data:x", "read:log:x"]

        init(seed: UInt64) { random = SeededRandom(seed: seed) }

        func agree(_ broker: Bool, _ model: Bool, _ about: String) {
            if broker != model {
                disagreements.append("\(about): broker \(broker), model \(model)")
            }
        }

        func ceiling() -> [String] {
            Self.scopes.filter { _ in !random.oneIn(4) } + ["read:data:x"]
        }

        func addApp() throws {
            let ceiling = ceiling()
            let number = model.addApp(Set(ceiling))
            names.append(Fixture.name("app-\(number)"))
            connections.append(
                try world.addApp(
                    Fixture.terms("app-\(number)", ceiling: ceiling, uids: [UInt32(number)])))
        }

        /// One of the newest eight apps, removed or not.
        func app() -> Int { max(0, names.count - 1 - random.below(8)) }

        func removeApp() {
            let app = app()
            let outcome = world.apply(.removeApp(names[app]))
            agree(outcome.decision.endedWithApp != nil, !model.apps[app].isRemoved, "removal")
            model.remove(app)
        }

        func lowerCeiling() {
            let app = app()
            guard !model.apps[app].isRemoved else { return }
            let ceiling = ceiling()
            var amendment = AppAmendment(name: names[app])
            amendment.ceiling = Fixture.scopes(ceiling)
            world.apply(.updateApp(amendment))
            model.lower(app, to: Set(ceiling))
        }

        func spawn() {
            let app = app()
            let key = random.next() % 300
            let orchestration = random.oneIn(4) ? "shared" : "own-\(app)"
            let scope = Self.scopes[random.oneIn(3) ? random.below(3) : 0]
            let seconds = UInt32(1 + random.below(60))
            let spec = Fixture.agent(
                key: key, orchestration: orchestration, scope: [scope], lifetimeSeconds: seconds)
            let outcome = world.apply(.spawn([spec], proof: .agent), from: connections[app])
            let mayBe = model.maySpawn(app, key, orchestration, scope)
            agree(outcome.decision.spawned != nil, mayBe, "spawn")
            if let issued = outcome.decision.spawned?.first {
                model.spawn(issued.grant, app, key, orchestration, seconds: UInt64(seconds))
                tokens.append(world.sign(issued))
                agreed.spawned += 1
            } else {
                agreed.refused += 1
            }
        }

        func token() -> HeldToken? {
            tokens.suffix(random.oneIn(20) ? tokens.count : 400).randomElement(using: &random)
        }

        func validate() {
            guard let token = token() else { return }
            let valid = world.validate(token).decision.isValid
            agree(valid, model.isValid(token.grant), "validate")
            if valid { agreed.valid += 1 } else { agreed.invalid += 1 }
        }

        func release() {
            guard let token = token() else { return }
            let ended = world.apply(.release(.token(token.presentation))).decision.ended
            agree(ended == true, model.release(token.grant), "release")
            if ended == true { agreed.released += 1 }
        }

        func pass() {
            let milliseconds = random.next() % 3_000
            model.now += milliseconds
            if random.oneIn(3) {
                world.pass(milliseconds: milliseconds, limit: 50)
                model.settle()
                agree(world.broker.liveGrants == model.grants.count, true, "live grants")
            } else {
                world.now = Instant(milliseconds: model.now)
            }
        }

        func step() throws {
            switch random.below(1_000) {
            case 0: try addAppInPlace()
            case 1...4: lowerCeiling()
            case 5..<40: pass()
            case 40..<400: spawn()
            case 400..<600: release()
            default: validate()
            }
        }

        /// Keeps the number of apps about eight.
        private func addAppInPlace() throws {
            removeApp()
            try addApp()
            if world.broker.allApps.count > 12, let oldest = world.broker.allApps.first {
                world.apply(.removeApp(oldest.record.name))
                if let number = names.firstIndex(of: oldest.record.name) { model.remove(number) }
            }
        }
    }

    @Test func `over a long random history the broker decides as the model does`() throws {
        let seed = UInt64.random(in: 0...(.max))
        print("reference model: seed \(seed)")
        let history = History(seed: seed)
        for _ in 0..<8 { try history.addApp() }
        for operation in 0..<Self.operations {
            try history.step()
            if !history.disagreements.isEmpty {
                Issue.record(
                    "seed \(seed), operation \(operation): \(history.disagreements)")
                return
            }
        }
        let agreed = history.agreed
        // The history is only worth something if all of it happened often.
        for count in [
            agreed.spawned, agreed.refused, agreed.valid, agreed.invalid, agreed.released,
        ] {
            #expect(count > Self.operations / 100, "seed \(seed): \(agreed)")
        }
    }
}
