internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// What a verifier has of a live broker: keys, the stream of ends, and a clock that cannot be tricked.
@Suite struct TrustTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    // MARK: The stream of ends

    @Test func `an end is in the stream after it is acknowledged, also from a position`() throws {
        let broker = try BrokerProcess.start()
        try broker.createApp("app")
        let client = try broker.connect(app: "app")
        let first = try client.spawn(AgentPlan(task: "first"))
        let stream = try EndStream(try broker.connect())
        let greeting = try stream.message()
        #expect(greeting.digests.isEmpty && !greeting.gap && greeting.firstIssueAt > 0)

        #expect(try client.release(token: first.token))
        let seen = try stream.find("grant", text(first.grantID))
        #expect(seen.digests.count == 2)

        let second = try client.spawn(AgentPlan(task: "second"))
        #expect(try client.release(token: second.token))
        // One that was away goes on from what it had, and is not given what it had again.
        let other = try EndStream(try broker.connect(), after: seen.position)
        #expect(try !other.message().gap)
        let missed = try other.message()
        let followed = try stream.find("agent", text(second.agentID))
        #expect(missed.digests == followed.digests)
        #expect(missed.position <= followed.position)
    }

    @Test func `a stream from the beginning has the ends of before a restart`() throws {
        let first = try BrokerProcess.start()
        try first.createApp("app")
        let client = try first.connect(app: "app")
        let agent = try client.spawn()
        #expect(try client.release(token: agent.token))
        first.kill9()
        let second = try BrokerProcess.start(home: first.home)
        let stream = try EndStream(try second.connect())
        #expect(try !stream.message().gap)
        _ = try stream.find("grant", text(agent.grantID))
    }

    @Test func `a position that the log does not have is a gap`() throws {
        let broker = try BrokerProcess.start()
        let stream = try EndStream(try broker.connect(), after: 1_000_000)
        #expect(try stream.message().gap)
    }

    @Test func `a connection has one stream, and the operator's socket none`() throws {
        let broker = try BrokerProcess.start()
        let stream = try EndStream(try broker.connect())
        _ = try stream.message()
        _ = try stream.client.send(.watchRevocations, WatchRevocationsRequestMessage())
        #expect(try stream.end() == .end(reason: "WATCHERS_EXHAUSTED"))
        let wrong = try EndStream(try broker.connectOperator())
        #expect(try wrong.next() == .end(reason: "WRONG_SOCKET"))
    }

    @Test func `a broker that stops ends the stream and says so`() throws {
        let broker = try BrokerProcess.start()
        let stream = try EndStream(try broker.connect())
        _ = try stream.message()
        #expect(try broker.stop() == .status(0))
        #expect(try stream.end() == .end(reason: "SHUTTING_DOWN"))
    }

    /// A watcher that reads nothing must cost what one may, and nobody else anything.
    @Test func `a watcher that does not read is cut, and others go on`() throws {
        let broker = try BrokerProcess.start()
        let key = AgentPlan().key
        try broker.createApp("app", attestationKeys: [key.publicKey.bytes])
        let idle = try EndStream(try broker.connect())
        _ = try idle.message()
        let reader = try EndStream(try broker.connect(app: "app"))
        _ = try reader.message()
        let client = try broker.connect(app: "app")
        var last: SpawnedAgentMessage?
        var isCut = false
        for round in 0..<200 where !isCut {
            let plans = (0..<256).map { AgentPlan(task: "task-\(round)-\($0)") }
            let agents = try client.spawnBatch(plans, attestedBy: key)
            let batch = ReleaseBatchRequestMessage(
                items: agents.map {
                    ReleaseRequestMessage(target: .token(ByteView(copying: $0.token)))
                })
            _ = try client.call(.releaseBatch, batch)
            last = agents.last
            let grant = text(try #require(last).grantID)
            _ = try reader.find("grant", grant)
            isCut = try broker.connectOperator().metrics().contains(
                "mayfly_limit_hits_total{limit=\"slow_watcher\"} 1\n")
        }
        #expect(isCut)
        // What the kernel holds can still be read, and then the end.
        #expect(throws: WireClient.Failure.closed) {
            while case .message = try idle.next() {}
        }
    }

    // MARK: Keys

    @Test func `a rotated key is told, old tokens live on, an emergency ends them`() throws {
        let broker = try BrokerProcess.start()
        try broker.createApp("app")
        let client = try broker.connect(app: "app")
        let old = try client.spawn(AgentPlan(task: "old"))
        let rotated = try broker.connectOperator().rotateKey()
        let new = try client.spawn(AgentPlan(task: "new"))
        #expect(try client.validate(old.token).valid)
        #expect(try client.validate(new.token).valid)
        let keys = try client.keys().keys.filter { $0.use == .token }
        #expect(keys.count == 2)
        #expect(keys.filter { $0.notAfter == 0 }.map(\.kid) == [rotated.kid])
        broker.kill9()

        let again = try BrokerProcess.start(home: broker.home)
        let other = try again.connect(app: "app")
        #expect(try other.validate(old.token).valid)
        #expect(try other.validate(new.token).valid)
        let emergency = try again.connectOperator().rotateKey(emergency: true)
        #expect(try !other.validate(old.token).valid)
        #expect(try !other.validate(new.token).valid)
        #expect(try other.keys().keys.filter { $0.use == .token }.map(\.kid) == [emergency.kid])
        let newest = try other.spawn(AgentPlan(task: "newest"))
        again.kill9()

        let last = try BrokerProcess.start(home: broker.home)
        #expect(try last.connect().validate(newest.token).valid)
        #expect(try !last.connect().validate(new.token).valid)
    }

    @Test func `a key file from before a rotation is refused`() throws {
        let broker = try BrokerProcess.start()
        let home = broker.home
        let old = home.keyFile + ".old"
        #expect(link(home.keyFile, old) == 0)
        _ = try broker.connectOperator().rotateKey()
        #expect(try broker.stop() == .status(0))
        #expect(rename(old, home.keyFile) == 0)
        let refused = try BrokerProcess(launching: BrokerProcess.Options(), home: home)
        #expect(try refused.waitForExit(seconds: 30) == .status(77))
    }

    // MARK: Time

    private func jump(_ home: BrokerProcess.Home, to milliseconds: Int64) throws {
        let path = home.directory.path + "/wall"
        let file = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let text = Array("\(milliseconds)".utf8)
        #expect(write(file, text, text.count) == text.count)
        close(file)
        #expect(rename(path + ".new", path) == 0)
    }

    private static let year: Int64 = 31_557_600_000

    @Test(arguments: [-10 * year, -60_000, 60_000, 10 * year])
    func `a clock that jumps ends nothing, stops issuing, and is accepted`(step: Int64) throws {
        let home = try BrokerProcess.Home()
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT_WALL_CLOCK"] = home.directory.path + "/wall"
        let broker = try BrokerProcess.start(options, home: home)
        try broker.createApp("app")
        let client = try broker.connect(app: "app")
        let agent = try client.spawn(AgentPlan(task: "before"))

        try jump(home, to: step)
        #expect(try client.validate(agent.token).valid)
        let refused = #expect(throws: RemoteStatus.self) {
            try client.spawn(AgentPlan(task: "during"))
        }
        #expect(refused?.reason == "CLOCK_DEVIATES")
        let status = try broker.connectOperator().status()
        #expect(abs(status.clockDeviationMilliseconds - step) < 5_000)

        let accepted = try broker.connectOperator().call(
            .acceptTime, AcceptTimeRequestMessage(), as: AcceptTimeResponseMessage.self)
        #expect(abs(accepted.shiftedMilliseconds - step) < 5_000)
        let after = try client.spawn(AgentPlan(task: "after"))
        #expect(try client.validate(agent.token).valid)
        broker.kill9()

        let again = try BrokerProcess.start(options, home: home)
        let other = try again.connect(app: "app")
        #expect(try other.validate(agent.token).valid)
        #expect(try other.validate(after.token).valid)
        _ = try other.spawn(AgentPlan(task: "again"))
    }

    @Test func `a clock that goes wrong by a second stops nothing`() throws {
        let home = try BrokerProcess.Home()
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT_WALL_CLOCK"] = home.directory.path + "/wall"
        let broker = try BrokerProcess.start(options, home: home)
        try broker.createApp("app")
        for step: Int64 in [-1_000, 1_000] {
            try jump(home, to: step)
            _ = try broker.connect(app: "app").spawn(AgentPlan(task: "at\(step)"))
        }
    }

    // MARK: Metrics

    @Test func `metrics count what was asked and what was refused`() throws {
        let broker = try BrokerProcess.start()
        try broker.createApp("app")
        let client = try broker.connect(app: "app")
        _ = try client.spawn()
        var plan = AgentPlan(task: "other")
        plan.scope = ["write:data:customer-1"]
        #expect(throws: RemoteStatus.self) { try client.spawn(plan) }
        let text = try broker.connectOperator().metrics()
        for line in [
            "mayfly_request_duration_seconds_count{method=\"Agents.Spawn\"} 2",
            "mayfly_refusals_total{reason=\"SCOPE_VIOLATION\"} 1", "mayfly_live_grants 1",
            "mayfly_grants_made_total{way=\"spawn\"} 1", "mayfly_apps 1",
            "mayfly_signing_keys{state=\"current\"} 1", "mayfly_issuing_stopped 0",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
    }
}
