internal import MayflyWire

/// A broker, as its operator sees it: apps, the audit, the broker's state.
///
/// Works on the operator socket, for root, the broker's own uid and the uids that it was told of.
/// Like `MayflyClient` it shares one connection between all tasks and makes a new one when it is
/// lost. Every call throws `MayflyError`; a refusal carries the reasons of proto/PROTOCOL.md.
public final class OperatorClient: Sendable {
    /// How the client behaves.
    public let options: ClientOptions
    let channel: Channel

    /// A client of the broker at an operator socket. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - socketPath: nil takes `MAYFLY_OPERATOR_SOCKET`, else
    ///     `$XDG_RUNTIME_DIR/mayfly/operator/operator.sock` where that exists, else
    ///     `/run/mayfly/operator/operator.sock`.
    ///   - options: timeouts; the rest is not used here.
    public convenience init(
        socketPath: String? = nil, options: ClientOptions = ClientOptions()
    ) {
        self.init(dialer: .socket(path: socketPath ?? SocketPath.operator()), options: options)
    }

    init(dialer: Dialer, options: ClientOptions) {
        self.options = options
        channel = Channel(
            dialer, identity: .nobody, options: options, firstLimit: WireLimits.frameBytes)
    }

    /// Ends the connection; calls under way and calls to come fail with `MayflyError.closed`.
    public func close() { channel.close() }

    // MARK: Apps

    /// Registers an app.
    ///
    /// - Throws: `refused` with `APP_EXISTS`, `UID_SHARED` where another app has one of its uids,
    ///   `ORCHESTRATION_NOT_OWNED`, `INVALID_SCOPE`, `INVALID_APP` or `INVALID_LIFETIME`;
    ///   `outcomeUnknown` where the reply was lost.
    public func createApp(_ terms: AppTerms) async throws(MayflyError) -> App {
        let terms = try ResolvedAppTerms(terms)
        return try await app(.createApp, .forbidden) { _ in
            EncodedMessage(
                CreateAppRequestMessage(app: terms.message, issueSecret: terms.issuesSecret))
        }
    }

    /// Every app, in the order of their registration.
    public func listApps() async throws(MayflyError) -> [App] {
        try await channel.call(.listApps, .allowed, for: ListAppsResponseMessage.self) { _ in
            EncodedMessage(ListAppsRequestMessage())
        }.apps.map { App($0) }
    }

    /// One app.
    ///
    /// - Throws: `refused` with `APP_NOT_FOUND`.
    public func app(named name: String) async throws(MayflyError) -> App {
        try await app(.getApp, .allowed) { _ in EncodedMessage(GetAppRequestMessage(name: name)) }
    }

    /// Changes what the change names and leaves the rest. Lowering the ceiling ends the app's live
    /// grants. Repeated once where the connection is lost under it: a secret that the lost answer
    /// showed is then replaced by another.
    ///
    /// - Throws: `refused` with `APP_NOT_FOUND`, and as `createApp`.
    public func updateApp(
        named name: String, _ change: AppChange
    ) async throws(MayflyError) -> App {
        let change = try ResolvedAppChange(change)
        return try await app(.updateApp, .allowed) { _ in
            EncodedMessage(change.message(name))
        }
    }

    /// Ends an app and all its live grants.
    ///
    /// - Returns: how many live grants ended with it.
    /// - Throws: `refused` with `APP_NOT_FOUND`; `outcomeUnknown` where the reply was lost.
    @discardableResult
    public func removeApp(named name: String) async throws(MayflyError) -> UInt64 {
        try await channel.call(.removeApp, .forbidden, for: RemoveAppResponseMessage.self) { _ in
            EncodedMessage(RemoveAppRequestMessage(name: name))
        }.endedGrants
    }

    private func app(
        _ method: Method, _ repetition: Channel.Repetition,
        _ message: @Sendable (Session?) throws(MayflyError) -> EncodedMessage
    ) async throws(MayflyError) -> App {
        let response = try await channel.call(
            method, repetition, for: AppResponseMessage.self, message)
        guard let app = response.app else {
            throw .protocolViolation("The answer names no app.")
        }
        return App(app, issuedSecret: response.clientSecret)
    }

    // MARK: Audit and state

    /// One page of the audit: at most `query.pageSize` events, and a bounded number looked at, so
    /// that a page may be empty and still not the last.
    ///
    /// - Throws: `refused` with `INVALID_QUERY` or `AUDIT_UNREADABLE`.
    public func page(_ query: EventQuery) async throws(MayflyError) -> EventPage {
        EventPage(
            try await channel.call(.queryEvents, .allowed, for: QueryEventsResponseMessage.self) {
                _ in EncodedMessage(query.message)
            })
    }

    /// All events that match, read page by page as they are asked for.
    public func events(_ query: EventQuery = EventQuery()) -> AuditEvents {
        AuditEvents(client: self, query: query)
    }

    /// The newest signed statement of the audit tree's size and root: a C2SP tlog-checkpoint in a
    /// signed note. Kept elsewhere, it shows later that nothing before it was changed or cut off.
    ///
    /// - Throws: `refused` with `AUDIT_UNREADABLE` where there is none yet.
    public func checkpoint() async throws(MayflyError) -> String {
        try await channel.call(.checkpoint, .allowed, for: CheckpointResponseMessage.self) { _ in
            EncodedMessage(CheckpointRequestMessage())
        }.checkpoint
    }

    /// The broker's counters and vital signs.
    public func status() async throws(MayflyError) -> BrokerStatus {
        BrokerStatus(
            try await channel.call(.status, .allowed, for: StatusResponseMessage.self) { _ in
                EncodedMessage(StatusRequestMessage())
            })
    }

    /// The broker's public keys, current and retired.
    public func keys() async throws(MayflyError) -> BrokerKeys {
        BrokerKeys(
            try await channel.call(.getKeys, .allowed, for: GetKeysResponseMessage.self) { _ in
                EncodedMessage(GetKeysRequestMessage())
            })
    }
}
