internal import MayflyWire

/// Calls one at a time and waits for each answer: for what happens before and after a run.
struct Caller: ~Copyable {
    let socket: BrokerSocket
    private var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
    private(set) var stream = StreamID.none
    private let what: String

    static let timeoutMilliseconds: Int32 = 10_000
    private static let receiveBytes = 64 << 10

    init(path: String) throws(LoadFailure) {
        socket = try BrokerSocket(path: path)
        what = path
    }

    /// Gives the socket up to whoever goes on with it.
    consuming func takeSocket() -> BrokerSocket { socket }

    mutating func call<Answer: DecodableMessage>(
        _ method: Method, _ message: some EncodableMessage, answer: Answer.Type
    ) throws(LoadFailure) -> Answer {
        guard let next = stream.next else { throw .unusable("the connection has no call left") }
        stream = next
        var output = OutputBuffer()
        guard
            RequestEncoder.appendRequest(
                stream: next, method: method, message: message, to: &output)
        else { throw .unusable("the request to \(method.name) is too large") }
        while !output.isEmpty {
            guard let sent = socket.send(output.pending) else { throw .connectionLost(what) }
            output.consumed(sent)
            if sent == 0 { try wait(toWrite: true) }
        }
        return try receive(method, next)
    }

    private mutating func receive<Answer: DecodableMessage>(
        _ method: Method, _ stream: StreamID
    ) throws(LoadFailure) -> Answer {
        var input = OutputBuffer()
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.receiveBytes, alignment: 16)
        defer { scratch.deallocate() }
        while true {
            switch reader.next(in: input.pending) {
            case .frame(let frame):
                guard frame.type == .response, frame.stream == stream else {
                    throw .protocolViolation("an answer to a call that was not made")
                }
                return try Self.read(frame, method)
            case .refused, .violation: throw .protocolViolation("a frame that is no answer")
            case .incomplete: break
            }
            guard let count = socket.receive(into: scratch) else { throw .connectionLost(what) }
            if count == 0 { try wait(toWrite: false) }
            input.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        }
    }

    private static func read<Answer: DecodableMessage>(
        _ frame: Frame, _ method: Method
    ) throws(LoadFailure) -> Answer {
        let answer: Answer?
        let status: RemoteStatus?
        do throws(DecodeFailure) {
            let envelope = try ResponseEnvelope.decode(frame.payload)
            status = envelope.status
            answer =
                status == nil
                ? try Answer.decode(
                    envelope.payload.rawBuffer, arena: MessageArena(), limits: .response) : nil
        } catch {
            throw .protocolViolation(error.sentence)
        }
        if let answer { return answer }
        throw .refused(
            "\(method.name)", reason: status?.reason ?? "", sentence: status?.message ?? "")
    }

    private func wait(toWrite: Bool) throws(LoadFailure) {
        guard socket.wait(toWrite: toWrite, milliseconds: Self.timeoutMilliseconds) else {
            throw .connectionLost("\(what): no answer in 10 s")
        }
    }
}
