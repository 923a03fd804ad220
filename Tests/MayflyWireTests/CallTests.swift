import Testing

@testable import MayflyWire

/// Names of methods, envelopes and statuses.
struct CallTests {
    @Test(arguments: Method.allCases)
    func `a method is found by its service and name`(method: Method) {
        #expect(
            Method.lookup(service: ByteView(method.service.name), method: ByteView(method.name))
                == .found(method))
    }

    @Test(arguments: Service.allCases)
    func `a service has its methods and no other's`(service: Service) {
        let numbers = Method.allCases.filter { $0.service == service }.map(\.rawValue)
        #expect(numbers == Array(service.methods))
    }

    @Test(arguments: [
        ("mayfly.v1.Agents", "spawn", Method.Lookup.methodUnknown(.agents)),
        ("mayfly.v1.Agents", "", .methodUnknown(.agents)),
        ("mayfly.v1.Agents", "Status", .methodUnknown(.agents)),
        ("mayfly.v1.Trust", "Spawn", .methodUnknown(.trust)),
        ("mayfly.v1.Apps", "ListGrants", .found(.listAppGrants)),
        ("mayfly.v1.Operator", "ListGrants", .found(.listGrants)),
        ("mayfly.v1.Agents", "ListGrants", .methodUnknown(.agents)),
        ("mayfly.v1.Operator", "AcceptTime", .found(.acceptTime)),
        ("mayfly.v1.agents", "Spawn", .serviceUnknown),
        ("mayfly.v2.Agents", "Spawn", .serviceUnknown),
        ("mayfly.v1.Agents ", "Spawn", .serviceUnknown),
        ("", "", .serviceUnknown),
    ])
    func `unknown services and methods are told apart`(
        service: String, method: String, expected: Method.Lookup
    ) {
        #expect(
            Method.lookup(service: ByteView(copying: service), method: ByteView(copying: method))
                == expected)
    }

    @Test func `an envelope with metadata and no payload is read`() throws {
        let pair = Craft.field(1, "key") + Craft.field(2, "value")
        let bytes =
            Craft.field(1, "mayfly.v1.Trust") + Craft.field(2, "GetKeys")
            + Craft.number(4, 1_000) + Craft.field(5, pair) + Craft.field(5, pair)
        try bytes.withUnsafeBytes { buffer in
            let envelope = try RequestEnvelope.decode(buffer)
            #expect(envelope.service.equals("mayfly.v1.Trust"))
            #expect(envelope.method.equals("GetKeys"))
            #expect(envelope.payload.isEmpty)
            #expect(envelope.timeoutNanoseconds == 1_000)
        }
    }

    @Test func `an empty request and an empty answer have empty envelopes' payloads`() throws {
        var output = OutputBuffer()
        let isSent = ResponseEncoder.appendResponse(
            stream: StreamID(rawValue: 1), message: ReleaseResponseMessage(ended: false),
            to: &output)
        #expect(isSent)
        let bytes = [UInt8](output.pending)
        #expect(bytes == Craft.frame(stream: 1, type: 2))
    }

    @Test(arguments: StatusCode.allCases.filter { $0 != .ok })
    func `every code comes through`(code: StatusCode) throws {
        var output = OutputBuffer()
        ResponseEncoder.appendStatus(
            stream: StreamID(rawValue: 1), code: code, message: "", reason: "REASON", to: &output)
        let data = [UInt8](output.pending.dropFirst(FrameHeader.size))
        let status = try data.withUnsafeBytes { try ResponseEnvelope.decode($0).status }
        #expect(status == RemoteStatus(code: code, message: "", reason: "REASON"))
    }

    /// The bytes of `protoc --encode` for the same Response.
    @Test func `a status is what other implementations expect`() {
        var output = OutputBuffer()
        ResponseEncoder.appendStatus(
            stream: StreamID(rawValue: 1), code: .permissionDenied, message: "no",
            reason: "SCOPE_VIOLATION", metadata: [("scope", "a:b:c")], to: &output)
        let data = [UInt8](output.pending.dropFirst(FrameHeader.size))
        let golden =
            "0a5d080712026e6f1a550a28747970652e676f6f676c65617069732e636f6d2f"
            + "676f6f676c652e7270632e4572726f72496e666f12290a0f53434f50455f5649"
            + "4f4c4154494f4e12066d6179666c791a0e0a0573636f70651205613a623a63"
        #expect(data == Hex.bytes(golden))
    }

    @Test func `an unknown code and a foreign detail are read as far as they go`() throws {
        let foreign =
            Craft.field(1, "type.googleapis.com/google.rpc.RetryInfo") + Craft.field(2, "")
        let status = Craft.number(1, 99) + Craft.field(2, "odd") + Craft.field(3, foreign)
        let read = try Craft.field(1, status).withUnsafeBytes {
            try ResponseEnvelope.decode($0).status
        }
        #expect(read == RemoteStatus(code: .unknown, message: "odd"))
    }

    @Test func `a status of OK is no refusal`() throws {
        let bytes = Craft.field(1, [UInt8]()) + Craft.field(2, [8, 1])
        try bytes.withUnsafeBytes { buffer in
            let envelope = try ResponseEnvelope.decode(buffer)
            #expect(envelope.status == nil)
            #expect(envelope.payload.bytes == [8, 1])
        }
    }

    @Test func `a malformed detail is refused`() {
        let detail =
            Craft.field(1, "type.googleapis.com/google.rpc.ErrorInfo") + Craft.field(2, [0x0A, 9])
        let bytes = Craft.field(1, Craft.number(1, 3) + Craft.field(3, detail))
        bytes.withUnsafeBytes { (buffer) -> Void in
            #expect(throws: DecodeFailure(.truncated)) {
                _ = try ResponseEnvelope.decode(buffer)
            }
        }
    }
}
