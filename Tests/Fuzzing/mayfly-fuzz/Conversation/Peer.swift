private import Glibc
internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
@testable internal import MayflyWire

/// The far end of a connection: sends what it is told, and judges every answer that comes.
final class Peer {
    /// A call that this peer made as one should.
    struct Call {
        let method: Method
        /// Where the log was when it was sent: what it changes is later.
        let sentAt: UInt64
        var key: AgentKeyPair?
    }

    private let socket: Int32
    private var outgoing: [UInt8] = []
    private var incoming: [UInt8] = []
    private var sent = StreamLedger()
    private var calls: [UInt32: Call] = [:]
    private(set) var nextStream = StreamID(rawValue: 1)
    /// It sent only what a client may send: every call of it has to be answered.
    private(set) var isHonest = true
    private(set) var isClosed = false
    private var isFinished = false
    /// The challenge of the connection, once it asked for it.
    private(set) var challenge: Challenge?
    private var proofSequence: UInt64 = 0

    /// - Parameter smallBuffer: the kernel takes little of what the broker sends.
    init(_ world: BrokerWorld, role: SocketRole, uid: UInt32, smallBuffer: Bool) throws {
        var pair: [Int32] = [0, 0]
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        guard socketpair(AF_UNIX, Int32(kind), 0, &pair) == 0 else {
            throw SystemFailure("socketpair")
        }
        socket = pair[0]
        if smallBuffer {
            var size: Int32 = 4_608
            setsockopt(
                pair[1], SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard let descriptor = Descriptor(owning: pair[1]) else { throw SystemFailure("a pair") }
        let now = BrokerClock.monotonicNanoseconds
        var share: Share?
        if role == .operator {
            share = world.context.shares.admitOperator(at: now)
        } else if case .admitted(let admitted) = world.context.shares.admit(
            UserID(rawValue: uid), at: now)
        {
            share = admitted
        }
        guard let share else { throw SystemFailure("a share with no room") }
        world.reactors[role == .operator ? 1 : 0].inbox.deliver(
            Arrival(
                descriptor: descriptor, role: role, uid: UserID(rawValue: uid),
                pid: ProcessID(rawValue: 1), share: share, refusesDescriptors: true))
    }

    deinit { close(socket) }

    // MARK: Sending

    func send(raw bytes: UnsafeRawBufferPointer) {
        isHonest = false
        append([UInt8](bytes))
    }

    /// A whole call; `damage` may change its bytes.
    func call(
        _ method: Method, _ message: some EncodableMessage, in world: BrokerWorld,
        key: AgentKeyPair? = nil, damage: (inout [UInt8]) -> Bool
    ) {
        var output = OutputBuffer()
        guard
            RequestEncoder.appendRequest(
                stream: nextStream, method: method, message: message, to: &output)
        else { return }
        var bytes = [UInt8](output.pending)
        if damage(&bytes) {
            isHonest = false
        } else {
            calls[nextStream.rawValue] = Call(
                method: method,
                sentAt: world.context.authority.read { $0.logPosition }.position.rawValue,
                key: key)
        }
        append(bytes)
        nextStream = nextStream.next ?? nextStream
    }

    func nextProofSequence() -> UInt64 {
        proofSequence += 1
        return proofSequence
    }

    private func append(_ bytes: [UInt8]) {
        sent.append(bytes)
        outgoing += bytes
        flush()
    }

    func flush() {
        while !outgoing.isEmpty, !isClosed, !isFinished {
            let count = outgoing.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno != EAGAIN { isClosed = true }
                return
            }
            outgoing.removeFirst(count)
        }
    }

    /// Says that it sends no more.
    func finish() {
        isHonest = false
        isFinished = true
        shutdown(socket, Int32(SHUT_WR))
    }

    // MARK: Receiving

    /// Takes what the broker sent, judges it, and tells of each answer to a call of its own.
    func receive(from world: BrokerWorld, told: (Call, ResponseEnvelope) -> Void) {
        takeBytes()
        var offset = 0
        incoming.withUnsafeBytes { bytes in
            while let header = FrameHeader(UnsafeRawBufferPointer(rebasing: bytes[offset...])) {
                expect(
                    Int(header.length) <= WireLimits.outboundFrameBytes, "an answer fits a frame")
                let end = offset + FrameHeader.size + Int(header.length)
                guard end <= bytes.count else { break }
                judge(
                    header,
                    UnsafeRawBufferPointer(rebasing: bytes[(offset + FrameHeader.size)..<end]),
                    in: world, told)
                offset = end
            }
        }
        incoming.removeFirst(offset)
    }

    private func takeBytes() {
        guard !isClosed else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = recv(socket, buffer.baseAddress, buffer.count, 0)
            if count > 0 {
                incoming += buffer[..<count]
                continue
            }
            // An end, or a connection that was closed with bytes unread.
            if count == 0 || errno != EAGAIN { isClosed = true }
            return
        }
    }

    private func judge(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, in world: BrokerWorld,
        _ told: (Call, ResponseEnvelope) -> Void
    ) {
        let stream = header.stream.rawValue
        expect(sent.hasAsked(stream), "an answer is for a stream that was asked on")
        expect(!sent.hasEnded(stream), "a stream ends once")
        switch FrameType(rawValue: header.type) {
        case .data:
            expect(header.flags == 0, "the broker ends a stream with a response")
            let message = try? WatchRevocationsResponseMessage.decode(
                payload, arena: MessageArena(), limits: .response)
            expect(message != nil, "a message of a stream can be read")
        case .response:
            sent.end(stream)
            guard let envelope = try? ResponseEnvelope.decode(payload) else {
                fail("an answer can be read")
            }
            // Where the same stream was used twice, the answer may be to the other.
            guard let call = calls.removeValue(forKey: stream), sent.askedOnce(stream) else {
                return
            }
            if envelope.status == nil, call.method.alwaysChanges {
                expect(
                    world.store.committed > call.sentAt, "a change is durable before it is answered"
                )
            }
            told(call, envelope)
        case .request, nil: fail("a broker sends answers")
        }
    }

    /// What the connection is known by from now on.
    func adopt(challenge bytes: [UInt8]) {
        guard let fresh = Challenge(bytes) else { fail("a challenge is 32 bytes") }
        expect(challenge == nil || challenge == fresh, "a connection has one challenge")
        challenge = fresh
    }

    /// When everything is quiet: nobody who behaved is left without an answer.
    func checkAnswered() {
        guard isHonest, !isClosed, outgoing.isEmpty else { return }
        let open = calls.values.filter { $0.method != .watchRevocations }
        expect(open.isEmpty, "every call is answered: \(open.map(\.method))")
    }
}

extension Method {
    /// Whether it has changed something that is stored where it was answered with success.
    fileprivate var alwaysChanges: Bool {
        switch self {
        case .spawn, .spawnBatch, .register, .delegate, .createLaunchToken, .createApp, .rotateKey:
            true
        default: false
        }
    }
}

/// Which streams a peer asked on, and which have ended, from the bytes that it sent.
private struct StreamLedger {
    private var asked: [UInt32: Int] = [:]
    private var ended: Set<UInt32> = []
    /// Of a header that is not whole yet.
    private var partial: [UInt8] = []
    /// Bytes of data until the next header.
    private var dataLeft = 0

    /// Follows the headers, whatever is in them. The broker may have stopped reading before.
    mutating func append(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if dataLeft > 0 {
                let count = min(dataLeft, rest.count)
                rest = rest.dropFirst(count)
                dataLeft -= count
                continue
            }
            let count = min(FrameHeader.size - partial.count, rest.count)
            partial += rest.prefix(count)
            rest = rest.dropFirst(count)
            guard let header = partial.withUnsafeBytes({ FrameHeader($0) }) else { return }
            partial = []
            asked[header.stream.rawValue, default: 0] += 1
            dataLeft = Int(header.length)
        }
    }

    func hasAsked(_ stream: UInt32) -> Bool { asked[stream] != nil }
    func askedOnce(_ stream: UInt32) -> Bool { asked[stream] == 1 }
    func hasEnded(_ stream: UInt32) -> Bool { ended.contains(stream) }
    mutating func end(_ stream: UInt32) { ended.insert(stream) }
}
