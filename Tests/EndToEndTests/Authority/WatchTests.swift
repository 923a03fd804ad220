internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// Every end before expiry reaches who watches.
@Suite struct `The stream of ends through the socket` {
    /// What ends, and what is announced of it.
    private struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let end: @Sendable (Scene, LiveAgent) throws -> [End]
    }

    private static let cases = [
        Case(testDescription: "a release by token") { scene, agent in
            _ = try scene.member.release(token: agent.token)
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "a release by grant") { scene, agent in
            _ = try scene.member.release(grant: agent.grant)
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "a renewal") { scene, agent in
            _ = try scene.member.renew(agent)
            return [.token(agent)]
        },
        Case(testDescription: "the revocation of a token") { scene, agent in
            _ = try scene.overseer.revoke(.token, agent.tokenID)
            return [.token(agent), .grant(agent), .agent(agent)]
        },
        Case(testDescription: "the revocation of an agent") { scene, agent in
            _ = try scene.overseer.revoke(.agent, agent.idText)
            return [.agent(agent), .grant(agent)]
        },
        Case(testDescription: "the revocation of a chain") { scene, agent in
            _ = try scene.overseer.revoke(.chain, agent.grantText)
            return [.chain(agent), .grant(agent)]
        },
        Case(testDescription: "the revocation of a task") { scene, agent in
            _ = try scene.overseer.revoke(.task, "task")
            return [.task("task"), .grant(agent)]
        },
        Case(testDescription: "the revocation of a task of one orchestration") { scene, agent in
            _ = try scene.overseer.revoke(.task, "task", orchestration: "orch")
            return [.task("orch/task"), .grant(agent)]
        },
        Case(testDescription: "the revocation of a task whose name goes on") { scene, agent in
            _ = try scene.overseer.revoke(.task, "task", allowNew: true)
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "another instance that takes the task over") { scene, agent in
            _ = try scene.stranger().register(
                AgentPlan(), launchToken: try scene.member.launchToken(), supersede: true)
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "a lowered ceiling") { scene, agent in
            try scene.overseer.update(Scene.app) { $0.ceiling = ["read:data:customer-1"] }
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "the end of the app") { scene, agent in
            _ = try scene.overseer.removeApp(Scene.app)
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "an emergency") { scene, agent in
            try scene.overseer.rotateKey(emergency: true)
            return [.grant(agent), .agent(agent)]
        },
        Case(testDescription: "the release of what was delegated") { scene, agent in
            let taker = try scene.spawn(task: "taker")
            let child = try scene.member.delegate(from: agent, to: taker)
            _ = try scene.member.release(token: child.token)
            return [.grant(child)]
        },
        Case(testDescription: "the end of a parent") { scene, agent in
            let taker = try scene.spawn(task: "taker")
            let child = try scene.member.delegate(from: agent, to: taker)
            _ = try scene.member.release(token: agent.token)
            return [.grant(agent), .grant(child)]
        },
        Case(testDescription: "a silent agent") { scene, agent in
            try scene.overseer.update(Scene.app) {
                var terms = UpdateAppRequestMessage.Heartbeat()
                terms.policy = .end
                terms.intervalSeconds = 1
                $0.heartbeat = terms
            }
            let silent = try scene.spawn(task: "silent")
            return [.grant(silent), .agent(silent)]
        },
    ]

    @Test func `each kind of end is announced once it is acknowledged`() throws {
        for one in Self.cases {
            let scene = try Scene()
            let watcher = try EndWatcher(try scene.stranger())
            let agent = try scene.spawn()
            let beside = try scene.stranger()
            let ends = try one.end(scene, agent)
            #expect(try watcher.sees(ends), "\(one.testDescription): \(ends)")
            // From the store it is the same as it was live.
            let late = try EndWatcher(beside)
            #expect(try late.sees(ends), "\(one.testDescription), later: \(ends)")
        }
    }

    @Test func `what lives is not announced, nor what only expired`() throws {
        let scene = try Scene()
        let watcher = try EndWatcher(try scene.stranger())
        let live = try scene.spawn(task: "live")
        let short = try scene.spawn(AgentPlan(task: "short", lifetimeSeconds: 1))
        #expect(
            try Deadline.poll(seconds: 5, everyMilliseconds: 50) {
                try scene.overseer.status().expired == 1
            })
        let last = try scene.spawn(task: "last")
        #expect(try scene.member.release(token: last.token))
        #expect(try watcher.sees([.grant(last)]))
        for agent in [live, short] {
            for end in [End.token(agent), .grant(agent), .agent(agent)] {
                #expect(!watcher.hasSeen(end))
            }
        }
    }

    @Test func `who comes back goes on from its position, also after a restart`() throws {
        let scene = try Scene()
        let first = try scene.spawn(task: "first")
        _ = try scene.member.release(token: first.token)
        let watcher = try EndWatcher(try scene.stranger())
        #expect(try watcher.sees([.grant(first)]))
        let position = watcher.position
        watcher.client.hangUp()
        let second = try scene.spawn(task: "second")
        _ = try scene.member.release(token: second.token)
        let next = try EndWatcher(try scene.stranger(), after: position)
        #expect(try next.sees([.grant(second)]))
        #expect(!next.hasSeen(.grant(first)))
        #expect(!next.opening.gap)
        try scene.killAndRestart()
        let third = try scene.spawn(task: "third")
        _ = try scene.member.release(token: third.token)
        let last = try EndWatcher(try scene.stranger(), after: next.position)
        #expect(try last.sees([.grant(third)]))
        #expect(!last.hasSeen(.grant(second)))
        #expect(!last.opening.gap)
        #expect(last.opening.firstIssueAt == watcher.opening.firstIssueAt, "the same boot")
        let whole = try EndWatcher(try scene.stranger())
        #expect(try whole.sees([.grant(first), .grant(second), .grant(third)]))
    }

    @Test func `a position that this log does not have is a gap`() throws {
        let scene = try Scene()
        let watcher = try EndWatcher(try scene.stranger(), after: 1 << 40)
        #expect(watcher.opening.gap)
        let agent = try scene.spawn()
        _ = try scene.member.release(token: agent.token)
        #expect(try watcher.sees([.grant(agent)]))
        #expect(try scene.overseer.metrics().contains("mayfly_stream_gaps_total 1\n"))
    }

    @Test func `without ends there are heartbeats, and a drain says why it ends`() throws {
        let scene = try Scene()
        let watcher = try EndWatcher(try scene.stranger())
        let beat = try #require(try watcher.next())
        #expect(beat.digests.isEmpty)
        #expect(beat.position >= watcher.opening.position)
        #expect(try scene.broker.stop() == .status(0))
        #expect(try watcher.next() == nil)
        #expect(watcher.ending?.reason == "SHUTTING_DOWN")
    }

    @Test func `a connection follows one stream, and goes on with its calls`() throws {
        let scene = try Scene()
        let client = try scene.stranger()
        let watcher = try EndWatcher(client)
        _ = try client.send(.watchRevocations, WatchRevocationsRequestMessage())
        // The refusal is a response on the second stream; the first goes on.
        let agent = try scene.spawn()
        _ = try scene.member.release(token: agent.token)
        #expect(throws: WireClient.Failure.self) {
            _ = try watcher.sees([.grant(agent)])
        }
        #expect(try scene.overseer.status().watchers == 1)
        client.hangUp()
        #expect(try Deadline.poll(seconds: 5) { try scene.overseer.status().watchers == 0 })
    }

    /// It has read its position and reads no more, while far more ends than a socket holds.
    @Test func `a watcher that does not read is cut, and nobody else waits for it`() throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT_PATIENCE"] = "1000"
        let scene = try Scene(options)
        let attester = AgentKeyPair()
        try scene.overseer.update(Scene.app) { $0.attestationKeys = [attester.publicKey.bytes] }
        let slow = try EndWatcher(try scene.stranger())
        let fast = try EndWatcher(try scene.stranger())
        for _ in 0..<8 {
            let plans = (0..<1_000).map { _ in AgentPlan(task: "many") }
            let agents = try scene.member.spawnBatch(plans, attestedBy: attester)
            let targets = agents.map {
                ReleaseRequestMessage(target: .grant(ByteView(copying: $0.grantID)))
            }
            _ = try scene.member.call(.releaseBatch, ReleaseBatchRequestMessage(items: targets))
            let last = try #require(agents.last)
            let end = End(
                level: "grant", target: String(decoding: last.grantID, as: UTF8.self))
            #expect(try fast.sees([end]))
        }
        let isCut = try Deadline.poll(seconds: 20, everyMilliseconds: 50) {
            try scene.overseer.status().watchers == 1
        }
        #expect(isCut)
        // It comes back from where it was and misses nothing.
        let back = try EndWatcher(try scene.stranger(), after: slow.position)
        let isBack = try Deadline.poll(seconds: 20, everyMilliseconds: 0) {
            try back.next() == nil || back.seen.count >= fast.seen.count
        }
        #expect(isBack)
        #expect(fast.seen.count == 16_000)
        #expect(back.seen == fast.seen)
        #expect(!back.opening.gap)
        _ = try scene.spawn()
    }
}
