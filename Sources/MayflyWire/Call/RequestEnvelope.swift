private import CMayflyProto

/// `ttrpc.Request`: which method, and the bytes of its request. The data of a request frame.
///
/// Its views are into the decoded bytes: the receive buffer, not an arena.
package struct RequestEnvelope {
    package var service: ByteView
    package var method: ByteView
    /// The request message, still to be decoded.
    package var payload: ByteView
    /// How long the caller waits, from now; 0 without limit.
    package var timeoutNanoseconds: Int64

    private static let schema = MessageSchema(ttrpc__request__init)

    /// Checks and reads an envelope. Metadata is bounded by the scan and not used.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(DecodeFailure) -> RequestEnvelope {
        try MessageScan.check(bytes, as: schema, limits: .request)
        var envelope = RequestEnvelope(
            service: .empty, method: .empty, payload: .empty, timeoutNanoseconds: 0)
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            switch field.number {
            case 1: envelope.service = field.bytes
            case 2: envelope.method = field.bytes
            case 3: envelope.payload = field.bytes
            case 4: envelope.timeoutNanoseconds = Int64(bitPattern: field.value)
            default: break
            }
        }
        return envelope
    }
}

/// `ttrpc.Response`: a status or the bytes of the response. The data of a response frame.
package struct ResponseEnvelope {
    /// Nil for OK, whether it is said or left out.
    package var status: RemoteStatus?
    /// The response message, still to be decoded: a view into the decoded bytes.
    package var payload: ByteView

    private static let schema = MessageSchema(ttrpc__response__init)

    package static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(DecodeFailure) -> ResponseEnvelope {
        try MessageScan.check(bytes, as: schema, limits: .response)
        var envelope = ResponseEnvelope(status: nil, payload: .empty)
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            switch field.number {
            case 1: envelope.status = try RemoteStatus.decode(scanned: field.bytes.rawBuffer)
            case 2: envelope.payload = field.bytes
            default: break
            }
        }
        return envelope
    }
}
