internal import MayflyCore
internal import MayflyWire
@testable internal import MayflyServer
import Testing

@Suite struct `Answers on their way out` {
    /// Makes sure of the same word for the answers of all tests.
    private struct Queue: ~Copyable {
        var replies = ReplyQueue()

        mutating func append(_ stream: UInt32, restingOn position: UInt64, durable: UInt64) {
            let stamp = RequestStamp(method: nil, began: UInt64(stream))
            let isReady = replies.append(
                restingOn: .at(position), durable: .at(durable), stamp: stamp
            ) { buffer in
                ResponseEncoder.appendStatus(
                    stream: StreamID(rawValue: stream), code: .notFound, message: "", reason: "",
                    to: &buffer)
                return true
            }
            #expect(isReady == (position <= durable))
        }

        /// What the streams' answers were counted by, as they became ready.
        mutating func release(upTo position: UInt64) -> [UInt64] {
            var released: [UInt64] = []
            replies.release(upTo: .at(position)) { released.append($0.began) }
            return released
        }

        /// The streams of the answers that may be sent, in their order.
        mutating func takeReady() -> [UInt32] {
            var streams: [UInt32] = []
            var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
            while case .frame(let frame) = reader.next(in: replies.ready.pending) {
                streams.append(frame.stream.rawValue)
                replies.ready.consumed(frame.consumed)
            }
            return streams
        }
    }

    @Test func `an answer that rests on the disk waits for it`() {
        var queue = Queue()
        queue.append(1, restingOn: 5, durable: 4)
        #expect(queue.takeReady() == [])
        #expect(queue.replies.heldCount == 1)
        #expect(queue.release(upTo: 4) == [])
        #expect(queue.takeReady() == [])
        #expect(queue.release(upTo: 5) == [1])
        #expect(queue.takeReady() == [1])
        #expect(queue.replies.heldCount == 0)
        #expect(queue.replies.bytes == 0)
    }

    @Test func `one that rests on nothing new goes ahead`() {
        var queue = Queue()
        queue.append(1, restingOn: 5, durable: 4)
        queue.append(3, restingOn: 4, durable: 4)
        queue.append(5, restingOn: 0, durable: 4)
        #expect(queue.takeReady() == [3, 5])
        _ = queue.release(upTo: 9)
        #expect(queue.takeReady() == [1])
    }

    @Test func `none leaves before the disk has what it rests on, whatever their order`() {
        var queue = Queue()
        queue.append(1, restingOn: 7, durable: 0)
        queue.append(3, restingOn: 5, durable: 0)
        queue.append(5, restingOn: 9, durable: 0)
        _ = queue.release(upTo: 6)
        #expect(!queue.takeReady().contains(1))
        _ = queue.release(upTo: 8)
        #expect(queue.takeReady() == [1, 3])
        _ = queue.release(upTo: 9)
        #expect(queue.takeReady() == [5])
    }

    @Test func `bytes count what is held and what is ready`() {
        var queue = Queue()
        queue.append(1, restingOn: 1, durable: 0)
        let held = queue.replies.bytes
        #expect(held > 0)
        queue.append(3, restingOn: 0, durable: 0)
        #expect(queue.replies.bytes == 2 * held)
    }
}
