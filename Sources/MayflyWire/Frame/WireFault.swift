/// What is wrong with a frame.
package enum WireFault: Error, Equatable, Sendable {
    case frameTooLarge(length: Int, limit: Int)
    /// Even, or zero: not a client's.
    case streamNotFromClient
    /// Not above every stream that this connection has used.
    case streamNotIncreasing
    case typeUnknown(UInt8)
    /// A type that this side does not take.
    case typeUnexpected(FrameType)
    /// Flags that a frame of its type and length does not have.
    case flagsUnknown(UInt8)
    /// A call whose client goes on sending: specified by ttrpc, and no method takes one.
    case streamingUnsupported

    package var code: StatusCode {
        switch self {
        case .frameTooLarge: .resourceExhausted
        case .streamingUnsupported: .unimplemented
        case .streamNotFromClient, .streamNotIncreasing, .typeUnknown, .typeUnexpected,
            .flagsUnknown:
            .invalidArgument
        }
    }

    /// The stable code of `google.rpc.ErrorInfo.reason`.
    package var reason: String {
        switch self {
        case .frameTooLarge: "FRAME_TOO_LARGE"
        case .streamingUnsupported: "UNIMPLEMENTED"
        case .streamNotFromClient, .streamNotIncreasing, .typeUnknown, .typeUnexpected,
            .flagsUnknown:
            "MALFORMED_MESSAGE"
        }
    }

    /// Whether the connection ends with it: after such a frame nothing can be trusted to be a
    /// frame. Only a well-formed call of a kind that is not served leaves it open.
    package var closes: Bool {
        switch self {
        case .streamingUnsupported: false
        case .frameTooLarge, .streamNotFromClient, .streamNotIncreasing, .typeUnknown,
            .typeUnexpected, .flagsUnknown:
            true
        }
    }

    package var sentence: String {
        switch self {
        case .frameTooLarge(let length, let limit):
            "a frame of \(length) bytes is over the limit of \(limit)"
        case .streamNotFromClient: "stream ids of a client are odd"
        case .streamNotIncreasing: "stream ids must grow and are never reused"
        case .typeUnknown(let type): "frame type \(type) is unknown"
        case .typeUnexpected(let type): "a \(type) frame is not expected here"
        case .flagsUnknown(let flags): "frame flags \(flags) are unknown for this frame"
        case .streamingUnsupported: "calls whose client streams are not served"
        }
    }
}
