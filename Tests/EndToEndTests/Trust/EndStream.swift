internal import MayflyCrypto
internal import MayflyWire

/// A connection that follows the stream of ends.
final class EndStream {
    struct Message: Equatable {
        var position: UInt64
        var digests: [[UInt8]]
        var firstIssueAt: UInt64
        var gap: Bool
    }

    enum Item: Equatable {
        case message(Message)
        /// The stream is over, for this reason.
        case end(reason: String)
    }

    let client: WireClient
    private var input = OutputBuffer()
    private var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)

    /// Begins to follow; nothing has been read.
    init(_ client: WireClient, after position: UInt64 = 0) throws {
        self.client = client
        _ = try client.send(
            .watchRevocations, WatchRevocationsRequestMessage(afterPosition: position))
    }

    func next() throws -> Item {
        while true {
            switch reader.next(in: input.pending) {
            case .frame(let frame):
                let item = try read(frame)
                input.consumed(frame.consumed)
                return item
            case .incomplete:
                let received = try client.receive()
                if received.isEmpty { throw WireClient.Failure.closed }
                received.withUnsafeBytes { input.append($0) }
            case .refused, .violation:
                throw WireClient.Failure.malformed("not a frame of a stream")
            }
        }
    }

    /// The next message, which must be one.
    func message() throws -> Message {
        guard case .message(let message) = try next() else {
            throw WireClient.Failure.malformed("the stream is over")
        }
        return message
    }

    /// Reads on to what the stream ends with; messages are passed over.
    func end() throws -> Item {
        while true {
            let item = try next()
            if case .end = item { return item }
        }
    }

    /// Reads on until this end has been announced; heartbeats and others are passed over.
    func find(_ level: String, _ target: String) throws -> Message {
        let wanted = SHA256.digest([UInt8]("\(level)\u{0}\(target)".utf8)).bytes
        while true {
            let message = try message()
            if message.digests.contains(wanted) { return message }
        }
    }

    private func read(_ frame: Frame) throws -> Item {
        guard frame.type == .data else {
            let envelope = try ResponseEnvelope.decode(frame.payload)
            return .end(reason: envelope.status?.reason ?? "")
        }
        client.arena.reset()
        let message = try WatchRevocationsResponseMessage.decode(
            frame.payload, arena: client.arena, limits: .response)
        return .message(
            Message(
                position: message.position, digests: message.digests.map(\.bytes),
                firstIssueAt: message.firstIssueAt, gap: message.gap))
    }
}
