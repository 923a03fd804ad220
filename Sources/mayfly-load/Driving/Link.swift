internal import MayflyWire

/// A conversation with its socket.
final class Link {
    let socket: BrokerSocket
    let conversation: Conversation
    /// Received and not yet a whole frame.
    private var input = OutputBuffer(retainedBytes: 0)
    private var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
    /// The kernel took less than there is.
    private(set) var isBlocked = false

    init(socket: consuming BrokerSocket, conversation: Conversation) {
        self.socket = socket
        self.conversation = conversation
    }

    /// Sends what the kernel takes.
    func send() throws(LoadFailure) {
        while !conversation.output.isEmpty {
            guard let sent = socket.send(conversation.output.pending) else {
                throw .connectionLost("send")
            }
            conversation.output.consumed(sent)
            isBlocked = sent == 0
            if isBlocked { return }
        }
        isBlocked = false
    }

    /// Takes the answers that have come.
    func receive(into scratch: UnsafeMutableRawBufferPointer) throws(LoadFailure) {
        guard let count = socket.receive(into: scratch) else { throw .connectionLost("receive") }
        guard count > 0 else { return }
        let now = Moment.now()
        let received = UnsafeRawBufferPointer(rebasing: scratch[..<count])
        guard input.isEmpty else {
            input.append(received)
            input.consumed(try takeFrames(in: input.pending, now))
            return
        }
        let consumed = try takeFrames(in: received, now)
        input.append(UnsafeRawBufferPointer(rebasing: received[consumed...]))
    }

    private func takeFrames(
        in bytes: UnsafeRawBufferPointer, _ now: Moment
    ) throws(LoadFailure) -> Int {
        var offset = 0
        while true {
            switch reader.next(in: UnsafeRawBufferPointer(rebasing: bytes[offset...])) {
            case .frame(let frame):
                try conversation.take(frame, now: now)
                offset += frame.consumed
            case .incomplete:
                return offset
            case .refused, .violation:
                throw .protocolViolation("a frame that is no answer")
            }
        }
    }
}
