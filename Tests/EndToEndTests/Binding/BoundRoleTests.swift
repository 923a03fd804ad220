internal import Glibc
internal import MayflyWire
internal import Testing

/// A process bound to an agent's grant has no other role, whatever its uid.
@Suite struct `What a bound process may not be` {
    private func authenticationWord(_ client: WireClient) throws -> String {
        word(try client.call(.authenticate, AuthenticateRequestMessage(app: Scene.app)))
    }

    @Test func `it speaks for no app, nor does its child, nor when its grant has ended`() throws {
        let scene = try Scene()
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        let below = try DistantPeer.below(scene.broker.home.agentSocket)
        let parent = try #require(below.parent)
        let agents = try [peer.process, parent].map { try scene.spawn(boundTo: $0) }
        #expect(try authenticationWord(peer.client) == "BOUND_AGENT")
        #expect(try authenticationWord(below.client) == "BOUND_AGENT")
        for agent in agents { #expect(try scene.member.release(token: agent.token)) }
        #expect(try authenticationWord(peer.client) == "BOUND_AGENT")
        // What is open to everyone still is.
        #expect(try peer.client.validate(try scene.spawn(task: "other").token).valid)
        // A process beside it is not meant.
        #expect(try authenticationWord(try scene.stranger()) == "OK")
    }

    @Test func `it is no operator`() throws {
        let scene = try Scene()
        let before = try DistantPeer(scene.broker.home.operatorSocket)
        #expect(try before.client.status().liveGrants == 0)
        let child = try DistantPeer(scene.broker.home.agentSocket)
        _ = try scene.spawn(boundTo: before.process)
        // A connection that it had, at its next word.
        let reply = try before.client.call(.status, StatusRequestMessage())
        #expect(word(reply) == "BOUND_AGENT")
        #expect(try before.client.receiveUntilClosed().isEmpty)
        #expect(try child.client.validate([1]).valid == false)
    }

    @Test func `a child of it that comes to the operator's socket is shown the door`() throws {
        let scene = try Scene()
        let below = try DistantPeer.below(scene.broker.home.operatorSocket)
        _ = try below.client.status()
        _ = try scene.spawn(boundTo: try #require(below.parent))
        #expect(word(try below.client.call(.status, StatusRequestMessage())) == "BOUND_AGENT")
        #expect(
            try Deadline.poll(seconds: 10) {
                try !scene.overseer.events(ofType: "request_refused")
                    .filter { $0.reason == "BOUND_AGENT" }.isEmpty
            })
    }

    @Test func `a connection that spoke for an app before loses it`() throws {
        let scene = try Scene()
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        let below = try DistantPeer.below(scene.broker.home.agentSocket)
        for client in [peer.client, below.client] {
            try client.authenticate(app: Scene.app)
            _ = try client.spawn()
        }
        _ = try scene.spawn(boundTo: peer.process)
        _ = try scene.spawn(boundTo: try #require(below.parent))
        for client in [peer.client, below.client] {
            #expect(
                word(try client.call(.spawn, try client.spawnRequest(AgentPlan())))
                    == "AUTHENTICATION_REQUIRED")
            #expect(try authenticationWord(client) == "BOUND_AGENT")
        }
    }

    @Test(.enabled(if: getuid() == 0, "choosing a pid needs root"))
    func `the pid of an ancestor that is gone takes no role away when an agent gets it`() throws {
        let scene = try Scene()
        let below = try DistantPeer.below(scene.broker.home.agentSocket)
        let parent = try #require(below.parent)
        try below.client.authenticate(app: Scene.app)
        parent.end()
        let next = try SleepingProcess(wanted: parent.pid)
        _ = try scene.spawn(boundTo: next)
        _ = try below.client.spawn()
    }

    @Test func `an agent binds its own process when it registers`() throws {
        let scene = try Scene()
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        func register(pid: UInt32) throws -> WireClient.Reply {
            try peer.client.openRegistration()
            let plan = AgentPlan()
            var spec = plan.message
            spec.binding = Scene.boundToProcess
            spec.pid = pid
            return try peer.client.call(
                .register,
                try peer.client.registerRequest(
                    spec, key: plan.key, launchToken: try scene.member.launchToken()))
        }
        #expect(word(try register(pid: UInt32(getpid()))) == "PROCESS_NOT_DESCENDANT")
        #expect(word(try register(pid: UInt32(peer.process.pid))) == "OK")
        // A second time is no other process.
        let told = try peer.client.response(
            of: try register(pid: 0), as: SpawnResponseMessage.self)
        let token = try #require(told.agent?.token)
        #expect(try authenticationWord(peer.client) == "BOUND_AGENT")
        peer.process.end()
        #expect(try scene.isSoonRefused(token))
    }

    @Test func `what a process said before it exited is done`() throws {
        let scene = try Scene()
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        try peer.client.authenticate(app: Scene.app)
        let agents = try (0..<64).map { _ in try peer.client.spawn() }
        let frames = try agents.flatMap {
            try peer.client.frame(
                .release, ReleaseRequestMessage(target: .grant(ByteView(copying: $0.grantID))))
        }
        try peer.client.send(frames)
        peer.process.end()
        #expect(
            try Deadline.poll(seconds: 10) { try scene.overseer.status().liveGrants == 0 })
    }

    @Test func `who speaks for an app is the process that connected, and it dies with that`()
        throws
    {
        let scene = try Scene()
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        try peer.client.authenticate(app: Scene.app)
        peer.process.end()
        _ = try peer.client.receiveUntilClosed()
        let late = try DistantPeer(scene.broker.home.agentSocket)
        late.process.end()
        #expect(try authenticationWord(late.client) == "PROCESS_NOT_FOUND")
    }

    @Test func `who exits while its ancestors are looked for has no role by having none`() throws {
        let gate = try Gate("peer-found")
        try gate.open()
        var options = BrokerProcess.Options()
        options.environment = gate.environment
        let scene = try Scene(options)
        let peer = try DistantPeer(scene.broker.home.agentSocket)
        gate.close()
        let stream = try peer.client.send(
            .authenticate, AuthenticateRequestMessage(app: Scene.app))
        try gate.whileHeld { peer.process.end() }
        #expect(word(try peer.client.reply(to: stream)) == "PROCESS_NOT_FOUND")
    }
}
