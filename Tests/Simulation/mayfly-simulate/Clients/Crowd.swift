/// The clients: what they were told is all they know. They ask for sensible things most of the
/// time, and for what they must not have the rest.
struct Crowd {
    /// A token that somebody holds, valid or not.
    struct Held {
        var copy: TokenCopy
        var token: WideID?
        var agent: AgentID
        var publicKey: Fingerprint
        var scope: [String]
        var audience: [String]
        var uses: UInt32?
        var depth: UInt8
        var isOwn: Bool
        /// Seconds, as told.
        var expiresAt: UInt64
        /// What the next hop has to name.
        var link: Fingerprint
        var renewal: RenewalWish?
    }

    var random: SeededRandom
    /// Connections that speak for an app.
    var connections: [Peer] = []
    var apps: [String: App] = [:]
    var held: [Held] = []
    var launches: [LaunchWish] = []
    var records: [UInt64] = []
    var clientSecrets: [String: Fingerprint] = [:]
    /// A token that something was just asked for: two requests about one token race.
    private var hot: TokenCopy?

    /// Processes and connections there are.
    var living: [Tether] = []
    /// As the broker tells it.
    var toldNow: Milliseconds = 0
    private var keysMade: UInt64 = 0

    private static let heldTokens = 400
    static let scopes = [
        "read:a:1", "read:a:2", "read:b:1", "write:a:1", "write:b:2", "read:a:*", "write:b:*",
    ]
    static let audiences = ["https://one.test", "https://two.test", "three"]

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// The machine or the broker went down: connections are gone, what was learned stays.
    mutating func disconnect() { connections = [] }

    // MARK: Asking

    mutating func request() -> (Peer, Request) {
        if apps.count < 2 || random.oneIn(150) { return (operating, .createApp(appWish())) }
        if connections.isEmpty || random.oneIn(40) { return authentication() }
        switch random.below(1_000) {
        case ..<180: return spawn()
        case ..<210: return createLaunch()
        case ..<260: return register()
        case ..<500: return validation()
        case ..<620: return renewal()
        case ..<820: return delegation()
        case ..<880: return (anyone, .heartbeat(presented()))
        case ..<920: return (anyone, .releaseToken(presented()))
        case ..<930: return (connection, .releaseGrant(anyHeld()?.copy.grant ?? madeUp.grant))
        default: return operation()
        }
    }

    var operating: Peer { Peer(uid: 0) }

    var anyone: Peer {
        mutating get { random.oneIn(2) ? connection : Peer(uid: UInt32(2_000 + random.below(3))) }
    }

    var connection: Peer { mutating get { random.pick(connections) ?? Peer(uid: 2_000) } }

    private mutating func authentication() -> (Peer, Request) {
        guard let app = pickApp() else { return (operating, .createApp(appWish())) }
        if let id = app.clientID, random.oneIn(2) {
            let secret = clientSecrets[app.name] ?? 0
            return (
                Peer(uid: UInt32(2_000 + random.below(3))),
                .authenticateClient(id: id, secret: random.oneIn(6) ? random.next() : secret)
            )
        }
        if random.oneIn(20) { return (connection, .authenticate(app: app.name)) }
        let uid = random.oneIn(10) ? 4_711 : random.pick(app.uids) ?? 1
        return (Peer(uid: uid), .authenticate(app: random.oneIn(20) ? "nobody" : app.name))
    }

    mutating func pickApp() -> App? {
        random.pick(apps.values.sorted { $0.serial < $1.serial })
    }

    mutating func anyHeld() -> Held? {
        // The newest more often: most of the old ones are long dead.
        let recent = held.suffix(random.oneIn(3) ? Self.heldTokens : 24)
        return random.pick(Array(recent))
    }

    /// Nobody ever issued this.
    var madeUp: TokenCopy {
        mutating get {
            TokenCopy(
                grant: WideID(high: random.next(), low: random.next()), unsigned: random.next())
        }
    }

    mutating func presented() -> TokenCopy {
        if random.oneIn(60) { return madeUp }
        if let hot, random.oneIn(5) { return hot }
        guard var copy = anyHeld()?.copy else { return madeUp }
        if random.oneIn(60) { copy.isSignatureGood = false }
        if random.oneIn(60) { copy.unsigned = random.next() }
        hot = copy
        return copy
    }

    mutating func freshKey() -> Fingerprint {
        keysMade += 1
        return 1_000_000 + keysMade
    }

    mutating func heat(_ copy: TokenCopy) { hot = copy }

    // MARK: Learning

    mutating func learn(_ reply: Host.Reply) {
        switch reply.answer {
        case .authenticated(let app):
            var peer = reply.peer
            peer.app = app.serial
            if case .authenticateClient = reply.request { peer.generation = app.generation }
            connections.append(peer)
            if connections.count > 8 { connections.removeFirst() }
            apps[app.name] = app
        case .app(let app): learn(app, from: reply.request)
        case .appRemoved:
            if case .removeApp(let name) = reply.request { apps[name] = nil }
        case .launchToken:
            if case .createLaunchToken(let wish, _) = reply.request { launches.append(wish) }
            if launches.count > 12 { launches.removeFirst() }
        case .revoked(_, let record): if let record { learn(record) }
        case .issued(let issued): learn(issued, from: reply)
        case .refused(.launchTokenInvalid):
            if case .register(_, let secret, _) = reply.request {
                launches.removeAll { $0.secret == secret }
            }
        case .refused(.tokenNotValid), .invalid(.unknownGrant), .invalid(.expired),
            .invalid(.orphaned), .invalid(.revoked), .released:
            // Who finds its token dead seldom tries again.
            if let copy = reply.request.copy, !random.oneIn(5) {
                held.removeAll { $0.copy == copy }
            }
        case .refused, .valid, .invalid, .alive, .unbound, .keyRotated, .advanced, .recorded: break
        }
        if held.count > 2 * Self.heldTokens { held.removeFirst(held.count - Self.heldTokens) }
    }

    private mutating func learn(_ app: App, from request: Request) {
        apps[app.name] = app
        switch request {
        case .createApp(let wish): clientSecrets[app.name] = wish.secret
        case .updateApp(let change):
            if let secret = change.newSecret { clientSecrets[app.name] = secret }
        default: break
        }
    }

    private mutating func learn(_ record: Record) {
        records.append(record.serial)
        if records.count > 16 { records.removeFirst() }
    }

    private mutating func learn(_ issued: [Issued], from reply: Host.Reply) {
        switch reply.request {
        case .spawn(let wishes, _):
            for (number, wish) in wishes.enumerated() where number < issued.count {
                hold(issued[number], wish, reply.links[number])
            }
        case .register(let wish, _, _):
            if let token = issued.first { hold(token, wish, reply.links[0]) }
            if case .register(_, let secret, _) = reply.request, !random.oneIn(5) {
                launches.removeAll { $0.secret == secret }
            }
        case .renew(let wish):
            guard let token = issued.first,
                let index = held.lastIndex(where: { $0.copy.grant == token.grant })
            else { return }
            var renewed = held[index]
            renewed.copy = TokenCopy(grant: token.grant, unsigned: token.unsigned)
            renewed.expiresAt = token.expiresAt / 1_000
            renewed.scope = wish.scope ?? renewed.scope
            renewed.renewal = wish
            if renewed.isOwn { renewed.link = reply.links.first ?? renewed.link }
            held.append(renewed)
        case .delegate(_, let hop, _):
            guard let token = issued.first else { return }
            held.append(
                Held(
                    copy: TokenCopy(grant: token.grant, unsigned: token.unsigned),
                    token: nil, agent: token.agent, publicKey: hop.delegateKey, scope: hop.scope,
                    audience: hop.audience ?? [], uses: hop.uses, depth: hop.depth, isOwn: false,
                    expiresAt: token.expiresAt / 1_000, link: Fingerprints.of(hop.text)))
        default: break
        }
    }

    private mutating func hold(_ token: Issued, _ wish: AgentWish, _ link: Fingerprint) {
        held.append(
            Held(
                copy: TokenCopy(grant: token.grant, unsigned: token.unsigned),
                token: TokenText.tokenID(in: token.text), agent: token.agent,
                publicKey: wish.publicKey, scope: wish.scope, audience: wish.audience,
                uses: wish.uses, depth: 0, isOwn: true, expiresAt: token.expiresAt / 1_000,
                link: link))
    }
}
