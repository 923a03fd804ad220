internal import MayflyWire

/// One request on its way over one link.
struct OutgoingCall: Sendable {
    /// What came of it.
    enum Result<Response: Sendable>: Sendable {
        case reply(Response)
        case refused(Refusal)
        case failed(MayflyError, wasSent: Bool)
    }

    let method: Method
    let message: EncodedMessage
    /// On the data of the frame, in bytes.
    let limit: Int
    let deadline: MonotonicTime
    /// What the broker is told of the deadline.
    let timeout: Duration

    func make<Response: DecodableMessage & Sendable>(
        on link: Link, for type: Response.Type
    ) async -> Result<Response> {
        await withUnsafeContinuation { continuation in
            let start = link.start(
                method, message, limit: limit, deadline: deadline,
                timeoutNanoseconds: Int64(clamping: timeout.wholeNanoseconds)
            ) { end in
                continuation.resume(returning: Result(end))
            }
            switch start {
            case .started: break
            case .over:
                continuation.resume(
                    returning: .failed(.connection("the connection was lost"), wasSent: false))
            case .tooLarge:
                continuation.resume(
                    returning: .failed(
                        .invalidRequest(
                            "the request is larger than the \(limit) bytes that the broker takes"),
                        wasSent: false))
            }
        }
    }
}

extension OutgoingCall.Result where Response: DecodableMessage {
    init(_ end: CallEnd) {
        switch end {
        case .reply(let payload, let arena):
            do throws(DecodeFailure) {
                self = .reply(
                    try Response.decode(payload.rawBuffer, arena: arena, limits: .response))
            } catch {
                self = .failed(.protocolViolation(error.sentence), wasSent: true)
            }
        case .refused(let status): self = .refused(Refusal(status))
        case .failed(let error, let wasSent): self = .failed(error, wasSent: wasSent)
        }
    }
}
