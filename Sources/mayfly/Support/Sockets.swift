internal import ArgumentParser
internal import MayflyClient

/// Where the broker's socket for apps and agents is.
struct AgentSocketOptions: ParsableArguments {
    @Option(
        name: .customLong("socket"),
        help: """
            The broker's agent socket. Default: MAYFLY_SOCKET, else mayfly/agent.sock in \
            XDG_RUNTIME_DIR if it is there, else /run/mayfly/agent.sock.
            """)
    var path: String?

    /// - Parameter app: nil speaks for none.
    func client(app: String? = nil) -> MayflyClient { MayflyClient(socketPath: path, app: app) }
}

/// Where the broker's socket for the operator is.
struct OperatorSocketOptions: ParsableArguments {
    @Option(
        name: .customLong("operator-socket"),
        help: """
            The broker's operator socket. Default: MAYFLY_OPERATOR_SOCKET, else \
            mayfly/operator/operator.sock in XDG_RUNTIME_DIR if it is there, else \
            /run/mayfly/operator/operator.sock.
            """)
    var path: String?

    func client() -> OperatorClient { OperatorClient(socketPath: path) }
}
