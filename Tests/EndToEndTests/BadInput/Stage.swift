// Bad input: each limit of proto/PROTOCOL.md on a live broker. Whoever passes one gets the defined
// refusal or a closed connection, somebody else goes on undisturbed, and what the broker holds
// returns to what it held before.
internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
import Testing

/// The parent of all tests of bad input: one after the other, because they measure memory and time.
@Suite(.serialized) struct BadInput {}

/// A broker that someone misbehaves to, and someone else relies on.
final class Stage {
    static let app = "reports"
    /// What a process of this size may keep of what it was given: the allocator's own ways.
    static let toleratedBytes = 24 << 20

    let broker: BrokerProcess
    /// Its key is registered for the app.
    let attester = AgentKeyPair()
    /// Goes on with its work, whatever the others do.
    let witness: WireClient
    let overseer: WireClient
    private let baseDescriptors: [String]
    private let baseBytes: Int
    private var peers: [WireClient] = []

    init(_ options: BrokerProcess.Options = BrokerProcess.Options()) throws {
        var options = options
        options.arguments = ["--wal-checkpoint-pages", "100"] + options.arguments
        broker = try BrokerProcess.start(options)
        try broker.createApp(
            Stage.app, ceiling: ["read:data:*"], attestationKeys: [attester.publicKey.bytes])
        witness = try broker.connect(app: Stage.app)
        overseer = try broker.connectOperator()
        try Stage.warmUp(witness, overseer, attester)
        try Stage.openStream(of: broker, overseer)
        baseDescriptors = broker.descriptors
        baseBytes = broker.residentBytes
    }

    /// What is opened and allocated once belongs to the base: go on until the write-ahead log was
    /// copied for the first time.
    private static func warmUp(
        _ client: WireClient, _ overseer: WireClient, _ attester: AgentKeyPair
    ) throws {
        for round in 0..<200 {
            if round > 3, try overseer.status().walCheckpoints > 0 { return }
            let plans = (0..<64).map { _ in AgentPlan() }
            let agents = try client.spawnBatch(plans, attestedBy: attester)
            let targets = agents.map {
                ReleaseRequestMessage(target: .grant(ByteView(copying: $0.grantID)))
            }
            _ = try client.call(.releaseBatch, ReleaseBatchRequestMessage(items: targets))
            try work(client)
        }
        Issue.record("the write-ahead log is not copied")
    }

    /// The first watcher has the feed open the log, and keep it open.
    private static func openStream(of broker: BrokerProcess, _ overseer: WireClient) throws {
        try EndWatcher(try broker.connect()).client.hangUp()
        let isGone = try Deadline.poll(seconds: 5) {
            let status = try overseer.status()
            return status.watchers == 0 && status.connections == 2
        }
        #expect(isGone)
    }

    /// A life of an agent, as if nothing were happening around it.
    static func work(_ client: WireClient, _ comment: Comment? = nil) throws {
        let agent = try client.spawn()
        #expect(try client.validate(agent.token).valid, comment)
        #expect(try client.release(token: agent.token), comment)
        #expect(try !client.validate(agent.token).valid, comment)
    }

    /// The other connections work.
    func checkOthers(_ comment: Comment? = nil) throws {
        try Stage.work(witness, comment)
        #expect(try overseer.status().liveGrants == 0, comment)
    }

    /// Hangs up for every peer that came in here: then nothing is left of them.
    func expectBase(_ comment: Comment? = nil) throws {
        for peer in peers { peer.hangUp() }
        peers.removeAll()
        let hasEnded = try Deadline.poll(seconds: 5) { try overseer.status().liveGrants == 0 }
        #expect(hasEnded, comment)
        try checkOthers(comment)
        let areGone = try Deadline.poll(seconds: 5) {
            let connections = try overseer.status().connections
            return connections == 2 && broker.openDescriptors <= baseDescriptors.count
        }
        #expect(areGone, "\(broker.descriptors), before \(baseDescriptors)")
        let isBack = Deadline.poll(seconds: 3, everyMilliseconds: 50) {
            broker.residentBytes <= baseBytes + Stage.toleratedBytes
        }
        #expect(isBack, "resident \(broker.residentBytes >> 10) KiB, before \(baseBytes >> 10) KiB")
        #expect(broker.exit == nil, comment)
    }

    /// A connection that has not said anything.
    func stranger() throws -> WireClient { remembered(try broker.connect(timeoutSeconds: 20)) }

    /// One that speaks for the app.
    func member() throws -> WireClient {
        let client = try stranger()
        try client.authenticate(app: Stage.app)
        return client
    }

    func operate() throws -> WireClient {
        remembered(try broker.connectOperator(timeoutSeconds: 20))
    }

    private func remembered(_ peer: WireClient) -> WireClient {
        peers.append(peer)
        return peer
    }
}

/// What a call was answered with, as a word: the reason of a refusal, or OK.
func word(_ reply: WireClient.Reply) -> String { reply.status?.reason ?? "OK" }
