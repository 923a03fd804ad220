internal import MayflyCrypto
internal import MayflyWire

/// Follows the stream of ends on a connection of its own, as a verifier would that trusts digests
/// and nothing else.
final class EndWatcher {
    struct Message {
        let position: UInt64
        let digests: [[UInt8]]
        let firstIssueAt: UInt64
        let gap: Bool
    }

    let client: WireClient
    /// The first message, which says where the stream begins.
    private(set) var opening = Message(position: 0, digests: [], firstIssueAt: 0, gap: false)
    /// Of the last message.
    private(set) var position: UInt64 = 0
    /// All that was announced.
    private(set) var seen: Set<[UInt8]> = []
    /// Why the stream ended; nil while it goes on.
    private(set) var ending: RemoteStatus?
    private var input: [UInt8] = []
    private let stream: StreamID
    private let arena = MessageArena(ceilingBytes: 16 << 20)

    init(_ client: WireClient, after position: UInt64 = 0) throws {
        self.client = client
        stream = try client.send(
            .watchRevocations, WatchRevocationsRequestMessage(afterPosition: position))
        guard let first = try next() else {
            throw WireClient.Failure.malformed("a stream begins with its position")
        }
        opening = first
    }

    /// The next message; nil at the stream's end.
    func next() throws -> Message? {
        while true {
            if let frame = takeFrame() { return try message(in: frame) }
            let received = try client.receive()
            if received.isEmpty { throw WireClient.Failure.closed }
            input += received
        }
    }

    /// Reads until all of these are announced; false where the time is over first.
    func sees(_ ends: [End], seconds: Double = 10) throws -> Bool {
        let deadline = Deadline(seconds: seconds)
        let wanted = ends.map(\.digest)
        while !wanted.allSatisfy(seen.contains) {
            if deadline.isOver { return false }
            guard try next() != nil else { return false }
        }
        return true
    }

    func hasSeen(_ end: End) -> Bool { seen.contains(end.digest) }

    private func takeFrame() -> (header: FrameHeader, data: [UInt8])? {
        let taken = input.withUnsafeBytes { bytes -> (FrameHeader, Int)? in
            guard let header = FrameHeader(bytes) else { return nil }
            let end = FrameHeader.size + Int(header.length)
            return bytes.count >= end ? (header, end) : nil
        }
        guard let (header, end) = taken else { return nil }
        let data = [UInt8](input[FrameHeader.size..<end])
        input.removeFirst(end)
        return (header, data)
    }

    private func message(in frame: (header: FrameHeader, data: [UInt8])) throws -> Message? {
        guard frame.header.stream == stream else {
            throw WireClient.Failure.malformed("a frame of another stream")
        }
        if frame.header.type == FrameType.response.rawValue {
            ending = try frame.data.withUnsafeBytes { try ResponseEnvelope.decode($0).status }
            return nil
        }
        guard frame.header.type == FrameType.data.rawValue else {
            throw WireClient.Failure.malformed("not a frame of a stream")
        }
        arena.reset()
        let message = try frame.data.withUnsafeBytes { data in
            let decoded = try WatchRevocationsResponseMessage.decode(
                data, arena: arena, limits: .response)
            return Message(
                position: decoded.position, digests: decoded.digests.map(\.bytes),
                firstIssueAt: decoded.firstIssueAt, gap: decoded.gap)
        }
        position = message.position
        seen.formUnion(message.digests)
        return message
    }
}

/// Something that ended, by its level and its name.
struct End: CustomStringConvertible {
    let level: String
    let target: String

    var digest: [UInt8] {
        SHA256.digest([UInt8](level.utf8) + [0] + [UInt8](target.utf8)).bytes
    }

    var description: String { "\(level) \(target)" }

    static func token(_ agent: LiveAgent) -> End { End(level: "token", target: agent.tokenID) }
    static func grant(_ agent: LiveAgent) -> End { End(level: "grant", target: agent.grantText) }
    static func agent(_ agent: LiveAgent) -> End { End(level: "agent", target: agent.idText) }
    static func chain(_ root: LiveAgent) -> End { End(level: "chain", target: root.grantText) }
    static func task(_ name: String) -> End { End(level: "task", target: name) }
}
