import Testing

@testable import MayflyWire

/// Good bytes with random damage: an answer every time, in bounded memory.
struct MutationTests {
    private static let rounds = 300

    @Test(arguments: GoldenMessage.all)
    func `a damaged message is refused or encodes again`(golden: GoldenMessage) {
        var generator = SeededGenerator(seed: 20_260_101)
        let arena = MessageArena()
        for _ in 0..<Self.rounds {
            let damaged = mutate(golden.bytes, using: &generator)
            arena.reset()
            do throws(DecodeFailure) {
                let once = try golden.recode(damaged, arena)
                arena.reset()
                #expect(try golden.recode(once, arena) == once)
            } catch {
                // The scan finds what is wrong; the decoder never has to.
                #expect(error.kind != .tooLarge)
            }
            #expect(arena.heldBytes <= 256 << 10)
        }
    }

    @Test func `what a client reads of a damaged stream ends or is refused`() {
        var generator = SeededGenerator(seed: 11)
        let arena = MessageArena()
        var messages = 0
        for _ in 0..<2_000 {
            messages += follow(mutate(streamed(), using: &generator), arena)
            arena.reset()
        }
        #expect(messages > 2_000)
    }

    /// A stream of three messages and its end.
    private func streamed() -> [UInt8] {
        guard let golden = GoldenMessage.named("WatchRevocationsResponse") else { return [] }
        let stream = StreamID(rawValue: 7)
        var output = OutputBuffer()
        for _ in 0..<3 {
            _ = ResponseEncoder.appendData(
                stream: stream, message: EncodedMessage(bytes: golden.bytes), to: &output)
        }
        ResponseEncoder.appendStatus(
            stream: stream, code: .unavailable, message: "", reason: "SHUTTING_DOWN", to: &output)
        return [UInt8](output.pending)
    }

    /// Reads as a client would; gives the number of messages that could be read.
    private func follow(_ bytes: [UInt8], _ arena: MessageArena) -> Int {
        var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
        var messages = 0
        bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while case .frame(let frame) = reader.next(in: rest) {
                rest = UnsafeRawBufferPointer(rebasing: rest[frame.consumed...])
                if frame.carriesMessage {
                    let message = try? WatchRevocationsResponseMessage.decode(
                        frame.payload, arena: arena, limits: .response)
                    if message != nil { messages += 1 }
                }
                if frame.endsStream { return }
            }
        }
        return messages
    }

    @Test func `a damaged conversation ends in answers`() {
        var generator = SeededGenerator(seed: 7)
        let arena = MessageArena()
        var answered = 0
        for _ in 0..<2_000 {
            let bytes = mutate(conversation(), using: &generator)
            answered += converse(bytes, arena)
        }
        // Most damage is past the header of the first frame.
        #expect(answered > 2_000)
    }

    /// Calls of a client, and one to a method that streams.
    private func conversation() -> [UInt8] {
        var output = OutputBuffer()
        var stream = StreamID.none
        for (method, name) in [
            (Method.authenticate, "AuthenticateRequest"), (.spawn, "SpawnRequest"),
            (.validate, "ValidateRequest"), (.renew, "RenewRequest"),
            (.delegate, "DelegateRequest"), (.heartbeat, "HeartbeatRequest"),
            (.watchRevocations, "WatchRevocationsRequest"), (.release, "ReleaseRequest"),
        ] {
            guard let golden = GoldenMessage.named(name), let next = stream.next else { continue }
            stream = next
            _ = RequestEncoder.appendRequest(
                stream: stream, method: method, message: EncodedMessage(bytes: golden.bytes),
                to: &output)
        }
        return [UInt8](output.pending)
    }

    /// Reads as a broker would; gives the number of frames that were answered.
    private func converse(_ bytes: [UInt8], _ arena: MessageArena) -> Int {
        var reader = FrameReader(role: .broker, frameLimit: WireLimits.frameBytes)
        var output = OutputBuffer()
        var answered = 0
        bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while true {
                switch reader.next(in: rest) {
                case .frame(let frame):
                    arena.reset()
                    answer(frame, arena, &output)
                    answered += 1
                    rest = UnsafeRawBufferPointer(rebasing: rest[frame.consumed...])
                case .refused(let stream, let fault, let consumed):
                    ResponseEncoder.appendFault(stream: stream, fault: fault, to: &output)
                    answered += 1
                    if fault.closes { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
                case .incomplete(let needed):
                    #expect(needed > rest.count)
                    #expect(needed <= WireLimits.frameBytes + FrameHeader.size)
                    return
                case .violation: return
                }
            }
        }
        return answered
    }

    private func answer(_ frame: Frame, _ arena: MessageArena, _ output: inout OutputBuffer) {
        do throws(DecodeFailure) {
            let envelope = try RequestEnvelope.decode(frame.payload)
            let payload = envelope.payload.rawBuffer
            switch Method.lookup(service: envelope.service, method: envelope.method) {
            case .found(.spawn):
                let request = try SpawnRequestMessage.decode(payload, arena: arena)
                _ = try SpawnBodyMessage.decode(request.body.rawBuffer, arena: arena)
            case .found(.renew):
                let request = try RenewRequestMessage.decode(payload, arena: arena)
                _ = try RenewBodyMessage.decode(request.body.rawBuffer, arena: arena)
            case .found(.delegate):
                _ = try DelegateRequestMessage.decode(payload, arena: arena)
            case .found(.heartbeat):
                _ = try HeartbeatRequestMessage.decode(payload, arena: arena)
            case .found(.validate):
                _ = try ValidateRequestMessage.decode(payload, arena: arena)
            case .found(let method) where method.isServerStreaming && frame.flags == .remoteClosed:
                let request = try WatchRevocationsRequestMessage.decode(payload, arena: arena)
                var message = WatchRevocationsResponseMessage()
                message.position = request.afterPosition
                _ = ResponseEncoder.appendData(
                    stream: frame.stream, message: message, to: &output)
            case .found, .methodUnknown, .serviceUnknown:
                _ = try AuthenticateRequestMessage.decode(payload, arena: arena)
            }
        } catch {
            ResponseEncoder.appendStatus(
                stream: frame.stream, code: .invalidArgument, message: error.sentence,
                reason: "MALFORMED_MESSAGE", to: &output)
        }
    }

    /// One to four of: a flipped bit, a random byte, a cut, an insertion, a repeated piece.
    private func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else {
                return [UInt8.random(in: .min ... .max, using: &generator)]
            }
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            let end = Int.random(in: place...min(place + 40, bytes.count), using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4:
                let extremes: [[UInt8]] = [[0], [0xFF], [0x80, 0x00], Craft.varint(.max)]
                let piece = extremes[Int.random(in: 0..<extremes.count, using: &generator)]
                bytes.insert(contentsOf: piece, at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }
}
