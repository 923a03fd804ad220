// MayflyClient is what orchestrators and resource servers link: the one public room. It knows the
// wire and cryptography, and nothing of the broker's inside: neither the domain nor the store, nor
// Foundation. Connection/ is how calls travel; Operator/ is the operator's side.
internal import MayflyWire

/// A broker, as an orchestrator or a resource server sees it.
///
/// All tasks share one connection, made at the first call and made again when it is lost. Calls
/// travel side by side and are answered in any order. A call that may be repeated is repeated once
/// when the connection is lost under it; a spawn is not, because it would spawn twice. A call that
/// was sent runs to its answer or its timeout, whether its task is cancelled or not.
///
/// Every call throws `MayflyError`: `refused` where the broker decided against it, `connection`
/// where there is no broker, `timeout`, `protocolViolation`, `closed`.
///
///     let mayfly = MayflyClient(app: "pipeline", options: .init(orchestration: "nightly"))
///     try await mayfly.withAgent(task: "extract", scope: ["read:data:customer-12345"]) { agent in
///         try await fetch(authorization: agent.bearerHeader)
///     }
public final class MayflyClient: Sendable {
    /// How the client behaves.
    public let options: ClientOptions
    let channel: Channel

    /// A client of the broker at a socket. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - socketPath: of the broker's agent socket. Nil takes `MAYFLY_SOCKET`, else
    ///     `$XDG_RUNTIME_DIR/mayfly/agent.sock` where that exists, else `/run/mayfly/agent.sock`.
    ///   - app: the app to speak for, as the operator registered it for this process's uid. Nil
    ///     speaks for none, which is enough to validate tokens and to release them.
    ///   - options: what holds where a call does not say.
    public convenience init(
        socketPath: String? = nil, app: String?, options: ClientOptions = ClientOptions()
    ) {
        self.init(
            dialer: .socket(path: socketPath ?? SocketPath.agents()),
            identity: app.map { .app($0) } ?? .nobody, options: options)
    }

    /// A client that speaks for the app that a client id and its secret prove, whatever the uid.
    ///
    /// - Parameters: as `init(socketPath:app:options:)`.
    public convenience init(
        socketPath: String? = nil, credentials: ClientCredentials,
        options: ClientOptions = ClientOptions()
    ) {
        self.init(
            dialer: .socket(path: socketPath ?? SocketPath.agents()),
            identity: .credentials(credentials), options: options)
    }

    init(dialer: Dialer, identity: Identity, options: ClientOptions) {
        self.options = options
        channel = Channel(
            dialer, identity: identity, options: options,
            firstLimit: WireLimits.frameBytesBeforeAuthenticate)
    }

    /// Connects and names the app now, so that the first call does not have to.
    ///
    /// - Throws: `refused` with `APP_NOT_ALLOWED` where the app is not open to this uid, or with
    ///   `CREDENTIALS_INVALID`.
    public func connect() async throws(MayflyError) { try await channel.connect() }

    /// Ends the connection. Calls under way and calls to come fail with `MayflyError.closed`. The
    /// end of the client's last reference does the same.
    public func close() { channel.close() }

    /// The broker's public keys, current and retired.
    ///
    /// May be asked without an app.
    public func keys() async throws(MayflyError) -> BrokerKeys {
        BrokerKeys(
            try await channel.call(.getKeys, .allowed, for: GetKeysResponseMessage.self) { _ in
                EncodedMessage(GetKeysRequestMessage())
            })
    }
}
