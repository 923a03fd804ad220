/// What the bytes at the front of a buffer are.
package enum FrameEvent {
    case frame(Frame)
    /// The next frame takes this many bytes in all, header included: receive until the buffer
    /// holds them. Never more than the limit and a header.
    case incomplete(needed: Int)
    /// Answer with the fault's status on this stream. Then close if `fault.closes`, else move on
    /// by `consumed` bytes.
    case refused(stream: StreamID, fault: WireFault, consumed: Int)
    /// Close without an answer.
    case violation(WireFault)
}

/// Finds the frames in received bytes. It holds no bytes and does no I/O: `next` looks at the front
/// of a buffer that the caller owns, and the caller moves on by what a frame consumed.
///
/// What a broker answers, in the order of the checks; an answer is given only on a stream id that
/// no request of the connection has used, because on any other it could be taken for the answer to
/// that request; else the connection is closed without one:
///
/// | received by a broker | answer | then |
/// |---|---|---|
/// | data length over the limit in force | RESOURCE_EXHAUSTED, FRAME_TOO_LARGE | close |
/// | type other than 1, 2, 3 | INVALID_ARGUMENT, MALFORMED_MESSAGE | close |
/// | type response (2) | none | close |
/// | type data (3) | INVALID_ARGUMENT, MALFORMED_MESSAGE | close |
/// | stream id even or zero | INVALID_ARGUMENT, MALFORMED_MESSAGE | close |
/// | stream id reused or lower than one before | none | close |
/// | flags other than 0, 1, 2 | INVALID_ARGUMENT, MALFORMED_MESSAGE | close |
/// | flags 2: a call whose client streams | UNIMPLEMENTED, UNIMPLEMENTED, after its data | go on |
/// | end of stream inside a frame | none | close |
///
/// A request with flags 0 or 1 is a frame: a unary call, and one whose client expects a stream.
/// Whether the method has a stream to give is the caller's check, which refuses a call of the wrong
/// kind with UNIMPLEMENTED, either way round, and goes on.
///
/// What a client takes, on an odd stream and within its limit; it closes on anything else:
///
/// | received by a client | meaning |
/// |---|---|
/// | a response, flags 0 | the answer to a unary call, or the end of a stream |
/// | data, flags 0 | a message of a stream |
/// | data, flags 1 | the last message of a stream |
/// | data, flags 5, length 0 | the end of a stream, without a message |
///
/// Whether a call is under way on that stream, and whether it is one that streams, is the caller's
/// check.
package struct FrameReader: Sendable {
    package enum Role: Sendable {
        case broker
        case client
    }

    private let role: Role
    /// On a frame's data, in bytes. A broker raises it when the connection names its app.
    package var frameLimit: Int
    /// The highest stream of a request so far.
    package private(set) var lastStream = StreamID.none

    package init(role: Role, frameLimit: Int) {
        self.role = role
        self.frameLimit = frameLimit
    }

    /// What is at the front of `buffer`.
    ///
    /// A frame's data is a view into `buffer`. Faults of a header show before its data is there.
    package mutating func next(in buffer: UnsafeRawBufferPointer) -> FrameEvent {
        guard let header = FrameHeader(buffer) else {
            return .incomplete(needed: FrameHeader.size)
        }
        guard let type = FrameType(rawValue: header.type), header.length <= frameLimit else {
            return header.length > frameLimit
                ? answer(header, .frameTooLarge(length: Int(header.length), limit: frameLimit))
                : answer(header, .typeUnknown(header.type))
        }
        let fault: WireFault? =
            switch role {
            case .broker: brokerFault(header, type)
            case .client: clientFault(header, type)
            }
        if let fault, fault.closes { return answer(header, fault) }

        let consumed = FrameHeader.size + Int(header.length)
        guard buffer.count >= consumed else { return .incomplete(needed: consumed) }
        lastStream = max(lastStream, header.stream)
        if let fault {
            return .refused(stream: header.stream, fault: fault, consumed: consumed)
        }
        return .frame(
            Frame(
                stream: header.stream, type: type, flags: FrameFlags(rawValue: header.flags),
                payload: UnsafeRawBufferPointer(rebasing: buffer[FrameHeader.size..<consumed]),
                consumed: consumed))
    }

    private func brokerFault(_ header: FrameHeader, _ type: FrameType) -> WireFault? {
        guard type == .request else { return .typeUnexpected(type) }
        guard header.stream.isFromClient else { return .streamNotFromClient }
        guard header.stream > lastStream else { return .streamNotIncreasing }
        switch header.flags {
        case 0, FrameFlags.remoteClosed.rawValue: return nil
        case FrameFlags.remoteOpen.rawValue: return .streamingUnsupported
        default: return .flagsUnknown(header.flags)
        }
    }

    private func clientFault(_ header: FrameHeader, _ type: FrameType) -> WireFault? {
        guard type != .request else { return .typeUnexpected(type) }
        guard header.stream.isFromClient else { return .streamNotFromClient }
        switch (type, FrameFlags(rawValue: header.flags)) {
        case (_, []), (.data, .remoteClosed): return nil
        case (.data, [.remoteClosed, .noData]) where header.length == 0: return nil
        default: return .flagsUnknown(header.flags)
        }
    }

    /// A fault that ends the connection, with an answer where one cannot be misread.
    private func answer(_ header: FrameHeader, _ fault: WireFault) -> FrameEvent {
        let unused = !header.stream.isFromClient || header.stream > lastStream
        guard role == .broker, unused, fault != .typeUnexpected(.response) else {
            return .violation(fault)
        }
        return .refused(stream: header.stream, fault: fault, consumed: FrameHeader.size)
    }
}
