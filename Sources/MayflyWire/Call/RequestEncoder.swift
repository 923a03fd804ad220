/// Writes request frames in place: header, envelope and message, nothing in between.
package enum RequestEncoder {
    /// Field numbers of `ttrpc.Request`.
    private static let serviceField: UInt32 = 1
    private static let methodField: UInt32 = 2
    private static let payloadField: UInt32 = 3
    private static let timeoutField: UInt32 = 4

    /// The data length of the frame that would carry the call.
    package static func frameSize(
        method: Method, message: some EncodableMessage, timeoutNanoseconds: Int64 = 0
    ) -> Int {
        var counter = FieldWriter()
        encode(method, message, timeoutNanoseconds, into: &counter)
        return counter.count
    }

    /// Appends a call: a unary one, or, where the method answers with a stream, one that says
    /// that its client sends nothing more.
    ///
    /// - Parameter timeoutNanoseconds: how long the caller waits; 0 without limit.
    /// - Returns: false, with nothing appended, where the frame would be over `limit`.
    package static func appendRequest(
        stream: StreamID, method: Method, message: some EncodableMessage,
        timeoutNanoseconds: Int64 = 0, limit: Int = WireLimits.frameBytes,
        to output: inout OutputBuffer
    ) -> Bool {
        let size = frameSize(
            method: method, message: message, timeoutNanoseconds: timeoutNanoseconds)
        guard size <= limit else { return false }
        FrameWriter.append(
            type: .request, stream: stream, flags: method.isServerStreaming ? .remoteClosed : [],
            size: size, to: &output
        ) { writer in
            encode(method, message, timeoutNanoseconds, into: &writer)
        }
        return true
    }

    private static func encode(
        _ method: Method, _ message: some EncodableMessage, _ timeoutNanoseconds: Int64,
        into writer: inout FieldWriter
    ) {
        writer.bytes(serviceField, ByteView(method.service.name))
        writer.bytes(methodField, ByteView(method.name))
        let size = message.encodedSize
        if size > 0 { writer.payload(payloadField, message, size: size) }
        writer.signed(timeoutField, timeoutNanoseconds)
    }
}

/// A message encoded before: where it was made in one place and is sent from another.
package struct EncodedMessage: EncodableMessage, Sendable {
    package let bytes: [UInt8]

    package init(_ message: some EncodableMessage) { bytes = message.encodedBytes() }

    /// Bytes as they are, well formed or not.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func encode(into writer: inout FieldWriter) { writer.encoded(bytes) }
}

enum FrameWriter {
    /// Appends a header and `size` bytes that `body` writes.
    static func append(
        type: FrameType, stream: StreamID, flags: FrameFlags = [], size: Int,
        to output: inout OutputBuffer, body: (inout FieldWriter) -> Void
    ) {
        precondition(size <= Int(UInt32.max), "a frame's length is 32 bits")
        let place = output.extend(by: FrameHeader.size + size)
        FrameHeader(length: UInt32(size), stream: stream, type: type, flags: flags)
            .write(to: place)
        var writer = FieldWriter(
            UnsafeMutableRawBufferPointer(start: place + FrameHeader.size, count: size))
        body(&writer)
        precondition(writer.count == size, "a message is as long as it counted")
    }
}
