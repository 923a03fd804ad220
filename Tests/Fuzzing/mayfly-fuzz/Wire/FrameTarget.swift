@testable internal import MayflyWire

/// Received bytes as frames: whole, and in pieces cut anywhere, they are the same.
final class FrameTarget: FuzzTarget {
    static let name = "frames"
    static let longestInput = 4_096

    private static let limits = [
        WireLimits.frameBytesBeforeAuthenticate, WireLimits.frameBytes, 0, 17,
        WireLimits.outboundFrameBytes,
    ]

    init() {}

    func run(_ bytes: UnsafeRawBufferPointer) {
        var input = FuzzInput(bytes)
        let reader = FrameReader(
            role: input.flag() ? .client : .broker,
            frameLimit: Self.limits[input.choice(Self.limits.count)])
        var cuts = SeededRandom(seed: UInt64(input.byte()))

        var whole = Reading(reader)
        whole.take(input.rest)
        var pieces = Reading(reader)
        var received = 0
        while received < input.rest.count {
            received += Int.random(in: 1...(input.rest.count - received), using: &cuts)
            withExactCopy(of: input.rest[pieces.offset..<received]) { pieces.take($0) }
        }
        expect(whole.steps == pieces.steps, "pieces are read as the whole is")
        expect(whole.isOver == pieces.isOver, "pieces end where the whole does")
        expect(whole.reader.lastStream == pieces.reader.lastStream, "both have seen one stream")
    }

    func seeds() -> [[UInt8]] {
        var output = OutputBuffer()
        var stream = StreamID.none
        for method in [Method.validate, .spawn, .watchRevocations] {
            stream = stream.next ?? .none
            _ = RequestEncoder.appendRequest(
                stream: stream, method: method, message: EncodedMessage(bytes: [8, 1]),
                to: &output)
        }
        let requests = [UInt8](output.pending)
        output = OutputBuffer()
        stream = StreamID(rawValue: 1)
        _ = ResponseEncoder.appendData(
            stream: stream, message: EncodedMessage(bytes: [8, 1]), to: &output)
        ResponseEncoder.appendStatus(
            stream: stream, code: .unavailable, message: "", reason: "SHUTTING_DOWN", to: &output)
        let answers = [UInt8](output.pending)
        return [[0, 0, 7] + requests, [0, 3, 7] + requests, [1, 4, 7] + answers]
    }
}

/// What a reader made of the bytes that it was given so far.
private struct Reading {
    enum Step: Equatable {
        case frame(StreamID, FrameType, FrameFlags, [UInt8])
        case refused(StreamID, WireFault)
        case violation(WireFault)
    }

    var reader: FrameReader
    var steps: [Step] = []
    /// How far it is in the input.
    var offset = 0
    /// Nothing more is read after a fault that closes.
    var isOver = false

    init(_ reader: FrameReader) { self.reader = reader }

    /// - Parameter received: from `offset` on.
    mutating func take(_ received: UnsafeRawBufferPointer) {
        var rest = received
        while !isOver {
            switch reader.next(in: rest) {
            case .frame(let frame):
                check(frame, in: rest)
                steps.append(.frame(frame.stream, frame.type, frame.flags, [UInt8](frame.payload)))
                move(by: frame.consumed, in: &rest)
            case .refused(let stream, let fault, let consumed):
                expect(consumed <= rest.count, "no more is consumed than there is")
                steps.append(.refused(stream, fault))
                isOver = fault.closes
                move(by: consumed, in: &rest)
            case .violation(let fault):
                steps.append(.violation(fault))
                isOver = true
            case .incomplete(let needed):
                expect(needed > rest.count, "what is there is not asked for again")
                expect(
                    needed <= max(reader.frameLimit, 0) + FrameHeader.size,
                    "no more is kept than the limit and a header")
                return
            }
        }
    }

    private mutating func move(by count: Int, in rest: inout UnsafeRawBufferPointer) {
        expect(count > 0, "a step moves on")
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        offset += count
    }

    private func check(_ frame: Frame, in rest: UnsafeRawBufferPointer) {
        expect(frame.payload.count <= reader.frameLimit, "a frame is within its limit")
        expect(frame.consumed == frame.payload.count + FrameHeader.size, "a header is ten bytes")
        var header = [UInt8](repeating: 0, count: FrameHeader.size)
        header.withUnsafeMutableBytes { target in
            guard let place = target.baseAddress else { return }
            FrameHeader(
                length: UInt32(frame.payload.count), stream: frame.stream, type: frame.type,
                flags: frame.flags
            ).write(to: place)
        }
        expect(rest.starts(with: header), "a header that is written again is the same")
    }
}
