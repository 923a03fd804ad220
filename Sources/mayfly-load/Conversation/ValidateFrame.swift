internal import MayflyWire

/// A whole Validate request, encoded once and sent many times: only its stream id changes.
struct ValidateFrame: Sendable {
    private let bytes: [UInt8]

    init(token: [UInt8], asksForClaims: Bool) {
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: token)
        message.omitClaims = !asksForClaims
        var output = OutputBuffer(retainedBytes: 0)
        let fits = RequestEncoder.appendRequest(
            stream: StreamID(rawValue: 1), method: .validate, message: message, to: &output)
        precondition(fits, "a token is far smaller than a frame")
        bytes = [UInt8](output.pending)
    }

    var count: Int { bytes.count }

    func append(stream: StreamID, to output: inout OutputBuffer) {
        bytes.withUnsafeBytes { Self.append($0, stream: stream, to: &output) }
    }

    func append(to book: inout [UInt8]) { book += bytes }

    /// Bytes 4 to 7 of the header are the stream id.
    static func append(
        _ frame: UnsafeRawBufferPointer, stream: StreamID, to output: inout OutputBuffer
    ) {
        output.append(UnsafeRawBufferPointer(rebasing: frame[..<4]))
        withUnsafeBytes(of: stream.rawValue.bigEndian) { output.append($0) }
        output.append(UnsafeRawBufferPointer(rebasing: frame[8...]))
    }
}

/// The tokens of the population that are presented, as whole requests in one piece of memory.
struct FrameBook {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }
    var isEmpty: Bool { ends.isEmpty }

    mutating func append(_ frame: ValidateFrame) {
        frame.append(to: &bytes)
        ends.append(bytes.count)
    }

    func append(_ place: Int, stream: StreamID, to output: inout OutputBuffer) {
        let start = place == 0 ? 0 : ends[place - 1]
        bytes.withUnsafeBytes { book in
            ValidateFrame.append(
                UnsafeRawBufferPointer(rebasing: book[start..<ends[place]]), stream: stream,
                to: &output)
        }
    }
}
