import Testing

@testable import MayflyWire

/// The memory of messages on their way in and out.
struct BufferTests {
    @Test func `an arena keeps one bounded block and gives back the rest`() {
        let arena = MessageArena(retainedBytes: 4 << 10, ceilingBytes: 4 << 20)
        #expect(arena.heldBytes == 0)
        let small = Craft.field(1, "token")
        #expect(failure(decoding: small, as: ValidateRequestMessage.self, arena: arena) == nil)
        #expect(arena.heldBytes == 4 << 10)
        let large = Craft.field(1, String(repeating: "a", count: 500_000))
        #expect(failure(decoding: large, as: ValidateRequestMessage.self, arena: arena) == nil)
        #expect(arena.heldBytes > 500_000)
        arena.reset()
        #expect(arena.heldBytes == 4 << 10)
    }

    @Test func `a first block over the bound is given back too`() {
        let arena = MessageArena(retainedBytes: 4 << 10, ceilingBytes: 4 << 20)
        let large = Craft.repeating(Craft.field(3, String(repeating: "a", count: 4_000)), 100)
        #expect(failure(decoding: large, as: ValidateRequestMessage.self, arena: arena) == nil)
        arena.reset()
        #expect(arena.heldBytes <= 4 << 10)
    }

    @Test func `decoding fails at the ceiling and goes on after a reset`() {
        let arena = MessageArena(retainedBytes: 4 << 10, ceilingBytes: 64 << 10)
        let large = Craft.field(1, String(repeating: "a", count: 70_000))
        for bytes in [large, Craft.repeating(Craft.field(3, "scope"), 1_024) + large] {
            #expect(
                failure(decoding: bytes, as: ValidateRequestMessage.self, arena: arena)
                    == DecodeFailure(.tooLarge))
            #expect(arena.heldBytes <= 64 << 10)
            arena.reset()
        }
        let small = Craft.field(1, "token")
        #expect(failure(decoding: small, as: ValidateRequestMessage.self, arena: arena) == nil)
    }

    @Test func `a thousand messages take the memory of one`() {
        let arena = MessageArena()
        let bytes = Craft.field(1, String(repeating: "a", count: 1_000))
        for _ in 0..<1_000 {
            arena.reset()
            #expect(failure(decoding: bytes, as: ValidateRequestMessage.self, arena: arena) == nil)
        }
        #expect(arena.heldBytes == 256 << 10)
    }

    @Test func `output comes out as it went in, in any portions`() {
        var generator = SeededGenerator(seed: 3)
        var output = OutputBuffer(retainedBytes: 64)
        var written: [UInt8] = []
        var sent: [UInt8] = []
        for _ in 0..<2_000 {
            let piece = (0..<Int.random(in: 0...300, using: &generator)).map { UInt8($0 & 0xFF) }
            piece.withUnsafeBytes { output.append($0) }
            written += piece
            let portion = Int.random(in: 0...output.count, using: &generator)
            sent += output.pending.prefix(portion)
            output.consumed(portion)
        }
        sent += output.pending
        output.consumed(output.count)
        #expect(sent == written)
    }

    @Test func `an emptied output buffer gives back a large block and keeps a small one`() {
        var output = OutputBuffer(retainedBytes: 4_096)
        [UInt8](repeating: 1, count: 100_000).withUnsafeBytes { output.append($0) }
        output.consumed(100_000)
        let afterLarge = output.heldBytes
        #expect(afterLarge == 0)
        [UInt8](repeating: 1, count: 100).withUnsafeBytes { output.append($0) }
        output.consumed(100)
        let afterSmall = output.heldBytes
        #expect(0 < afterSmall && afterSmall <= 4_096)
    }

    @Test func `an answer over the outbound limit is not written`() {
        var output = OutputBuffer()
        var response = ValidateResponseMessage()
        response.claims = [UInt8](repeating: 1, count: WireLimits.outboundFrameBytes - 10)
        let fits = ResponseEncoder.appendResponse(
            stream: StreamID(rawValue: 1), message: response, to: &output)
        #expect(fits)
        #expect(ResponseEncoder.frameSize(of: response) == WireLimits.outboundFrameBytes)
        output.consumed(output.count)
        response.claims.append(1)
        let isTooLarge = !ResponseEncoder.appendResponse(
            stream: StreamID(rawValue: 1), message: response, to: &output)
        #expect(isTooLarge)
        let isUntouched = output.isEmpty
        #expect(isUntouched)
    }

    @Test func `a message of a stream over the outbound limit is not written`() {
        var output = OutputBuffer()
        let stream = StreamID(rawValue: 1)
        var bytes = [UInt8](repeating: 0, count: WireLimits.outboundFrameBytes)
        let fits = ResponseEncoder.appendData(
            stream: stream, message: EncodedMessage(bytes: bytes), to: &output)
        #expect(fits)
        output.consumed(output.count)
        bytes.append(0)
        let isTooLarge = !ResponseEncoder.appendData(
            stream: stream, message: EncodedMessage(bytes: bytes), to: &output)
        #expect(isTooLarge)
        let isUntouched = output.isEmpty
        #expect(isUntouched)
    }

    @Test func `a request over the limit is not written`() {
        var output = OutputBuffer()
        var request = ValidateRequestMessage()
        request.token = ByteView(copying: [UInt8](repeating: 0x61, count: WireLimits.frameBytes))
        let isTooLarge = !RequestEncoder.appendRequest(
            stream: StreamID(rawValue: 1), method: .validate, message: request, to: &output)
        #expect(isTooLarge)
        let isUntouched = output.isEmpty
        #expect(isUntouched)
    }

    @Test func `a view made by copying outlives what it was made from`() {
        var bytes = [UInt8]("token".utf8)
        let view = ByteView(copying: bytes)
        bytes[0] = 0
        #expect(view.text == "token")
        #expect(view.equals("token"))
        #expect(!view.equals("tokens"))
        #expect(!view.equals("taken"))
        #expect(view.equals(ByteView("token")))
        #expect(ByteView(copying: "").isEmpty)
        #expect(ByteView.empty.equals(""))
    }
}
