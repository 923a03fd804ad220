import Testing

@testable import MayflyWire

/// A call there and back, as the two sides make it.
struct ConversationTests {
    @Test func `a call reaches its method and its answer comes back`() throws {
        var wire = OutputBuffer()
        var request = ValidateRequestMessage()
        request.token = ByteView(copying: "header.payload.signature")
        request.omitClaims = true
        let isSent = RequestEncoder.appendRequest(
            stream: StreamID(rawValue: 1), method: .validate, message: request,
            timeoutNanoseconds: 5_000_000, to: &wire)
        #expect(isSent)

        var broker = FrameReader(role: .broker, frameLimit: WireLimits.frameBytes)
        let frame = try #require(wholeFrame(broker.next(in: wire.pending)))
        let pending = wire.count
        #expect(frame.consumed == pending)
        let envelope = try RequestEnvelope.decode(frame.payload)
        #expect(envelope.timeoutNanoseconds == 5_000_000)
        #expect(
            Method.lookup(service: envelope.service, method: envelope.method) == .found(.validate))
        let arena = MessageArena()
        let received = try ValidateRequestMessage.decode(envelope.payload.rawBuffer, arena: arena)
        #expect(received.token.text == "header.payload.signature")
        #expect(received.omitClaims)
        wire.consumed(frame.consumed)
        let isEmpty = wire.isEmpty
        #expect(isEmpty)

        var answer = ValidateResponseMessage()
        answer.valid = true
        answer.claims = [UInt8]("{}".utf8)
        answer.expiresAt = 1_900_000_000
        let isAnswered = ResponseEncoder.appendResponse(
            stream: frame.stream, message: answer, to: &wire)
        #expect(isAnswered)
        var client = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
        let reply = try #require(wholeFrame(client.next(in: wire.pending)))
        #expect(reply.stream == StreamID(rawValue: 1))
        let response = try ResponseEnvelope.decode(reply.payload)
        #expect(response.status == nil)
        #expect(
            try ValidateResponseMessage.decode(
                response.payload.rawBuffer, arena: arena, limits: .response) == answer)
    }

    @Test func `a refusal carries its code, sentence, reason and metadata`() throws {
        var wire = OutputBuffer()
        ResponseEncoder.appendStatus(
            stream: StreamID(rawValue: 7), code: .permissionDenied, message: "not in the ceiling",
            reason: "SCOPE_VIOLATION", metadata: [("scope", "write:data:1"), ("empty", "")],
            to: &wire)
        var client = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
        let reply = try #require(wholeFrame(client.next(in: wire.pending)))
        #expect(
            try ResponseEnvelope.decode(reply.payload).status
                == RemoteStatus(
                    code: .permissionDenied, message: "not in the ceiling",
                    reason: "SCOPE_VIOLATION",
                    metadata: ["scope": "write:data:1", "empty": ""]))
    }

    @Test func `a stream is asked for, comes message by message and ends with a status`() throws {
        var wire = OutputBuffer()
        let isSent = RequestEncoder.appendRequest(
            stream: StreamID(rawValue: 5), method: .watchRevocations,
            message: WatchRevocationsRequestMessage(afterPosition: 40), to: &wire)
        #expect(isSent)
        var broker = FrameReader(role: .broker, frameLimit: WireLimits.frameBytesBeforeAuthenticate)
        let call = try #require(wholeFrame(broker.next(in: wire.pending)))
        #expect(call.flags == .remoteClosed)
        let envelope = try RequestEnvelope.decode(call.payload)
        #expect(
            Method.lookup(service: envelope.service, method: envelope.method)
                == .found(.watchRevocations))
        wire.consumed(call.consumed)

        let digest = [UInt8](repeating: 0xD1, count: 32)
        var message = WatchRevocationsResponseMessage()
        message.position = 41
        message.digests = [ByteView(copying: digest)]
        let isWritten = ResponseEncoder.appendData(
            stream: call.stream, message: message, to: &wire)
        // A message whose every field has its default.
        let isWrittenEmpty = ResponseEncoder.appendData(
            stream: call.stream, message: WatchRevocationsResponseMessage(), to: &wire)
        #expect(isWritten && isWrittenEmpty)
        ResponseEncoder.appendStatus(
            stream: call.stream, code: .unavailable, message: "", reason: "SHUTTING_DOWN",
            to: &wire)

        var client = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
        let arena = MessageArena()
        let first = try #require(wholeFrame(client.next(in: wire.pending)))
        #expect(first.stream == call.stream)
        #expect(first.carriesMessage && !first.endsStream)
        let received = try WatchRevocationsResponseMessage.decode(
            first.payload, arena: arena, limits: .response)
        #expect(received.position == 41)
        #expect(received.digests.map(\.bytes) == [digest])
        wire.consumed(first.consumed)
        let second = try #require(wholeFrame(client.next(in: wire.pending)))
        #expect(second.carriesMessage && !second.endsStream && second.payload.isEmpty)
        wire.consumed(second.consumed)
        let last = try #require(wholeFrame(client.next(in: wire.pending)))
        #expect(last.endsStream && !last.carriesMessage)
        #expect(
            try ResponseEnvelope.decode(last.payload).status
                == RemoteStatus(code: .unavailable, message: "", reason: "SHUTTING_DOWN"))
    }

    @Test(arguments: Method.allCases)
    func `only a method that streams is called as one`(method: Method) {
        var wire = OutputBuffer()
        let isSent = RequestEncoder.appendRequest(
            stream: StreamID(rawValue: 1), method: method, message: GetKeysRequestMessage(),
            to: &wire)
        #expect(isSent)
        let flags = FrameHeader(wire.pending)?.flags
        #expect(flags == (method == .watchRevocations ? 1 : 0))
    }

    private func wholeFrame(_ event: FrameEvent) -> Frame? {
        if case .frame(let frame) = event { frame } else { nil }
    }
}
