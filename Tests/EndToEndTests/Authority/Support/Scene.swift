internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// A broker with one app, a connection that speaks for it, and the operator's.
final class Scene {
    static let app = "reports"

    private(set) var broker: BrokerProcess
    /// Speaks for the app.
    private(set) var member: WireClient
    private(set) var overseer: WireClient
    private let options: BrokerProcess.Options

    init(
        ceiling: [String] = ["read:data:*", "write:data:*"],
        _ options: BrokerProcess.Options = BrokerProcess.Options()
    ) throws {
        self.options = options
        broker = try BrokerProcess.start(options)
        try broker.createApp(Scene.app, ceiling: ceiling)
        member = try broker.connect(app: Scene.app)
        overseer = try broker.connectOperator()
    }

    /// Ends the broker without a word, and starts the next one on what it left.
    func killAndRestart() throws {
        broker.kill9()
        try startNext()
    }

    func stopAndRestart() throws {
        #expect(try broker.stop() == .status(0))
        try startNext()
    }

    /// The next broker on what the last one left.
    func startNext() throws {
        broker = try BrokerProcess.start(options, home: broker.home)
        member = try broker.connect(app: Scene.app)
        overseer = try broker.connectOperator()
    }

    /// A connection that speaks for nobody.
    func stranger() throws -> WireClient { try broker.connect() }

    // MARK: Agents

    func spawn(
        _ plan: AgentPlan = AgentPlan(), lifetimeSeconds: UInt32 = 0,
        _ edit: (inout AgentSpecMessage) -> Void = { _ in }
    ) throws -> LiveAgent {
        var spec = plan.message
        spec.lifetimeSeconds = lifetimeSeconds
        edit(&spec)
        let told = try member.issued(.spawn, try member.spawnRequest(spec, key: plan.key))
        return try LiveAgent(told, plan, describedBy: member)
    }

    func spawn(task: String, scope: [String] = ["read:data:a"]) throws -> LiveAgent {
        try spawn(AgentPlan(task: task, scope: scope))
    }

    /// A root and the grants that were made of it, one of the other, each to an agent of its own.
    func chain(
        hops: Int, root: LiveAgent? = nil, byReference: Bool = false
    ) throws -> [LiveAgent] {
        var links = [try root ?? spawn(task: "root", scope: ["read:data:*"])]
        for depth in 1...hops {
            let taker = try spawn(task: "hop-\(depth)")
            links.append(
                try member.delegate(
                    from: links[depth - 1], to: taker,
                    byReference: byReference && depth == hops))
        }
        return links
    }

    func validity(of agents: [LiveAgent]) throws -> [Bool] {
        try agents.map { try overseer.validate($0.token).valid }
    }

    /// The broker's own first key, out of its file: with it a test can sign whatever it likes.
    func brokerSigner() throws -> TokenSigner {
        var bytes = contents(ofFile: broker.home.keyFile)
        let file = try bytes.withUnsafeMutableBytes { try KeyFile(wiping: $0) }
        return try #require(TokenKeyRing(file.tokenSigningSeeds).signer(1))
    }

    /// Verifies as someone would who has nothing of this broker but its public keys.
    func verifyOffline(
        _ token: [UInt8], at now: UInt64? = nil
    ) throws -> Result<VerifiedChain, ChainRefusal> {
        let told = try overseer.keys()
        let keys = told.keys.filter { $0.use == .token }.compactMap {
            Ed25519PublicKey($0.publicKey)
        }
        let issuer = try #require(IssuerText(told.issuer))
        return ChainVerifier(keys: keys, issuer: issuer).verify(
            token, now: now ?? UInt64(time(nil)), leeway: 5)
    }
}
