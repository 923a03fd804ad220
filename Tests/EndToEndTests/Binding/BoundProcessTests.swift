internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// The credential dies with the process.
@Suite struct `Grants bound to a process` {
    @Test func `the end of the process is the end of the grant and of all made from it`() throws {
        let scene = try Scene()
        let child = try SleepingProcess()
        let agent = try scene.spawn(boundTo: child)
        #expect(agent.claim("binding") == "process")
        let taker = try scene.spawn(task: "taker")
        let delegated = try scene.member.delegate(from: agent, to: taker)
        #expect(try scene.validity(of: [agent, taker, delegated]) == [true, true, true])
        #expect(try scene.metric("mayfly_bound_processes") == "1")
        child.end()
        #expect(try scene.isSoonRefused(agent.token))
        #expect(try scene.validity(of: [agent, taker, delegated]) == [false, true, false])
        #expect(try scene.endings(of: agent) == ["PROCESS_EXITED"])
        #expect(try scene.metric("mayfly_bound_processes") == "0")
        #expect(try scene.metric(#"mayfly_grants_ended_total{cause="unbound"}"#) == "1")
    }

    @Test func `a process that exited and was not waited for is gone as well`() throws {
        let scene = try Scene()
        let child = try SleepingProcess()
        let agent = try scene.spawn(boundTo: child)
        kill(child.pid, SIGKILL)
        #expect(try scene.isSoonRefused(agent.token))
    }

    @Test func `a child's child may be bound`() throws {
        let scene = try Scene()
        let (child, grandchild) = try SleepingProcess.line()
        let agent = try scene.spawn(boundTo: grandchild)
        // Its parent is nothing to it, once it is bound.
        child.end()
        #expect(try scene.overseer.validate(agent.token).valid)
        grandchild.end()
        #expect(try scene.isSoonRefused(agent.token))
    }

    @Test(.enabled(if: getuid() == 0, "setting uids needs root"))
    func `a child that runs under another uid may be bound`() throws {
        let scene = try Scene()
        let child = try SleepingProcess(uid: 60_001)
        let agent = try scene.spawn(boundTo: child)
        child.end()
        #expect(try scene.isSoonRefused(agent.token))
    }

    @Test func `what is no running descendant is refused as what it is, and leaves nothing`()
        throws
    {
        let scene = try Scene()
        // The connection that made the app is gone when the base is taken.
        #expect(try Deadline.poll(seconds: 10) { try scene.overseer.status().connections == 2 })
        let base = heldPeers(scene.broker)
        let zombie = try SleepingProcess.zombie()
        let dead = try SleepingProcess()
        dead.end()
        let other = try DistantPeer(scene.broker.home.agentSocket)
        try other.client.authenticate(app: Scene.app)
        for (pid, expected) in [
            (0, "PROCESS_NOT_FOUND"), (1, "PROCESS_NOT_DESCENDANT"),
            (.max, "PROCESS_NOT_FOUND"), (UInt32(zombie.pid), "PROCESS_NOT_FOUND"),
            (UInt32(dead.pid), "PROCESS_NOT_FOUND"), (UInt32(getpid()), "PROCESS_NOT_DESCENDANT"),
            (UInt32(getppid()), "PROCESS_NOT_DESCENDANT"),
            (UInt32(scene.broker.brokerPid), "PROCESS_NOT_DESCENDANT"),
        ] {
            #expect(try scene.bindingWord(pid: pid) == expected, "\(pid)")
        }
        // A brother of the caller's.
        let child = try SleepingProcess()
        #expect(
            try scene.bindingWord(pid: UInt32(child.pid), by: other.client)
                == "PROCESS_NOT_DESCENDANT")
        other.client.hangUp()
        _ = Deadline.poll(seconds: 10) { heldPeers(scene.broker) == base }
        #expect(heldPeers(scene.broker) == base)
        #expect(try scene.overseer.status().liveGrants == 0)
        #expect(try scene.metric("mayfly_bound_processes") == "0")
    }

    /// Connections and processes that the broker has descriptors of.
    private func heldPeers(_ broker: BrokerProcess) -> [String] {
        broker.descriptors.filter { $0.hasPrefix("socket:") || $0.contains("pidfd") }
    }

    @Test(.enabled(if: getuid() == 0, "namespaces need root"))
    func `a process of another pid namespace is refused`() throws {
        let scene = try Scene()
        let foreign = try SleepingProcess.foreign()
        #expect(
            try scene.bindingWord(pid: UInt32(foreign.pid)) == "PROCESS_NAMESPACE_FOREIGN")
    }

    @Test(.enabled(if: getuid() == 0, "namespaces need root"))
    func `a caller of another pid namespace binds none, and is an app all the same`() throws {
        let scene = try Scene()
        let peer = try DistantPeer.foreign(scene.broker.home.agentSocket)
        try peer.client.authenticate(app: Scene.app)
        #expect(
            try scene.bindingWord(pid: UInt32(peer.process.pid), by: peer.client)
                == "PROCESS_NAMESPACE_FOREIGN")
        #expect(try peer.client.validate(peer.client.spawn().token).valid)
        peer.process.end()
        _ = try peer.client.receiveUntilClosed()
    }

    @Test(.enabled(if: getuid() == 0, "choosing a pid needs root"))
    func `a pid that is another's between call and check is bound to neither`() throws {
        let gate = try Gate("opened")
        var options = BrokerProcess.Options()
        options.environment = gate.environment
        let scene = try Scene(options)
        let child = try SleepingProcess()
        let stream = try scene.sendSpawn(pid: UInt32(child.pid), by: scene.member)
        var next: SleepingProcess?
        try gate.whileHeld {
            child.end()
            next = try SleepingProcess(wanted: child.pid)
        }
        #expect(next?.pid == child.pid)
        #expect(word(try scene.member.reply(to: stream)) == "PROCESS_NOT_FOUND")
        // The one that has it now is a descendant like any other.
        #expect(try scene.bindingWord(pid: UInt32(child.pid)) == "OK")
    }

    @Test func `a batch binds all or none, and no more than sixty-four`() throws {
        let scene = try Scene()
        let attester = AgentKeyPair()
        try scene.broker.createApp("crew", attestationKeys: [attester.publicKey.bytes])
        let crew = try scene.broker.connect(app: "crew")
        let children = try (0..<3).map { _ in try SleepingProcess() }
        func batch(_ pids: [UInt32]) throws -> WireClient.Reply {
            let agents = pids.map { pid in
                var spec = AgentPlan().message
                spec.binding = Scene.boundToProcess
                spec.pid = pid
                return spec
            }
            return try crew.call(
                .spawnBatch, try crew.spawnBatchRequest(agents, attestedBy: attester))
        }
        let pids = children.map { UInt32($0.pid) }
        #expect(word(try batch(pids + [1])) == "PROCESS_NOT_DESCENDANT")
        #expect(word(try batch((0..<65).map { _ in pids[0] })) == "BATCH_SIZE")
        #expect(try scene.metric("mayfly_bound_processes") == "0")
        let agents = try crew.response(
            of: try batch(pids), as: SpawnBatchResponseMessage.self
        ).agents
        children[1].end()
        #expect(try scene.isSoonRefused(agents[1].token))
        #expect(try scene.overseer.validate(agents[0].token).valid)
        #expect(try scene.overseer.validate(agents[2].token).valid)
    }

    @Test func `one process may have many grants, and its exit ends them all`() throws {
        let scene = try Scene()
        let child = try SleepingProcess()
        let agents = try (0..<600).map { try scene.spawn(boundTo: child, task: "t\($0)") }
        #expect(try scene.metric("mayfly_bound_processes") == "1")
        child.end()
        #expect(try scene.isSoonRefused(agents[0].token))
        #expect(
            try Deadline.poll(seconds: 10) {
                try scene.overseer.validCount(of: agents.map(\.token)) == 0
            })
        #expect(try scene.overseer.status().liveGrants == 0)
    }

    @Test func `a thousand that are killed at once all end what hangs on them`() throws {
        let scene = try Scene()
        let children = try (0..<1_000).map { _ in try SleepingProcess() }
        let tokens = try children.map { try scene.spawn(boundTo: $0).token }
        #expect(try scene.metric("mayfly_bound_processes") == "1000")
        for child in children { kill(child.pid, SIGKILL) }
        #expect(
            try Deadline.poll(seconds: 10) { try scene.overseer.validCount(of: tokens) == 0 })
        #expect(try scene.overseer.status().liveGrants == 0)
        #expect(try scene.metric("mayfly_bound_processes") == "0")
    }

    @Test func `processes beyond a limit are refused by its name, until one exits`() throws {
        let scene = try Scene(
            BrokerProcess.Options(arguments: [
                "--max-bound-processes", "3", "--max-bound-processes-per-uid", "2",
            ]))
        let children = try (0..<3).map { _ in try SleepingProcess() }
        let first = try scene.spawn(boundTo: children[0])
        _ = try scene.spawn(boundTo: children[1])
        // One that is bound already takes no other place.
        _ = try scene.spawn(boundTo: children[1], task: "second")
        let reply = try scene.member.reply(
            to: try scene.sendSpawn(pid: UInt32(children[2].pid), by: scene.member))
        #expect(word(reply) == "PROCESSES_EXHAUSTED")
        #expect(reply.status?.metadata["limit"] == "bound_processes_per_uid")
        // Released is not exited: it stays an agent's process.
        #expect(try scene.member.release(token: first.token))
        #expect(try scene.bindingWord(pid: UInt32(children[2].pid)) == "PROCESSES_EXHAUSTED")
        children[0].end()
        #expect(
            try Deadline.poll(seconds: 10) {
                try scene.bindingWord(pid: UInt32(children[2].pid)) == "OK"
            })
    }
}
