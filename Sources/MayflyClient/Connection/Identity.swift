internal import MayflyWire

/// Whom a connection speaks for.
enum Identity: Sendable {
    case nobody
    /// An app that this process's uid proves.
    case app(String)
    /// The app that a client id and its secret prove.
    case credentials(ClientCredentials)

    /// Nil where there is nothing to make known.
    var request: AuthenticateRequestMessage? {
        switch self {
        case .nobody: return nil
        case .app(let name): return AuthenticateRequestMessage(app: name)
        case .credentials(let credentials):
            var message = AuthenticateRequestMessage()
            message.clientID = credentials.clientID
            message.clientSecret = credentials.secret
            return message
        }
    }
}
