import MayflyCrypto
import MayflyWire
import Testing

@testable import mayfly_load

struct QueueTests {
    private func agent(_ number: Int, due: UInt64) throws -> Agent {
        let digits = String(number, radix: 16)
        let text = String(repeating: "0", count: 32 - digits.count) + digits
        let grant = try #require(GrantText([UInt8](text.utf8)))
        return Agent(
            grant: grant, key: AgentKeyPair(), due: Moment(nanoseconds: due), frame: nil)
    }

    @Test func `agents leave in their order, and only when their life is over`() throws {
        var queue = AgentQueue()
        for number in 0..<10 { queue.append(try agent(number, due: UInt64(number) * 10)) }
        #expect(queue.takeDue(at: Moment(nanoseconds: 35), limit: 3).count == 3)
        let second = queue.takeDue(at: Moment(nanoseconds: 35), limit: 3)
        #expect(second.map { $0.due.nanoseconds } == [30])
        #expect(queue.count == 6)
        #expect(queue.oldest?.due == Moment(nanoseconds: 40))
        #expect(queue.takeDue(at: .distantFuture, limit: 100).count == 6)
        #expect(queue.oldest == nil)
    }

    @Test func `a long queue keeps its order when its front is moved down`() throws {
        var queue = AgentQueue()
        let one = try agent(1, due: 0)
        var next = 0
        for _ in 0..<5_000 {
            for _ in 0..<2 {
                queue.append(
                    Agent(
                        grant: one.grant, key: one.key, due: Moment(nanoseconds: UInt64(next)),
                        frame: nil))
                next += 1
            }
            _ = queue.takeDue(at: .distantFuture, limit: 1)
        }
        let rest = queue.takeDue(at: .distantFuture, limit: .max).map(\.due.nanoseconds)
        #expect(rest == Array(5_000..<10_000))
    }

    @Test func `a call is ended once, on its own stream`() throws {
        var ring = CallRing()
        var stream = StreamID.none
        var streams: [StreamID] = []
        for _ in 0..<1_024 {
            stream = try #require(stream.next)
            #expect(ring.hasRoom(for: stream))
            ring.begin(
                stream,
                Call(kind: .populate(1), began: Moment(nanoseconds: UInt64(stream.rawValue))))
            streams.append(stream)
        }
        let next = try #require(stream.next)
        #expect(!ring.hasRoom(for: next))
        #expect(ring.end(next) == nil)
        #expect(ring.end(streams[0])?.began.nanoseconds == 1)
        #expect(ring.end(streams[0]) == nil)
        #expect(ring.hasRoom(for: next))
        #expect(ring.endAll().count == 1_023)
        #expect(ring.count == 0)
    }

    @Test func `a grant id is 32 lower-case hex characters and comes back as it was`() {
        let text = [UInt8]("0123456789abcdeffedcba9876543210".utf8)
        #expect(GrantText(text)?.text == text)
        #expect(GrantText([UInt8]("0123456789ABCDEFFEDCBA9876543210".utf8)) == nil)
        #expect(GrantText(Array(text.dropLast())) == nil)
        #expect(GrantText(text + [48]) == nil)
    }

    @Test func `a frame encoded once is a request on each stream it is sent on`() throws {
        let token = [UInt8]("header.payload.signature".utf8)
        let frame = ValidateFrame(token: token, asksForClaims: false)
        var book = FrameBook()
        book.append(ValidateFrame(token: [1, 2, 3], asksForClaims: true))
        book.append(frame)
        var output = OutputBuffer()
        frame.append(stream: StreamID(rawValue: 7), to: &output)
        book.append(1, stream: StreamID(rawValue: 0x0102_0305), to: &output)
        var reader = FrameReader(role: .broker, frameLimit: WireLimits.frameBytes)
        for expected: UInt32 in [7, 0x0102_0305] {
            guard case .frame(let received) = reader.next(in: output.pending) else {
                Issue.record("a frame was expected")
                return
            }
            #expect(received.stream.rawValue == expected)
            let envelope = try RequestEnvelope.decode(received.payload)
            let arena = MessageArena()
            let message = try ValidateRequestMessage.decode(
                envelope.payload.rawBuffer, arena: arena)
            // Its views live no longer than the arena.
            withExtendedLifetime(arena) {
                #expect(message.token.bytes == token)
                #expect(message.omitClaims)
            }
            output.consumed(received.consumed)
        }
        let isEmpty = output.isEmpty
        #expect(isEmpty)
    }
}
