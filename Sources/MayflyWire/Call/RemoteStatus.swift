private import CMayflyProto

/// A refusal as a client reads it: `google.rpc.Status` with its `google.rpc.ErrorInfo`.
package struct RemoteStatus: Error, Equatable, Sendable {
    /// `unknown` for a number that gRPC does not define.
    package var code: StatusCode
    /// A sentence for a developer.
    package var message: String
    /// The stable reason, for example SCOPE_VIOLATION; empty without an ErrorInfo of ours.
    package var reason: String
    package var metadata: [String: String]

    package init(
        code: StatusCode, message: String, reason: String = "", metadata: [String: String] = [:]
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.metadata = metadata
    }

    /// Reads a Status that the scan of its envelope has passed; nil for OK.
    static func decode(scanned bytes: UnsafeRawBufferPointer) throws(DecodeFailure) -> RemoteStatus?
    {
        var status = RemoteStatus(code: .ok, message: "")
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            switch field.number {
            case 1:
                let number = Int32(truncatingIfNeeded: field.value)
                status.code = StatusCode(rawValue: number) ?? .unknown
            case 2: status.message = field.bytes.text
            case 3: try status.readDetail(field.bytes.rawBuffer)
            default: break
            }
        }
        return status.code == .ok ? nil : status
    }

    /// A `google.protobuf.Any`: ours is an ErrorInfo, others are passed over.
    private mutating func readDetail(_ bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        var type = ByteView.empty
        var value = ByteView.empty
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            if field.number == 1 { type = field.bytes }
            if field.number == 2 { value = field.bytes }
        }
        guard type.equals(ErrorInfoMessage.typeURL) else { return }
        // The value is bytes to the envelope's scan.
        try MessageScan.check(value.rawBuffer, as: ErrorInfoMessage.schema, limits: .response)
        let info = try ErrorInfoMessage.decode(scanned: value.rawBuffer)
        guard info.domain == ErrorInfoMessage.mayflyDomain else { return }
        reason = info.reason
        for entry in info.metadata { metadata[entry.key] = entry.value }
    }
}

/// `google.rpc.ErrorInfo`.
struct ErrorInfoMessage {
    var reason = ""
    var domain = ""
    var metadata: [MetadataEntry] = []

    static let typeURL: StaticString = "type.googleapis.com/google.rpc.ErrorInfo"
    static let mayflyDomain = "mayfly"
    static let schema = MessageSchema(google__rpc__error_info__init)

    static func decode(scanned bytes: UnsafeRawBufferPointer) throws(DecodeFailure) -> Self {
        var info = ErrorInfoMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            switch field.number {
            case 1: info.reason = field.bytes.text
            case 2: info.domain = field.bytes.text
            case 3: info.metadata.append(try MetadataEntry(scanned: field.bytes.rawBuffer))
            default: break
            }
        }
        return info
    }
}

/// One entry of `ErrorInfo.metadata`; a map is a repeated message on the wire.
struct MetadataEntry: EncodableMessage {
    var key = ""
    var value = ""

    init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    init(scanned bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            if field.number == 1 { key = field.bytes.text }
            if field.number == 2 { value = field.bytes.text }
        }
    }

    func encode(into writer: inout FieldWriter) {
        writer.element(1, key)
        writer.element(2, value)
    }
}

extension ErrorInfoMessage: EncodableMessage {
    func encode(into writer: inout FieldWriter) {
        writer.text(1, reason)
        writer.text(2, domain)
        writer.messages(3, metadata)
    }
}

/// `google.rpc.Status` with one detail.
struct StatusMessage: EncodableMessage {
    var code: StatusCode
    var message: String
    var detail: ErrorInfoMessage

    func encode(into writer: inout FieldWriter) {
        writer.signed(1, Int64(code.rawValue))
        writer.text(2, message)
        writer.message(3, AnyMessage(value: detail))
    }

    /// `google.protobuf.Any` around an ErrorInfo.
    private struct AnyMessage: EncodableMessage {
        var value: ErrorInfoMessage

        func encode(into writer: inout FieldWriter) {
            writer.bytes(1, ByteView(ErrorInfoMessage.typeURL))
            // A nested message and bytes of one are the same on the wire.
            writer.message(2, value)
        }
    }
}
