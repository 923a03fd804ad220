internal import Glibc
internal import MayflyWire
internal import Testing

/// Brokers with a fault in them on purpose: what the suites of this folder look for is found there,
/// and not in a sound one.
@Suite struct `Mutants of binding` {
    private func outlivesItsProcess(_ fault: String) throws -> Bool {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT"] = fault
        let scene = try Scene(options)
        let child = try SleepingProcess()
        let agent = try scene.spawn(boundTo: child)
        child.end()
        return try !scene.isSoonRefused(agent.token, seconds: 3)
    }

    @Test func `one that ignores exits is told from a sound one`() throws {
        #expect(try !outlivesItsProcess("none"))
        #expect(try outlivesItsProcess("ignore-exits"))
    }

    @Test(arguments: [("none", "PROCESS_NOT_DESCENDANT"), ("skip-second-look", "OK")])
    func `one that looks at ancestors once is told from a sound one`(
        fault: String, expected: String
    ) throws {
        let gate = try Gate("between-looks")
        var options = BrokerProcess.Options()
        options.environment = gate.environment
        options.environment["MAYFLY_FAULT"] = fault
        let scene = try Scene(options)
        let (child, grandchild) = try SleepingProcess.line()
        let stream = try scene.sendSpawn(pid: UInt32(grandchild.pid), by: scene.member)
        // The grandchild is given to another: it is no descendant any more.
        try gate.whileHeld { child.end() }
        #expect(word(try scene.member.reply(to: stream)) == expected)
    }

    @Test(arguments: [("none", "BOUND_AGENT"), ("recognise-nobody", "OK")])
    func `one that lets an agent's process be anything is told from a sound one`(
        fault: String, expected: String
    ) throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT"] = fault
        let scene = try Scene(options)
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        _ = try scene.spawn(boundTo: peer.process)
        let reply = try peer.client.call(
            .authenticate, AuthenticateRequestMessage(app: Scene.app))
        #expect(word(reply) == expected)
    }
}
