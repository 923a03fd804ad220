/// A client id and its secret, with which an app without a uid of its own makes itself known.
///
/// Printing it shows the id and not the secret.
public struct ClientCredentials: Hashable, Sendable {
    /// As the broker made it: the app's name, shortened, a hyphen and hexadecimal characters.
    public let clientID: String
    /// 64 lower-case hexadecimal characters, shown once when they were issued. Keep them out of logs
    /// and argument lists.
    public let secret: String

    /// Credentials that were issued before.
    public init(clientID: String, secret: String) {
        self.clientID = clientID
        self.secret = secret
    }
}

extension ClientCredentials: CustomStringConvertible, CustomReflectable {
    /// The client id.
    public var description: String { clientID }

    /// Without the secret.
    public var customMirror: Mirror { Mirror(self, children: ["clientID": clientID]) }
}
