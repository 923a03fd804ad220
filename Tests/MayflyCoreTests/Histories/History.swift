import Testing

@testable import MayflyCore

/// One history: three agents that delegate to one another, renew, use and release what they hold,
/// and ask for more than they may have as often as not.
struct History {
    private let world: World
    private var model: NarrowingModel
    private var random: SeededRandom
    private var tokens: [Token] = []
    private(set) var disagreement: String?
    private(set) var count = Count()

    /// What came of it, over many histories.
    struct Count {
        var delegated = 0
        var renewed = 0
        var consumed = 0
        var refused = 0
        var depth = 0
    }

    private struct Token {
        var held: HeldToken
        var grant: Int
        var isCurrent = true
    }

    private static let operations = 16
    private static let scopes = ["read:data:*", "read:data:x", "read:data:y", "write:data:x"]
    private static let audiences = ["one", "two"]

    init(seed: UInt64, faults: CoreFaults = .none) throws {
        random = SeededRandom(seed: seed)
        var settings = World.settings
        settings.faults = faults
        world = World(settings, seed: seed)
        model = NarrowingModel(now: world.now.milliseconds)
        let shop = try world.addApp(Fixture.terms(ceiling: ["read:data:*", "write:data:*"]))
        for key in 1...3 as ClosedRange<UInt64> { try spawn(key, from: shop) }
        for _ in 0..<Self.operations where disagreement == nil { step() }
        for token in tokens where disagreement == nil { check(token) }
    }

    // MARK: What happens

    private mutating func spawn(_ key: UInt64, from app: Caller) throws {
        let spec = Fixture.agent(
            key: key, task: "task-\(key)", scope: someScopes(), audience: someAudiences(),
            lifetimeSeconds: UInt32(5 + random.below(60)),
            totalLifetimeSeconds: UInt32(5 + random.below(120)),
            maximumUses: random.oneIn(3) ? nil : UInt32(random.below(4)))
        let held = try world.spawn(spec, from: app)
        guard let record = record(of: held.grant) else { return }
        _ = model.add(grant(record, usesLeft: spec.maximumUses), asks: nil)
        tokens.append(Token(held: held, grant: model.grants.count - 1))
    }

    private mutating func step() {
        // The newest more often, so that chains grow.
        let number = tokens.count - 1 - random.below(random.oneIn(2) ? 2 : tokens.count)
        switch random.below(12) {
        case 0...4: delegate(number)
        case 5...7: renew(number)
        case 8, 9: consume(number)
        case 10 where random.oneIn(3): release(number)
        default:
            world.now = Instant(milliseconds: world.now.milliseconds + random.next() % 6_000)
            model.now = world.now.milliseconds
            if random.oneIn(2) { world.settle() }
        }
        forge(number)
    }

    private mutating func delegate(_ number: Int) {
        let (giver, taker) = (tokens[number], tokens[random.below(3)])
        let isGreedy = random.oneIn(3)
        let given = model.grants[giver.grant].usesLeft.map { UInt32(max(0, $0 - random.below(2))) }
        let uses = isGreedy ? (random.oneIn(3) ? nil : UInt32(random.below(4))) : given
        let seconds = UInt64(1 + random.below(isGreedy ? 80 : 20))
        let audience = isGreedy ? someAudiences() : nil
        let held = Self.scopes.filter { model.grants[giver.grant].scope.contains($0) }
        guard
            let hop = world.hop(
                from: giver.held, to: taker.held, scope: isGreedy ? someScopes() : held,
                seconds: seconds,
                audience: audience, uses: uses)
        else { return }
        let outcome = world.present(giver.held, .delegate(giver.held.presentation, hop))
        guard let issued = outcome.decision.issued, let record = record(of: issued.grant) else {
            count.refused += 1
            return
        }
        var child = grant(record, usesLeft: uses)
        child.parent = giver.grant
        child.holder = taker.grant
        // What the delegator signed counts as well: a verifier elsewhere sees nothing else.
        child.latestEnd = max(child.latestEnd, hop.expiresAtSeconds * 1_000)
        child.scope.formUnion(permissions(Fixture.texts(hop.scope)))
        let mayBe = model.add(child, asks: uses.map(Int.init))
        expect(giver.isCurrent && mayBe, "\(hop) made \(record)")
        tokens.append(Token(held: world.sign(issued), grant: model.grants.count - 1))
        count.delegated += 1
        count.depth = max(count.depth, child.depth)
    }

    private mutating func renew(_ number: Int) {
        let token = tokens[number]
        let command = world.renewal(
            of: token.held, id: random.next(), scope: random.oneIn(2) ? nil : someScopes(),
            seconds: random.oneIn(2) ? 0 : UInt32(1 + random.below(200)))
        guard let issued = world.present(token.held, command).decision.issued,
            let record = record(of: issued.grant)
        else {
            count.refused += 1
            return
        }
        let isNarrow = model.renew(
            token.grant, scope: permissions(record.scope.words.map(Fixture.text)),
            until: record.expiresAt.milliseconds)
        expect(token.isCurrent && isNarrow, "a renewal made \(record)")
        for index in tokens.indices where tokens[index].grant == token.grant {
            tokens[index].isCurrent = false
        }
        // Before the new token is signed too, the old one is dead.
        check(tokens[number])
        tokens.append(Token(held: world.sign(issued), grant: token.grant))
        count.renewed += 1
    }

    private mutating func consume(_ number: Int) {
        let token = tokens[number]
        guard world.validate(token.held, Requirement(consumesUse: true)).decision.isValid else {
            count.refused += 1
            return
        }
        expect(token.isCurrent && model.consume(token.grant), "a use of grant \(token.grant)")
        count.consumed += 1
    }

    private mutating func release(_ number: Int) {
        let token = tokens[number]
        let outcome = world.present(token.held, .release(.token(token.held.presentation)))
        guard outcome.decision.ended == true else { return }
        expect(token.isCurrent, "a token that was replaced ends nothing")
        model.end(token.grant)
    }

    // MARK: What must hold

    private mutating func check(_ token: Token) {
        guard world.isValid(token.held) else { return }
        expect(
            token.isCurrent && model.isValid(token.grant), "grant \(token.grant) is valid")
    }

    /// Nobody issued this token: the right grant, other bytes.
    private mutating func forge(_ number: Int) {
        let forged = Presentation(
            grant: tokens[number].held.grant, digest: PlainIssuance.key(random.next()))
        let outcome = world.apply(.validate(forged))
        expect(!outcome.decision.isValid, "\(forged) is valid")
    }

    private mutating func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds && disagreement == nil { disagreement = "\(what()), by \(model.grants)" }
    }

    // MARK: Words

    private mutating func someScopes() -> [String] {
        let scopes = Self.scopes.filter { _ in random.oneIn(2) }
        return scopes.isEmpty ? ["read:data:x"] : scopes
    }

    private mutating func someAudiences() -> [String] {
        Self.audiences.filter { _ in random.oneIn(2) }
    }

    private func record(of id: GrantID) -> GrantRecord? {
        world.stored.grants.values.first { $0.id == id }
    }

    /// Everything that the scopes allow.
    private func permissions(_ scopes: [String]) -> Set<String> {
        Set(
            scopes.flatMap { scope in
                scope == "read:data:*" ? ["read:data:*", "read:data:x", "read:data:y"] : [scope]
            })
    }

    private func grant(_ record: GrantRecord, usesLeft: UInt32?) -> NarrowingModel.Grant {
        NarrowingModel.Grant(
            scope: permissions(record.scope.words.map(Fixture.text)),
            audience: Set(record.audience.words.map(Fixture.text)),
            usesLeft: usesLeft.map(Int.init), depth: Int(record.depth),
            latestEnd: record.notAfter.milliseconds, expiry: record.expiresAt.milliseconds)
    }
}

extension Fixture {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }

    static func texts(_ scopes: [Scope]) -> [String] { scopes.map(\.text) }
}
