internal import MayflyWire

/// Whole calls.
extension WireClient {
    /// The frame of a call, without sending it.
    func frame(
        _ method: Method, _ message: some EncodableMessage, stream: StreamID? = nil
    ) throws -> [UInt8] {
        var output = OutputBuffer()
        let stream = try stream ?? nextStream()
        guard
            RequestEncoder.appendRequest(
                stream: stream, method: method, message: message, limit: .max, to: &output)
        else { throw Failure.malformed("a call of any size can be framed") }
        return Array(output.pending)
    }

    /// Sends a call and waits for nothing.
    func send(_ method: Method, _ message: some EncodableMessage) throws -> StreamID {
        let bytes = try frame(method, message)
        let stream = lastStream
        try send(bytes)
        return stream
    }

    /// Sends a call and waits for its answer, which may be a refusal.
    func call(_ method: Method, _ message: some EncodableMessage) throws -> Reply {
        try reply(to: try send(method, message))
    }

    /// Sends a call and reads its answer; throws a `RemoteStatus` where it was refused.
    func call<Response: DecodableMessage>(
        _ method: Method, _ message: some EncodableMessage, as type: Response.Type
    ) throws -> Response {
        try response(of: try call(method, message), as: type)
    }

    /// The answer on a stream; throws a `RemoteStatus` where the call was refused.
    func response<Response: DecodableMessage>(
        to stream: StreamID, as type: Response.Type
    ) throws -> Response {
        try response(of: try reply(to: stream), as: type)
    }

    /// What an answer says; throws a `RemoteStatus` where the call was refused.
    func response<Response: DecodableMessage>(
        of reply: Reply, as type: Response.Type
    ) throws -> Response {
        if let status = reply.status { throw status }
        arena.reset()
        return try reply.payload.withUnsafeBytes {
            try Response.decode($0, arena: arena, limits: .response)
        }
    }

    // MARK: Tokens

    func validate(_ token: [UInt8], omitClaims: Bool = false) throws -> ValidateResponseMessage {
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: token)
        message.omitClaims = omitClaims
        return try call(.validate, message, as: ValidateResponseMessage.self)
    }

    func release(_ target: ReleaseRequestMessage.Target) throws -> Bool {
        try call(
            .release, ReleaseRequestMessage(target: target), as: ReleaseResponseMessage.self
        ).ended
    }

    func release(token: [UInt8]) throws -> Bool { try release(.token(ByteView(copying: token))) }
    func release(grant: [UInt8]) throws -> Bool { try release(.grant(ByteView(copying: grant))) }

    // MARK: The operator's

    func createApp(_ app: AppMessage) throws -> AppMessage? {
        try call(.createApp, CreateAppRequestMessage(app: app), as: AppResponseMessage.self).app
    }

    func status() throws -> StatusResponseMessage {
        try call(.status, StatusRequestMessage(), as: StatusResponseMessage.self)
    }

    /// A page of the audit.
    func events(_ query: QueryEventsRequestMessage) throws -> QueryEventsResponseMessage {
        try call(.queryEvents, query, as: QueryEventsResponseMessage.self)
    }
}
