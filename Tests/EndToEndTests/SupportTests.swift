internal import MayflyCrypto
internal import MayflyWire
import Testing

@Suite struct `The support of the tests of whole brokers` {
    @Test func `a broker starts, serves a life of an agent, and drains`() throws {
        let broker = try BrokerProcess.start()
        let attester = AgentKeyPair()
        try broker.createApp("reports", attestationKeys: [attester.publicKey.bytes])
        let client = try broker.connect(app: "reports")
        let agent = try client.spawn()
        #expect(try client.validate(agent.token).valid)
        #expect(try client.release(token: agent.token))
        #expect(try !client.validate(agent.token).valid)
        let batch = try client.spawnBatch([AgentPlan(), AgentPlan()], attestedBy: attester)
        #expect(try client.release(grant: batch[1].grantID))
        #expect(try broker.connectOperator().status().liveGrants == 1)
        #expect(broker.residentBytes > 1 << 20)
        #expect(broker.openDescriptors > 5)
        #expect(try broker.stop() == .status(0))
        #expect(broker.log.contains("stopped"))
    }

    @Test func `a broker that is killed is gone, and its home serves the next`() throws {
        let home = try BrokerProcess.Home()
        let first = try BrokerProcess.start(home: home)
        try first.createApp("reports")
        let agent = try first.connect(app: "reports").spawn()
        first.kill9()
        #expect(first.exit == .signal(9))
        let second = try BrokerProcess.start(home: home)
        #expect(try second.connect().validate(agent.token).valid)
    }

    @Test func `a broker that cannot start says why at once`() throws {
        let options = BrokerProcess.Options(arguments: ["--max-connections", "1"])
        let broker = try BrokerProcess(launching: options, home: BrokerProcess.Home())
        #expect(try broker.waitForExit(seconds: 20) == .status(78))
        #expect(broker.log.contains("max-connections"))
    }
}
