internal import Glibc
internal import MayflyWire

/// Connections to a running broker.
extension BrokerProcess {
    func connect(timeoutSeconds: Double = 10) throws -> WireClient {
        try WireClient(home.agentSocket, timeoutSeconds: timeoutSeconds)
    }

    func connectOperator(timeoutSeconds: Double = 10) throws -> WireClient {
        try WireClient(home.operatorSocket, timeoutSeconds: timeoutSeconds)
    }

    /// A connection that speaks for an app.
    func connect(app: String) throws -> WireClient {
        let client = try connect()
        try client.authenticate(app: app)
        return client
    }

    /// Registers an app of this process's own uid, which may share it with others.
    func createApp(
        _ name: String, ceiling: [String] = ["read:data:*"], attestationKeys: [[UInt8]] = []
    ) throws {
        var app = AppMessage()
        app.name = name
        app.ceiling = ceiling
        app.uids = [getuid()]
        app.attestationKeys = attestationKeys
        app.sharedUid = true
        _ = try connectOperator().createApp(app)
    }
}
