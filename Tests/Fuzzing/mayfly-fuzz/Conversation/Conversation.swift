internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
@testable internal import MayflyWire

/// One hostile conversation: the fuzzer's bytes as what peers do, and in what order things happen.
final class Conversation {
    /// A grant that a peer was given.
    struct Held {
        let id: AgentURI
        let grant: GrantReference
        let token: [UInt8]
        let key: AgentKeyPair
    }

    let world: BrokerWorld
    let fixture: BrokerFixture
    var input: FuzzInput
    private(set) var peers: [Peer] = []
    private(set) var held: [Held] = []
    private(set) var launchToken = ""
    /// Of the next call: where, and by what.
    private var damage: (offset: Int, mask: UInt8)?

    /// Who sits where: the app's uid, one that it takes little from, a stranger, the operator.
    private static let seats: [(role: SocketRole, uid: UInt32, smallBuffer: Bool)] = [
        (.agents, BrokerWorld.uid, false), (.agents, BrokerWorld.uid, true), (.agents, 9, false),
        (.operator, 0, false),
    ]

    init(_ input: FuzzInput, _ fixture: BrokerFixture) throws {
        self.input = input
        self.fixture = fixture
        world = try BrokerWorld(fixture)
        for seat in Self.seats.indices { peers.append(try makePeer(seat)) }
        world.writeAll()
        world.turn()
    }

    private func makePeer(_ seat: Int) throws -> Peer {
        let seat = Self.seats[seat]
        return try Peer(
            world, role: seat.role, uid: seat.uid, smallBuffer: seat.smallBuffer)
    }

    /// What one byte of the input may mean.
    private enum Step: UInt8, CaseIterable {
        case bytes
        case frame
        case authenticate
        case challenge
        case spawn
        case validate
        case renew
        case release
        case delegate
        case register
        case launchToken
        case heartbeat
        case watch
        case operate
        case batch
        case turn
        case disk
        case receive
        case reconnect
        case damage
        case deliver
        case advance
        case finish
    }

    static let stepNames = Step.allCases.map { "\($0)" }

    /// The byte that means a step, for seeds.
    static func code(_ name: String) -> UInt8 {
        guard let step = Step.allCases.first(where: { "\($0)" == name }) else {
            fail("\(name) is a step")
        }
        return step.rawValue
    }

    // MARK: Steps

    private static let maximumSteps = 96

    func run() throws {
        var steps = 0
        while !input.isAtEnd, steps < Self.maximumSteps {
            steps += 1
            try step(Step.allCases[input.choice(Step.allCases.count)])
        }
        settle()
        world.stop()
    }

    private func step(_ step: Step) throws {
        switch step {
        case .turn: world.turn()
        case .disk: world.writeAll()
        case .advance: world.advance()
        case .damage: damage = (Int(input.word()), input.byte())
        case .reconnect:
            let seat = input.choice(peers.count)
            peers[seat] = try makePeer(seat)
        case .deliver: deliver()
        default: act(step, peers[input.choice(peers.count)])
        }
    }

    private func act(_ step: Step, _ peer: Peer) {
        switch step {
        case .bytes: peer.send(raw: input.take(Int(input.byte())))
        case .frame: sendFrame(peer)
        case .authenticate:
            ask(peer, .authenticate, AuthenticateRequestMessage(app: BrokerWorld.app))
        case .challenge: ask(peer, .challenge, ChallengeRequestMessage())
        case .spawn: spawn(peer)
        case .batch: spawnBatch(peer)
        case .register: register(peer)
        case .validate: validate(peer)
        case .renew: renew(peer)
        case .release: release(peer)
        case .delegate: delegate(peer)
        case .launchToken: askLaunchToken(peer)
        case .heartbeat: heartbeat(peer)
        case .watch: ask(peer, .watchRevocations, WatchRevocationsRequestMessage(afterPosition: 0))
        case .operate: operate(peer)
        case .receive: receive(peer)
        case .finish: peer.finish()
        case .turn, .disk, .advance, .damage, .reconnect, .deliver: break
        }
    }

    func ask(
        _ peer: Peer, _ method: Method, _ message: some EncodableMessage,
        key: AgentKeyPair? = nil
    ) {
        peer.call(method, message, in: world, key: key) { bytes in
            guard let (offset, mask) = damage, mask != 0 else { return false }
            damage = nil
            bytes[offset % bytes.count] ^= mask
            return true
        }
    }

    /// A frame as it should be, of any method, and a message of the fuzzer's own.
    private func sendFrame(_ peer: Peer) {
        let method = Method.allCases[input.choice(Method.allCases.count)]
        let payload = [UInt8](input.take(Int(input.byte())))
        ask(peer, method, EncodedMessage(bytes: payload))
    }

    /// A message of the stream of ends, as the feed would hand it over.
    private func deliver() {
        let reactor = world.reactors[0]
        let message = StreamMessage(position: UInt64(input.byte()), firstIssueSeconds: 1)
        let content: StreamDelivery.Content =
            input.flag() ? .end(Refusal(.auditUnreadable, "No.")) : .message(message)
        reactor.inbox.deliver(
            StreamDelivery(
                content: content, watchers: Array(reactor.connections.keys),
                awaitsTaking: input.flag()))
    }

    // MARK: Answers

    private func receive(_ peer: Peer) {
        peer.flush()
        peer.receive(from: world) { call, envelope in
            guard envelope.status == nil else { return }
            learn(call, envelope.payload.rawBuffer, peer)
        }
    }

    private func learn(_ call: Peer.Call, _ bytes: UnsafeRawBufferPointer, _ peer: Peer) {
        switch call.method {
        case .authenticate:
            peer.adopt(challenge: read(AuthenticateResponseMessage.self, bytes).challenge)
        case .challenge:
            peer.adopt(challenge: read(ChallengeResponseMessage.self, bytes).challenge)
        case .createLaunchToken:
            launchToken = read(CreateLaunchTokenResponseMessage.self, bytes).launchToken
        case .spawn, .register, .renew, .delegate:
            guard let agent = read(SpawnResponseMessage.self, bytes).agent, let key = call.key
            else { fail("\(call.method) is answered with an agent") }
            hold(agent, key)
        default: break
        }
    }

    private func read<Message: DecodableMessage>(
        _ type: Message.Type, _ bytes: UnsafeRawBufferPointer
    ) -> Message {
        guard let message = try? type.decode(bytes, arena: MessageArena(), limits: .response)
        else { fail("an answer is a \(type)") }
        return message
    }

    private func hold(_ agent: SpawnedAgentMessage, _ key: AgentKeyPair) {
        guard let id = AgentURI(agent.agentID), let grant = GrantReference(agent.grantID) else {
            fail("an agent has an id and a grant")
        }
        expect(
            agent.token.withUnsafeBytes { UntrustedToken($0) } != nil, "a token is a compact JWS")
        held.append(Held(id: id, grant: grant, token: agent.token, key: key))
    }

    /// The disk writes, everyone takes what they are sent: then nothing is left to do.
    private func settle() {
        var rounds = 0
        repeat {
            for peer in peers { receive(peer) }
            world.writeAll()
            world.turn()
            rounds += 1
            expect(rounds < 2_000, "a conversation comes to its end: \(world.unrest)")
        } while !world.isQuiet || rounds < 4
        for peer in peers {
            receive(peer)
            peer.checkAnswered()
        }
    }
}
