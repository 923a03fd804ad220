import Testing

@testable import MayflyWire

/// Every row of the tables in FrameReader.swift.
struct FrameReaderTests {
    enum Expected: Equatable, Sendable {
        case frame(stream: UInt32, type: FrameType = .request, flags: FrameFlags = [], data: Int)
        case incomplete(Int)
        case refused(stream: UInt32, WireFault, closes: Bool)
        case violation(WireFault)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let expected: Expected

        init(_ name: String, _ bytes: [UInt8], _ expected: Expected) {
            testDescription = name
            self.bytes = bytes
            self.expected = expected
        }
    }

    private static let limit = 100
    private static let tooLarge = WireFault.frameTooLarge(length: 101, limit: 100)

    static let brokerRows = [
        Row("nothing", [], .incomplete(10)),
        Row("nine bytes", Array(Craft.frame(stream: 1).dropLast()), .incomplete(10)),
        Row("a frame without data", Craft.frame(stream: 1), .frame(stream: 1, data: 0)),
        Row("a frame", Craft.frame(stream: 1, [1, 2, 3]), .frame(stream: 1, data: 3)),
        Row(
            "a frame and more", Craft.frame(stream: 1, [1, 2, 3]) + [9],
            .frame(stream: 1, data: 3)),
        Row(
            "a frame cut short", Array(Craft.frame(stream: 1, [1, 2, 3]).dropLast()),
            .incomplete(13)),
        Row(
            "a frame at the limit, its data to come", Craft.frame(stream: 1, length: 100),
            .incomplete(110)),
        Row("the highest stream", Craft.frame(stream: .max), .frame(stream: .max, data: 0)),
        Row(
            "one byte over the limit", Craft.frame(stream: 1, length: 101),
            .refused(stream: 1, tooLarge, closes: true)),
        Row(
            "four gigabytes", Craft.frame(stream: 1, length: .max),
            .refused(
                stream: 1, .frameTooLarge(length: Int(UInt32.max), limit: 100), closes: true)),
        Row(
            "too large on an even stream", Craft.frame(stream: 2, length: 101),
            .refused(stream: 2, tooLarge, closes: true)),
        Row(
            "stream zero", Craft.frame(stream: 0),
            .refused(stream: 0, .streamNotFromClient, closes: true)),
        Row(
            "an even stream", Craft.frame(stream: 8),
            .refused(stream: 8, .streamNotFromClient, closes: true)),
        Row(
            "type zero", Craft.frame(stream: 1, type: 0),
            .refused(stream: 1, .typeUnknown(0), closes: true)),
        Row(
            "type four", Craft.frame(stream: 1, type: 4),
            .refused(stream: 1, .typeUnknown(4), closes: true)),
        Row(
            "a response", Craft.frame(stream: 1, type: 2),
            .violation(.typeUnexpected(.response))),
        Row(
            "data of a stream never opened", Craft.frame(stream: 1, type: 3),
            .refused(stream: 1, .typeUnexpected(.data), closes: true)),
        Row(
            "flag four", Craft.frame(stream: 1, flags: 4),
            .refused(stream: 1, .flagsUnknown(4), closes: true)),
        Row(
            "both streaming flags", Craft.frame(stream: 1, flags: 3),
            .refused(stream: 1, .flagsUnknown(3), closes: true)),
        Row(
            "a call that expects a stream", Craft.frame(stream: 1, flags: 1, [7]),
            .frame(stream: 1, flags: .remoteClosed, data: 1)),
        Row(
            "a call that expects a stream, its data to come",
            Craft.frame(stream: 1, flags: 1, length: 5), .incomplete(15)),
        Row(
            "a call whose client streams", Craft.frame(stream: 1, flags: 2, [7]),
            .refused(stream: 1, .streamingUnsupported, closes: false)),
        Row(
            "a call whose client streams, its data to come",
            Craft.frame(stream: 1, flags: 2, length: 5), .incomplete(15)),
        Row(
            "the end of a client's stream", Craft.frame(stream: 1, type: 3, flags: 5),
            .refused(stream: 1, .typeUnexpected(.data), closes: true)),
    ]

    @Test(arguments: brokerRows)
    func `a broker gives each frame its defined answer`(row: Row) {
        var reader = FrameReader(role: .broker, frameLimit: Self.limit)
        #expect(read(&reader, row.bytes) == row.expected)
    }

    static let afterStreamFive = [
        Row("a higher stream", Craft.frame(stream: 7), .frame(stream: 7, data: 0)),
        Row("a gap", Craft.frame(stream: 101), .frame(stream: 101, data: 0)),
        Row("the same stream", Craft.frame(stream: 5), .violation(.streamNotIncreasing)),
        Row("a lower stream", Craft.frame(stream: 3), .violation(.streamNotIncreasing)),
        Row(
            "data of a call under way", Craft.frame(stream: 5, type: 3),
            .violation(.typeUnexpected(.data))),
        Row(
            "too large on a used stream", Craft.frame(stream: 5, length: 101),
            .violation(tooLarge)),
        Row(
            "an unknown type on a used stream", Craft.frame(stream: 5, type: 9),
            .violation(.typeUnknown(9))),
    ]

    @Test(arguments: afterStreamFive)
    func `nothing is answered on a stream that has been used`(row: Row) {
        var reader = FrameReader(role: .broker, frameLimit: Self.limit)
        #expect(read(&reader, Craft.frame(stream: 5)) == .frame(stream: 5, data: 0))
        #expect(read(&reader, row.bytes) == row.expected)
    }

    static let clientRows = [
        Row(
            "a response", Craft.frame(stream: 1, type: 2, [1]),
            .frame(stream: 1, type: .response, data: 1)),
        Row(
            "data", Craft.frame(stream: 1, type: 3, [1]),
            .frame(stream: 1, type: .data, data: 1)),
        Row(
            "data without bytes", Craft.frame(stream: 1, type: 3),
            .frame(stream: 1, type: .data, data: 0)),
        Row(
            "the last data", Craft.frame(stream: 1, type: 3, flags: 1, [1]),
            .frame(stream: 1, type: .data, flags: .remoteClosed, data: 1)),
        Row(
            "the end of a stream", Craft.frame(stream: 1, type: 3, flags: 5),
            .frame(stream: 1, type: .data, flags: [.remoteClosed, .noData], data: 0)),
        Row(
            "the end of a stream with data", Craft.frame(stream: 1, type: 3, flags: 5, [1]),
            .violation(.flagsUnknown(5))),
        Row(
            "no data and no end", Craft.frame(stream: 1, type: 3, flags: 4),
            .violation(.flagsUnknown(4))),
        Row(
            "data of a sender that goes on", Craft.frame(stream: 1, type: 3, flags: 2),
            .violation(.flagsUnknown(2))),
        Row(
            "data, flag eight", Craft.frame(stream: 1, type: 3, flags: 8),
            .violation(.flagsUnknown(8))),
        Row(
            "data on an even stream", Craft.frame(stream: 2, type: 3),
            .violation(.streamNotFromClient)),
        Row(
            "data on stream zero", Craft.frame(stream: 0, type: 3),
            .violation(.streamNotFromClient)),
        Row("data too large", Craft.frame(stream: 1, type: 3, length: 101), .violation(tooLarge)),
        Row("data cut short", Craft.frame(stream: 1, type: 3, length: 100), .incomplete(110)),
        Row("a request", Craft.frame(stream: 1), .violation(.typeUnexpected(.request))),
        Row("an even stream", Craft.frame(stream: 2, type: 2), .violation(.streamNotFromClient)),
        Row(
            "a response's end", Craft.frame(stream: 1, type: 2, flags: 5),
            .violation(.flagsUnknown(5))),
        Row("flags", Craft.frame(stream: 1, type: 2, flags: 1), .violation(.flagsUnknown(1))),
        Row("an unknown type", Craft.frame(stream: 1, type: 9), .violation(.typeUnknown(9))),
        Row("too large", Craft.frame(stream: 1, type: 2, length: 101), .violation(tooLarge)),
        Row("cut short", Craft.frame(stream: 1, type: 2, length: 100), .incomplete(110)),
    ]

    @Test(arguments: clientRows)
    func `a client takes responses and the data of streams`(row: Row) {
        var reader = FrameReader(role: .client, frameLimit: Self.limit)
        #expect(read(&reader, row.bytes) == row.expected)
    }

    @Test func `responses may come in any order`() {
        var reader = FrameReader(role: .client, frameLimit: Self.limit)
        for stream: UInt32 in [9, 1, 5] {
            let bytes = Craft.frame(stream: stream, type: 2)
            #expect(read(&reader, bytes) == .frame(stream: stream, type: .response, data: 0))
        }
    }

    @Test func `data of streams and responses may come in any order`() {
        var reader = FrameReader(role: .client, frameLimit: Self.limit)
        for (stream, type) in [(9, .data), (1, .response), (9, .data), (5, .data), (9, .response)]
            as [(UInt32, FrameType)]
        {
            let bytes = Craft.frame(stream: stream, type: type.rawValue, [7])
            #expect(read(&reader, bytes) == .frame(stream: stream, type: type, data: 1))
        }
    }

    static let kinds: [(FrameType, FrameFlags, ends: Bool, carries: Bool)] = [
        (.request, [], true, false),
        (.request, .remoteClosed, true, false),
        (.request, .remoteOpen, false, false),
        (.response, [], true, false),
        (.data, [], false, true),
        (.data, .remoteClosed, true, true),
        (.data, [.remoteClosed, .noData], true, false),
    ]

    @Test(arguments: kinds)
    func `a frame says whether it ends its stream and has a message of it`(
        type: FrameType, flags: FrameFlags, ends: Bool, carries: Bool
    ) {
        let frame = Frame(
            stream: StreamID(rawValue: 1), type: type, flags: flags,
            payload: UnsafeRawBufferPointer(start: nil, count: 0), consumed: 10)
        #expect(frame.endsStream == ends)
        #expect(frame.carriesMessage == carries)
    }

    @Test func `an incomplete frame leaves no trace`() {
        var reader = FrameReader(role: .broker, frameLimit: Self.limit)
        let whole = Craft.frame(stream: 9, [1, 2, 3])
        for length in 0..<whole.count {
            let needed = length < 10 ? 10 : 13
            #expect(read(&reader, Array(whole[..<length])) == .incomplete(needed))
        }
        #expect(read(&reader, whole) == .frame(stream: 9, data: 3))
    }

    @Test func `the limit can be raised between frames`() {
        var reader = FrameReader(role: .broker, frameLimit: 2)
        reader.frameLimit = 3
        #expect(read(&reader, Craft.frame(stream: 1, [1, 2, 3])) == .frame(stream: 1, data: 3))
    }

    @Test func `frames in one buffer come out one by one, as views of it`() {
        var reader = FrameReader(role: .broker, frameLimit: Self.limit)
        let bytes = (0..<5).flatMap { Craft.frame(stream: 2 * $0 + 1, [UInt8($0)]) }
        bytes.withUnsafeBytes { buffer in
            var rest = buffer
            for number in 0..<5 {
                guard case .frame(let frame) = reader.next(in: rest) else {
                    Issue.record("frame \(number) is missing")
                    return
                }
                #expect(frame.payload.elementsEqual([UInt8(number)]))
                #expect(frame.payload.baseAddress == rest.baseAddress.map { $0 + 10 })
                rest = UnsafeRawBufferPointer(rebasing: rest[frame.consumed...])
            }
            #expect(rest.isEmpty)
        }
    }

    @Test func `stream ids count in odd numbers and run out`() {
        #expect(StreamID.none.next == StreamID(rawValue: 1))
        #expect(StreamID(rawValue: 1).next == StreamID(rawValue: 3))
        #expect(StreamID(rawValue: .max).next == nil)
    }

    private func read(_ reader: inout FrameReader, _ bytes: [UInt8]) -> Expected {
        bytes.withUnsafeBytes { buffer in
            switch reader.next(in: buffer) {
            case .frame(let frame):
                return .frame(
                    stream: frame.stream.rawValue, type: frame.type, flags: frame.flags,
                    data: frame.payload.count)
            case .incomplete(let needed): return .incomplete(needed)
            case .refused(let stream, let fault, _):
                return .refused(stream: stream.rawValue, fault, closes: fault.closes)
            case .violation(let fault): return .violation(fault)
            }
        }
    }
}
