internal import Glibc
internal import MayflyWire
internal import Testing

/// The credential dies with the connection.
@Suite struct `Grants bound to a connection` {
    private func spawn(_ client: WireClient, _ scene: Scene) throws -> LiveAgent {
        let plan = AgentPlan(task: "bound")
        var spec = plan.message
        spec.binding = Scene.boundToConnection
        let told = try client.issued(.spawn, try client.spawnRequest(spec, key: plan.key))
        return try LiveAgent(told, plan, describedBy: scene.member)
    }

    @Test func `the end of the connection is the end of the grant`() throws {
        let scene = try Scene()
        let client = try scene.broker.connect(app: Scene.app)
        let agent = try spawn(client, scene)
        let other = try spawn(scene.member, scene)
        #expect(agent.claim("binding") == "connection")
        client.hangUp()
        #expect(try scene.isSoonRefused(agent.token))
        #expect(try scene.endings(of: agent) == ["CONNECTION_CLOSED"])
        #expect(try scene.overseer.validate(other.token).valid)
    }

    @Test func `a copy of the socket keeps nothing alive when the process is gone`() throws {
        let scene = try Scene()
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        try peer.client.authenticate(app: Scene.app)
        let agent = try spawn(peer.client, scene)
        #expect(try scene.overseer.validate(agent.token).valid)
        peer.process.end()
        // This process has the socket; the broker closes it all the same.
        _ = try peer.client.receiveUntilClosed()
        #expect(try scene.isSoonRefused(agent.token))
    }

    @Test func `silence does not close a connection that a grant hangs on`() throws {
        let scene = try Scene(BrokerProcess.Options(arguments: ["--idle-timeout", "1"]))
        let bound = try scene.broker.connect(app: Scene.app)
        let plain = try scene.broker.connect(app: Scene.app)
        let plan = AgentPlan(task: "bound")
        var spec = plan.message
        spec.binding = Scene.boundToConnection
        let told = try bound.issued(.spawn, try bound.spawnRequest(spec, key: plan.key))
        _ = try plain.receiveUntilClosed()
        // It was silent for as long.
        #expect(try bound.validate(told.token).valid)
        #expect(try bound.release(token: told.token))
        _ = try bound.receiveUntilClosed()
    }

    @Test func `an agent that registers itself may hang on its connection`() throws {
        let scene = try Scene()
        let launch = try scene.member.launchToken()
        let process = try scene.stranger()
        try process.openRegistration()
        let plan = AgentPlan()
        var spec = plan.message
        spec.binding = Scene.boundToConnection
        let told = try process.issued(
            .register,
            try process.registerRequest(spec, key: plan.key, launchToken: launch))
        #expect(try scene.overseer.validate(told.token).valid)
        process.hangUp()
        #expect(try scene.isSoonRefused(told.token))
    }
}
