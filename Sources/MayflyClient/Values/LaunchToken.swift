internal import MayflyWire

/// A single-use secret with which an agent registers itself.
///
/// Printing it does not show the secret.
public struct LaunchToken: Hashable, Sendable {
    /// 64 lower-case hexadecimal characters, shown once. Hand it to one agent process, through a
    /// pipe or its environment, never as an argument.
    public let secret: String
    /// When it is worth nothing any more if nobody used it.
    public let expiresAt: UnixTime

    init(_ message: CreateLaunchTokenResponseMessage) {
        secret = message.launchToken
        expiresAt = UnixTime(seconds: message.expiresAt)
    }
}

extension LaunchToken: CustomStringConvertible, CustomReflectable {
    /// When it ends, and not the secret.
    public var description: String { "launch token until \(expiresAt)" }

    /// Without the secret.
    public var customMirror: Mirror { Mirror(self, children: ["expiresAt": expiresAt]) }
}
