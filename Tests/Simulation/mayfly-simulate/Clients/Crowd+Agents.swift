/// What orchestrators and agents ask for.
extension Crowd {
    mutating func spawn() -> (Peer, Request) {
        let peer = connection
        let app = apps.values.first { $0.serial == peer.app }
        let count = random.oneIn(40) ? 64 : random.oneIn(3) ? 2 + random.below(5) : 1
        var wishes: [AgentWish] = []
        for _ in 0..<count { wishes.append(wish(app, isSensible: count > 3)) }
        let keys = app?.attestationKeys ?? []
        let attestedBy = random.oneIn(4) ? (random.oneIn(5) ? 99 : random.pick(keys)) : nil
        return (peer, .spawn(wishes, attestedBy: attestedBy))
    }

    private mutating func wish(_ app: App?, isSensible: Bool = false) -> AgentWish {
        var scope: [String] = []
        for _ in 0...random.below(3) {
            scope.append(concrete(random.pick(app?.ceiling ?? []) ?? "read:a:1"))
        }
        let orchestration =
            random.oneIn(8)
            ? "shared" : random.pick(app?.orchestrations ?? []) ?? "of-\(app?.name ?? "none")"
        var wish = AgentWish(
            orchestration: orchestration, task: "task-\(random.below(12))",
            scope: scope, audience: random.oneIn(2) ? Array(Self.audiences.prefix(2)) : [],
            publicKey: freshKey(), lifetime: lifetime(), totalLifetime: 0, uses: nil,
            isByReference: random.oneIn(8))
        if random.oneIn(2) { wish.tether = random.pick(living) }
        if random.oneIn(2) { wish.totalLifetime = wish.lifetime + 400 }
        if random.oneIn(5) { wish.uses = UInt32(random.below(6)) }
        if isSensible || !random.oneIn(8) { return wish }
        switch random.below(6) {
        case 0: wish.scope.append(random.pick(Self.scopes) ?? "read:a:1")
        case 1: wish.scope.append("admin:all:1")
        case 2: wish.lifetime = 4_000
        case 3: wish.publicKey = anyHeld()?.publicKey ?? 1
        case 4:
            wish.orchestration = random.pick(Array(apps.keys.sorted())).map { "of-\($0)" } ?? "x"
        default: wish.scope.reverse()
        }
        return wish
    }

    private mutating func lifetime() -> UInt32 {
        switch random.below(4) {
        case 0: 0
        case 1: UInt32(1 + random.below(20))
        case 2: UInt32(20 + random.below(280))
        default: UInt32(1 + random.below(1_200))
        }
    }

    private mutating func concrete(_ scope: String) -> String {
        guard scope.hasSuffix("*"), !random.oneIn(3) else { return scope }
        return scope.dropLast(1) + "\(1 + random.below(3))"
    }

    // MARK: Launch tokens

    mutating func createLaunch() -> (Peer, Request) {
        let isOperator = random.oneIn(4)
        let peer = isOperator ? operating : connection
        let app = isOperator ? pickApp() : apps.values.first { $0.serial == peer.app }
        var ceiling = (app?.ceiling ?? ["read:a:1"]).filter { _ in !random.oneIn(3) }
        if random.oneIn(20) { ceiling.append(random.pick(Self.scopes) ?? "read:a:1") }
        let wish = LaunchWish(
            secret: random.next(), ceiling: ceiling,
            lifetime: random.oneIn(30)
                ? 4_000 : random.oneIn(2) ? 0 : UInt32(5 + random.below(600)),
            agentLifetime: random.oneIn(2) ? 0 : UInt32(10 + random.below(500)))
        let name = isOperator ? (random.oneIn(10) ? "nobody" : app?.name ?? "nobody") : nil
        return (peer, .createLaunchToken(wish, app: name))
    }

    mutating func register() -> (Peer, Request) {
        let launch = random.pick(launches)
        var wish = wish(nil)
        wish.scope = [concrete(random.pick(launch?.ceiling ?? []) ?? "read:a:1")]
        let supersedes = random.oneIn(3)
        if supersedes, let before = anyHeld() {
            wish.task = before.agent.task
            wish.orchestration = before.agent.orchestration
            if random.oneIn(2) { wish.publicKey = before.publicKey }
        } else if let app = pickApp() {
            wish.orchestration = random.pick(app.orchestrations) ?? "of-\(app.name)"
        }
        let secret = random.oneIn(10) ? random.next() : launch?.secret ?? 7
        let peer = Peer(uid: UInt32(3_000 + random.below(4)))
        return (peer, .register(wish, secret: secret, supersedes: supersedes))
    }

    // MARK: Tokens

    mutating func validation() -> (Peer, Request) {
        var wish = ValidationWish()
        let copy = presented()
        if random.oneIn(3) {
            let scope = held.last { $0.copy == copy }?.scope ?? []
            wish.scope = [random.pick(random.oneIn(3) ? Self.scopes : scope) ?? "read:a:1"]
        }
        if random.oneIn(6) { wish.audience = random.pick(Self.audiences) }
        wish.consumesUse = random.oneIn(3)
        return (anyone, .validate(copy, wish))
    }

    mutating func renewal() -> (Peer, Request) {
        guard let token = anyHeld() else { return spawn() }
        heat(token.copy)
        // The reply was lost, so to say: the same once more.
        if let before = token.renewal, random.oneIn(4) { return (anyone, .renew(before)) }
        var wish = RenewalWish(
            copy: token.copy, provenBy: token.publicKey,
            renewal: WideID(high: random.next(), low: random.next()), scope: nil,
            lifetime: random.oneIn(2) ? 0 : UInt32(1 + random.below(300)))
        switch random.below(16) {
        case 0: wish.provenBy = 1
        case 1: wish.scope = Array(token.scope.prefix(1))
        case 2: wish.scope = token.scope
        case 3: wish.scope = token.scope + [random.pick(Self.scopes) ?? "read:a:1"]
        case 4: wish.lifetime = 5_000
        case 5: wish.copy = presented()
        default: break
        }
        return (anyone, .renew(wish))
    }
}
