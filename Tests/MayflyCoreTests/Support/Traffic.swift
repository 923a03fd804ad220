import Testing

@testable import MayflyCore

/// Random requests over a world so small that they meet each other all the time.
struct Traffic {
    struct Request {
        var command: Command
        var caller: Caller
        /// The token in question, where there is one.
        var held: HeldToken?
    }

    var random: SeededRandom
    /// Every token ever issued, the newest last.
    private(set) var held: [HeldToken] = []
    /// Every connection that ever named an app.
    private var connections: [Caller] = []
    private var launchTokens: [Digest] = []

    private static let apps = ["a", "b", "c", "d"]
    private static let orchestrations = ["o1", "o2", "o3"]
    private static let scopes = ["read:data:*", "read:data:x", "write:data:x", "write:data:*"]
    private static let keys = 40 as UInt64

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// The next request; time passes in between now and then.
    mutating func next(in world: World) -> Request {
        if random.oneIn(3) {
            world.now = Instant(milliseconds: world.now.milliseconds + random.next() % 4_000)
        }
        switch random.below(20) {
        case 0: return Request(command: .createApp(terms()), caller: Fixture.operatorCaller)
        case 1:
            return Request(command: .updateApp(amendment()), caller: Fixture.operatorCaller)
        case 2 where random.oneIn(3):
            return Request(command: .removeApp(app()), caller: Fixture.operatorCaller)
        case 2, 3: return authentication(in: world)
        case 4: return Request(command: .advance(limit: 1 + random.below(4)), caller: .peerless)
        case 5...10:
            let specs = (0..<(random.oneIn(4) ? 3 : 1)).map { _ in spec() }
            return Request(command: .spawn(specs, proof: .agent), caller: connection())
        case 11:
            if let request = delegation(in: world) { return request }
        case 12:
            if let request = administration(in: world) { return request }
        case 13:
            guard let held = token() else { break }
            return Request(
                command: .renew(renewal(of: held)), caller: peer(), held: held)
        case 14, 15:
            guard let held = token() else { break }
            let byID = random.oneIn(2)
            return Request(
                command: .release(byID ? .grant(held.grant) : .token(held.presentation)),
                caller: connection(), held: held)
        default: break
        }
        guard let held = token() else {
            return Request(command: .recordRefusal(.malformedMessage), caller: peer())
        }
        var presentation = held.presentation
        if random.oneIn(8) { presentation.digest = PlainIssuance.key(random.next()) }
        if random.oneIn(4) {
            return Request(
                command: .validate(presentation, Requirement(consumesUse: true)), caller: peer(),
                held: held)
        }
        return Request(command: .validate(presentation), caller: peer(), held: held)
    }

    private mutating func renewal(of held: HeldToken) -> RenewalRequest {
        RenewalRequest(
            presentation: held.presentation, provenBy: held.publicKey,
            renewal: RenewalID(high: 1, low: random.next() % 3),
            scope: random.oneIn(4) ? Fixture.scopes(["read:data:x"]) : nil,
            lifetimeSeconds: UInt32(random.below(20)))
    }

    /// From a held token to some agent, mostly as it should be.
    private mutating func delegation(in world: World) -> Request? {
        guard let from = token(), let to = token(),
            var hop = world.hop(
                from: from, to: to, scope: ["read:data:x"],
                seconds: UInt64(1 + random.below(40)),
                uses: random.oneIn(3) ? UInt32(1 + random.below(3)) : nil)
        else { return nil }
        if random.oneIn(10) { hop.scope = Fixture.scopes(["write:data:*"]) }
        return Request(
            command: .delegate(from.presentation, hop), caller: peer(), held: from)
    }

    /// Revocations, their lifting, launch tokens, keys and the clock.
    private mutating func administration(in world: World) -> Request? {
        let caller = Fixture.operatorCaller
        guard let held = token() else { return nil }
        let target: RevocationTarget =
            switch random.below(5) {
            case 0: .token(held.token)
            case 1: .agent(held.issued.agent)
            case 2: .chain(.grant(held.grant))
            case 3: .chain(.agent(held.issued.agent))
            default:
                .task(
                    held.issued.agent.task,
                    orchestration: random.oneIn(3) ? nil : held.issued.agent.orchestration)
            }
        switch random.below(8) {
        case 0:
            guard let record = world.broker.revocationRecords.first else { return nil }
            return Request(command: .liftRevocation(record.serial), caller: caller)
        case 1:
            return Request(
                command: .acceptTime(
                    ClockOffset(milliseconds: Int64(random.below(20)) * 1_000 - 10_000)),
                caller: caller)
        case 2 where random.oneIn(4):
            let number = (world.broker.signingKeys.map(\.number.rawValue).max() ?? 1) + 1
            return Request(
                command: .rotateKey(
                    KeyNumber(rawValue: number), PlainIssuance.key(UInt64(number)),
                    isEmergency: random.oneIn(3)), caller: caller)
        case 3:
            let terms = LaunchTokenTerms(
                digest: PlainIssuance.key(random.next()), label: nil,
                ceiling: Fixture.scopes(["read:data:x"]), lifetimeSeconds: 10,
                maximumAgentLifetimeSeconds: 0)
            return Request(command: .createLaunchToken(terms), caller: connection())
        case 4:
            guard let launchToken = launchTokens.popLast() else { return nil }
            return Request(
                command: .register(
                    spec(), launchToken: launchToken, supersede: random.oneIn(2)), caller: peer())
        default:
            return Request(
                command: .revoke(target, allowsNew: random.oneIn(2)), caller: caller)
        }
    }

    /// Remembers what a request gave.
    mutating func note(_ outcome: Outcome, of request: Request, in world: World) {
        switch outcome.decision {
        case .spawned(let issued): held += issued.map(world.sign)
        case .issued(let issued): held.append(world.sign(issued))
        case .launchToken(let token): launchTokens.append(token.digest)
        case .authenticated(let app):
            var connection = request.caller
            connection.app = app.serial
            connections.append(connection)
            if connections.count > 12 { connections.removeFirst() }
        default: break
        }
    }

    private mutating func app() -> Name { Fixture.name(pick(Self.apps)) }

    private mutating func peer() -> Caller {
        Caller(uid: UserID(rawValue: UInt32(random.below(4))), pid: ProcessID(rawValue: 9))
    }

    /// Mostly one that is accepted.
    private mutating func authentication(in world: World) -> Request {
        guard !random.oneIn(6),
            let app = world.broker.allApps.randomElement(using: &random)?.record,
            let uid = app.uids.randomElement(using: &random)
        else { return Request(command: .authenticate(app: app()), caller: peer()) }
        let caller = Caller(uid: uid, pid: ProcessID(rawValue: 9))
        return Request(command: .authenticate(app: app.name), caller: caller)
    }

    private mutating func connection() -> Caller {
        connections.suffix(random.oneIn(4) ? 12 : 3).randomElement(using: &random) ?? peer()
    }

    /// Mostly a recent token, sometimes any.
    private mutating func token() -> HeldToken? {
        let recent = held.suffix(random.oneIn(5) ? held.count : 12)
        return recent.randomElement(using: &random)
    }

    private mutating func spec() -> AgentSpec {
        Fixture.agent(
            key: random.next() % Self.keys, orchestration: pick(Self.orchestrations),
            scope: [random.oneIn(3) ? pick(Self.scopes) : "read:data:x"],
            lifetimeSeconds: UInt32(random.below(30)))
    }

    private mutating func terms() -> AppTerms {
        Fixture.terms(
            pick(Self.apps), ceiling: some(Self.scopes), uids: [UInt32(random.below(4))],
            orchestrations: random.oneIn(3) ? [pick(Self.orchestrations)] : [],
            defaultLifetimeSeconds: 20, maximumLifetimeSeconds: 30, sharesUid: !random.oneIn(3))
    }

    private mutating func amendment() -> AppAmendment {
        var amendment = AppAmendment(name: app())
        if random.oneIn(2) { amendment.ceiling = Fixture.scopes(some(Self.scopes)) }
        if random.oneIn(3) {
            amendment.orchestrations =
                random.oneIn(2) ? [] : [Fixture.name(pick(Self.orchestrations))]
        }
        if random.oneIn(3) { amendment.uids = [UserID(rawValue: UInt32(random.below(4)))] }
        return amendment
    }

    private mutating func pick(_ texts: [String]) -> String { texts[random.below(texts.count)] }

    private mutating func some(_ texts: [String]) -> [String] {
        let chosen = texts.filter { _ in random.oneIn(2) }
        return chosen.isEmpty ? [pick(texts)] : chosen
    }
}

extension Caller {
    /// Nobody asks: time passes.
    static let peerless = Caller(uid: UserID(rawValue: 0), pid: ProcessID(rawValue: 0))
}

extension World {
    /// A request as the server would decide it, its token proven first where it has to be.
    func apply(_ request: Traffic.Request) -> Outcome {
        guard let held = request.held else {
            return self.apply(request.command, from: request.caller)
        }
        return present(held, request.command, from: request.caller)
    }
}
