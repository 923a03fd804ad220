/// Writes response frames in place: header, envelope and message, nothing in between.
package enum ResponseEncoder {
    /// Field numbers of `ttrpc.Response`.
    private static let statusField: UInt32 = 1
    private static let payloadField: UInt32 = 2

    /// The data length of the frame that would carry `message`: over
    /// `WireLimits.outboundFrameBytes`, the caller refuses instead.
    package static func frameSize(of message: some EncodableMessage) -> Int {
        frameSize(messageSize: message.encodedSize)
    }

    /// An empty message leaves its envelope empty too.
    private static func frameSize(messageSize: Int) -> Int {
        messageSize == 0 ? 0 : FieldWriter.size(ofPayload: messageSize, field: payloadField)
    }

    /// Appends the answer to a call.
    ///
    /// - Returns: false, with nothing appended, where the frame would be over the outbound limit.
    package static func appendResponse(
        stream: StreamID, message: some EncodableMessage, to output: inout OutputBuffer
    ) -> Bool {
        let messageSize = message.encodedSize
        let size = frameSize(messageSize: messageSize)
        guard size <= WireLimits.outboundFrameBytes else { return false }
        FrameWriter.append(type: .response, stream: stream, size: size, to: &output) { writer in
            if messageSize > 0 { writer.payload(payloadField, message, size: messageSize) }
        }
        return true
    }

    /// Appends a message of a stream: data that is the message itself, without an envelope.
    ///
    /// The stream ends with `appendStatus`: the broker ends one only for a reason.
    ///
    /// - Returns: false, with nothing appended, where the frame would be over the outbound limit.
    package static func appendData(
        stream: StreamID, message: some EncodableMessage, to output: inout OutputBuffer
    ) -> Bool {
        let size = message.encodedSize
        guard size <= WireLimits.outboundFrameBytes else { return false }
        FrameWriter.append(type: .data, stream: stream, size: size, to: &output) { writer in
            message.encode(into: &writer)
        }
        return true
    }

    /// Appends a refusal: `google.rpc.Status` with an `ErrorInfo` of domain `mayfly`.
    ///
    /// - Parameters:
    ///   - message: a sentence for a developer; nothing secret.
    ///   - reason: the stable code, for example SCOPE_VIOLATION.
    ///   - metadata: keys and values for programs, in this order.
    package static func appendStatus(
        stream: StreamID, code: StatusCode, message: String, reason: String,
        metadata: [(String, String)] = [], to output: inout OutputBuffer
    ) {
        precondition(code != .ok, "a success carries no status")
        let status = StatusMessage(
            code: code, message: message,
            detail: ErrorInfoMessage(
                reason: reason, domain: ErrorInfoMessage.mayflyDomain,
                metadata: metadata.map { MetadataEntry(key: $0.0, value: $0.1) }))
        var counter = FieldWriter()
        counter.message(statusField, status)
        FrameWriter.append(
            type: .response, stream: stream, size: counter.count, to: &output
        ) { writer in
            writer.message(statusField, status)
        }
    }

    /// Appends the answer to a fault of framing.
    package static func appendFault(
        stream: StreamID, fault: WireFault, to output: inout OutputBuffer
    ) {
        appendStatus(
            stream: stream, code: fault.code, message: fault.sentence, reason: fault.reason,
            to: &output)
    }
}
