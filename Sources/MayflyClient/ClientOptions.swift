/// How a client behaves where a call does not say.
public struct ClientOptions: Sendable {
    /// The orchestration id of spawns that name none.
    public var orchestration: String?
    /// How long a call waits for its answer, connecting not counted. A spawn that takes longer
    /// throws `MayflyError.outcomeUnknown`, everything else `MayflyError.timeout`.
    public var callTimeout: Duration
    /// How long a new connection may take to name its app.
    public var connectTimeout: Duration
    /// How long to wait for a broker that is not there, for example because it is started again.
    /// Zero fails at once.
    public var brokerWait: Duration
    /// Told of an agent that `withAgent` could not release: its grant ends at its expiry.
    public var releaseFailed: (@Sendable (Agent, MayflyError) -> Void)?

    /// Ten seconds for a call, five to connect, no waiting for an absent broker.
    public init(
        orchestration: String? = nil, callTimeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5), brokerWait: Duration = .zero,
        releaseFailed: (@Sendable (Agent, MayflyError) -> Void)? = nil
    ) {
        self.orchestration = orchestration
        self.callTimeout = callTimeout
        self.connectTimeout = connectTimeout
        self.brokerWait = brokerWait
        self.releaseFailed = releaseFailed
    }
}
