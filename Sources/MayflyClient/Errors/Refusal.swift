internal import MayflyWire

/// The broker's No: it understood the request, decided, and did nothing.
public struct Refusal: Error, Equatable, Sendable {
    /// The gRPC status code in upper case, for example `PERMISSION_DENIED`.
    public let code: String
    /// The stable reason that programs compare, for example `SCOPE_VIOLATION`; proto/PROTOCOL.md
    /// lists them all. The same as `code` where the answer carried none.
    public let reason: String
    /// A sentence for a developer; it may change from version to version.
    public let message: String
    /// What goes with the reason, by name; mostly empty.
    public let metadata: [String: String]

    init(code: String, reason: String, message: String, metadata: [String: String] = [:]) {
        self.code = code
        self.reason = reason.isEmpty ? code : reason
        self.message = message
        self.metadata = metadata
    }
}

extension Refusal {
    init(_ status: RemoteStatus) {
        self.init(
            code: status.code.text, reason: status.reason, message: status.message,
            metadata: status.metadata)
    }
}

extension Refusal: CustomStringConvertible {
    /// The reason and the sentence.
    public var description: String { message.isEmpty ? reason : "\(reason): \(message)" }
}
