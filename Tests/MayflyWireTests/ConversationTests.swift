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

    private func wholeFrame(_ event: FrameEvent) -> Frame? {
        if case .frame(let frame) = event { frame } else { nil }
    }
}
