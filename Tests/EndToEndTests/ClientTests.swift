internal import MayflyClient
internal import Testing

/// The client library against a broker in a process of its own.
@Suite struct `The client library` {
    private func client(_ broker: BrokerProcess, brokerWait: Duration = .zero) -> MayflyClient {
        MayflyClient(
            socketPath: broker.home.agentSocket, app: "reports",
            options: ClientOptions(orchestration: "nightly", brokerWait: brokerWait))
    }

    @Test func `two thousand agents live at once on one connection`() async throws {
        let broker = try BrokerProcess.start()
        try broker.createApp("reports")
        let client = client(broker)
        let valid = try await withThrowingTaskGroup { group in
            for number in 0..<2_000 {
                group.addTask {
                    try await client.withAgent(task: "t\(number)", scope: ["read:data:\(number)"]) {
                        try await client.validate($0.token).isValid
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(valid == 2_000)
        let status = try await OperatorClient(socketPath: broker.home.operatorSocket).status()
        #expect(status.spawned == 2_000)
        #expect(status.released == 2_000)
        #expect(status.liveGrants == 0)
        // The client's and the operator's.
        #expect(status.connections == 2)
    }

    @Test func `a client outlives its broker, and its agents do too`() async throws {
        let home = try BrokerProcess.Home()
        let first = try BrokerProcess.start(home: home)
        try first.createApp("reports")
        let client = client(first, brokerWait: .seconds(30))
        let agent = try await client.spawn(task: "extract", scope: ["read:data:1"])
        first.kill9()
        async let validation = client.validate(agent.token)
        let second = try BrokerProcess.start(home: home)
        #expect(try await validation.isValid)
        let other = try await client.spawn(task: "extract", scope: ["read:data:2"])
        #expect(try await client.releaseBatch([agent.token, other.token]) == [true, true])
        #expect(try second.stop() == .status(0))
    }
}
