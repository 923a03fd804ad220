internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// Launch token, Challenge, Register: an agent's process makes itself known.
@Suite struct `Registration through the socket` {
    @Test func `an agent registers itself with a launch token, on a connection of no app`() throws {
        let scene = try Scene()
        let launch = try scene.member.launchToken(["read:data:*"], agentSeconds: 60)
        #expect(launch.utf8.count == 64)
        #expect(try scene.overseer.status().launchTokens == 1)
        let process = try scene.stranger()
        let opened = try process.openRegistration()
        #expect(opened.expiresInSeconds == 30)
        #expect(opened.trustDomain == "mayfly.local")
        #expect(try process.openRegistration().challenge == opened.challenge)
        let plan = AgentPlan(orchestration: "nightly", task: "extract", scope: ["read:data:7"])
        let told = try process.issued(
            .register, try process.registerRequest(plan, launchToken: launch))
        let claims = try #require(Claims(token: told.token))
        #expect(claims["app_id"] == Scene.app)
        #expect(claims["orch_id"] == "nightly")
        #expect(claims["task_id"] == "extract")
        #expect(claims["proof"] == "agent")
        #expect(claims.texts("scope") == ["read:data:7"])
        // The launch token's longest life, not the app's.
        let now = UInt64(time(nil))
        #expect((now + 50)...(now + 61) ~= told.expiresAt)
        #expect(try process.validate(told.token).valid)
        let status = try scene.overseer.status()
        #expect(status.registered == 1)
        #expect(status.launchTokens == 0)
        #expect(try scene.overseer.events(ofType: "agent_registered").count == 1)
    }

    /// Each request has this fault and all that come after it in the list, and is refused for this.
    @Test func `refusals come in the order of the contract, and burn nothing`() throws {
        let scene = try Scene()
        let launch = try scene.member.launchToken(["read:data:*"], agentSeconds: 60)
        let wrong = String(repeating: "ab", count: 32)
        let process = try scene.stranger()
        // A session without an open registration: it is taken from another connection.
        process.session = scene.member.session
        func refusal(
            _ launchToken: String, scope: [String], seconds: UInt32 = 0, task: String = "task",
            purpose: ProofPurpose = .spawn
        ) throws -> String {
            let plan = AgentPlan(task: task, scope: scope, lifetimeSeconds: seconds)
            return word(
                try process.call(
                    .register,
                    try process.registerRequest(
                        plan, launchToken: launchToken, purpose: purpose)))
        }
        let outside = ["write:data:a"]
        #expect(try refusal(wrong, scope: outside, task: "a/b") == "INVALID_IDENTIFIER")
        #expect(try refusal(wrong, scope: ["read"]) == "INVALID_SCOPE")
        #expect(try refusal(wrong, scope: outside, seconds: 61) == "LAUNCH_TOKEN_INVALID")
        #expect(try refusal(launch, scope: ["admin:x:*"], seconds: 61) == "SCOPE_RESERVED")
        #expect(try refusal(launch, scope: outside, seconds: 61) == "SCOPE_VIOLATION")
        #expect(try refusal(launch, scope: ["read:data:a"], seconds: 61) == "INVALID_LIFETIME")
        #expect(try refusal(launch, scope: ["read:data:a"]) == "CHALLENGE_EXPIRED")
        process.session = nil
        try process.openRegistration()
        #expect(try refusal(launch, scope: ["read:data:a"]) == "PROOF_INVALID")
        #expect(try refusal(launch, scope: ["read:data:a"], purpose: .register) == "OK")
        #expect(try scene.overseer.status().registered == 1)
    }

    @Test func `a launch token is used once, by one of many`() throws {
        let scene = try Scene()
        let launch = try scene.member.launchToken()
        let processes = try (0..<8).map { _ in try scene.stranger() }
        var streams: [(WireClient, StreamID)] = []
        for process in processes {
            try process.openRegistration()
            let request = try process.registerRequest(AgentPlan(), launchToken: launch)
            streams.append((process, try process.send(.register, request)))
        }
        let words = try streams.map { word(try $0.reply(to: $1)) }
        #expect(words.count { $0 == "OK" } == 1)
        #expect(words.count { $0 == "LAUNCH_TOKEN_INVALID" } == 7)
    }

    @Test func `each challenge opens one registration`() throws {
        let scene = try Scene()
        let process = try scene.stranger()
        _ = try process.register(AgentPlan(), launchToken: try scene.member.launchToken())
        let launch = try scene.member.launchToken()
        let plan = AgentPlan(task: "second")
        let early = try process.registerRequest(plan, launchToken: launch)
        #expect(word(try process.call(.register, early)) == "CHALLENGE_EXPIRED")
        try process.openRegistration()
        #expect(
            word(
                try process.call(
                    .register, try process.registerRequest(plan, launchToken: launch))) == "OK")
    }

    /// The same bytes again, wherever they are brought, are no second registration.
    @Test func `a registration is not replayed here, elsewhere, or at another broker`() throws {
        let (scene, other) = (try Scene(), try Scene())
        let process = try scene.stranger()
        try process.openRegistration()
        let launch = try scene.member.launchToken()
        // One that was sent and refused, so that its launch token is still good for a thief.
        let request = try process.registerRequest(AgentPlan(), launchToken: launch)
        let thief = try scene.stranger()
        try thief.openRegistration()
        #expect(word(try thief.call(.register, request)) == "PROOF_INVALID")
        let far = try other.stranger()
        try far.openRegistration()
        #expect(word(try far.call(.register, request)) == "LAUNCH_TOKEN_INVALID")
        #expect(word(try process.call(.register, request)) == "OK")
        try process.openRegistration()
        #expect(word(try process.call(.register, request)) == "LAUNCH_TOKEN_INVALID")
        // With a good launch token too: the number is used up.
        let plan = AgentPlan(task: "next")
        let second = try scene.member.launchToken()
        let again = try process.registerRequest(plan, launchToken: second, sequence: 1)
        #expect(word(try process.call(.register, again)) == "PROOF_REPLAYED")
        #expect(try scene.overseer.status().registered == 1)
    }

    /// The issuer is in what is signed: one secret known to two brokers is no way across.
    @Test func `a proof for another issuer is refused`() throws {
        let scene = try Scene()
        let process = try scene.stranger()
        try process.openRegistration()
        process.session?.issuerDigest = SHA256.digest([UInt8]("other".utf8))
        let request = try process.registerRequest(
            AgentPlan(), launchToken: try scene.member.launchToken())
        #expect(word(try process.call(.register, request)) == "PROOF_INVALID")
    }

    @Test(arguments: [ProofPurpose.spawn, .spawnBatch, .renew])
    func `the proof of another purpose is none of a registration`(purpose: ProofPurpose) throws {
        let scene = try Scene()
        let process = try scene.stranger()
        try process.openRegistration()
        let launch = try scene.member.launchToken()
        let wrong = try process.registerRequest(
            AgentPlan(), launchToken: launch, purpose: purpose)
        #expect(word(try process.call(.register, wrong)) == "PROOF_INVALID")
        let right = try process.registerRequest(AgentPlan(), launchToken: launch)
        #expect(word(try process.call(.register, right)) == "OK")
    }

    @Test func `a launch token outlives a crash, and is used up across one`() throws {
        let scene = try Scene()
        let (kept, used) = (try scene.member.launchToken(), try scene.member.launchToken())
        _ = try scene.stranger().register(AgentPlan(task: "used"), launchToken: used)
        try scene.killAndRestart()
        let process = try scene.stranger()
        try process.openRegistration()
        let replayed = try process.registerRequest(AgentPlan(), launchToken: used)
        #expect(word(try process.call(.register, replayed)) == "LAUNCH_TOKEN_INVALID")
        _ = try process.register(AgentPlan(task: "kept"), launchToken: kept)
    }

    @Test func `a launch token ends with its time, its app's ceiling and its app`() throws {
        let scene = try Scene()
        let process = try scene.stranger()
        try process.openRegistration()
        func refusal(_ launch: String) throws -> String {
            word(
                try process.call(
                    .register, try process.registerRequest(AgentPlan(), launchToken: launch)))
        }
        let short = try scene.member.launchToken(seconds: 1)
        let isGone = try Deadline.poll(seconds: 5, everyMilliseconds: 50) {
            try scene.overseer.status().launchTokens == 0
        }
        #expect(isGone)
        #expect(try refusal(short) == "LAUNCH_TOKEN_INVALID")
        let lowered = try scene.member.launchToken()
        try scene.overseer.update(Scene.app) { $0.ceiling = ["read:data:customer-1"] }
        #expect(try refusal(lowered) == "LAUNCH_TOKEN_INVALID")
        let orphan = try scene.member.launchToken(["read:data:customer-1"])
        _ = try scene.overseer.removeApp(Scene.app)
        #expect(try refusal(orphan) == "LAUNCH_TOKEN_INVALID")
    }

    @Test func `who crashed registers again and takes its task over`() throws {
        let scene = try Scene()
        let key = AgentKeyPair()
        let plan = AgentPlan(task: "extract", key: key)
        let crashed = try scene.stranger().register(
            plan, launchToken: try scene.member.launchToken())
        let other = try scene.spawn(task: "other")
        let process = try scene.stranger()
        try process.openRegistration()
        let launch = try scene.member.launchToken()
        let beside = try process.registerRequest(plan, launchToken: launch)
        #expect(word(try process.call(.register, beside)) == "KEY_IN_USE")
        let next = try process.register(plan, launchToken: launch, supersede: true)
        #expect(next.agentID != crashed.agentID)
        #expect(try !process.validate(crashed.token).valid)
        #expect(try process.validate(next.token).valid)
        #expect(try process.isValid(other))
        try scene.killAndRestart()
        #expect(try !scene.member.validate(crashed.token).valid)
        #expect(try scene.member.validate(next.token).valid)
    }

    @Test func `wrong launch tokens hold up nobody who brings a right one`() throws {
        let scene = try Scene()
        let good = try scene.member.launchToken()
        let process = try scene.stranger()
        try process.openRegistration()
        var words: [String] = []
        for number in 0..<12 {
            let wrong = try process.registerRequest(
                AgentPlan(), launchToken: String(repeating: "c\(number % 10)", count: 32))
            words.append(word(try process.call(.register, wrong)))
        }
        #expect(words.allSatisfy { $0 == "LAUNCH_TOKEN_INVALID" })
        // A secret of 256 bits is not guessed: whoever shares the uid is not made to wait.
        _ = try process.register(AgentPlan(), launchToken: good)
    }

    /// The one test that waits: the windows of thirty seconds, all in one.
    @Test func `after thirty seconds a challenge is old, and a renewal id is a new one`()
        async throws
    {
        let scene = try Scene()
        let process = try scene.stranger()
        try process.openRegistration()
        let launch = try scene.member.launchToken(seconds: 60)
        let agent = try scene.spawn(lifetimeSeconds: 3_600) { $0.ttlSeconds = 300 }
        let id = RenewalNumber.next()
        func renewed(_ token: [UInt8]) throws -> [UInt8] {
            try scene.member.issued(
                .renew, try scene.member.renewRequest(token, by: agent.key, id: id)
            ).token
        }
        let first = try renewed(agent.token)
        #expect(try renewed(agent.token) == first)

        try await Task.sleep(for: .seconds(31))

        let late = try process.registerRequest(AgentPlan(task: "late"), launchToken: launch)
        #expect(word(try process.call(.register, late)) == "CHALLENGE_EXPIRED")
        _ = try process.register(AgentPlan(task: "late"), launchToken: launch)
        let dead = try scene.member.renewRequest(agent.token, by: agent.key, id: id)
        #expect(word(try scene.member.call(.renew, dead)) == "TOKEN_NOT_VALID")
        #expect(try renewed(first) != first)
        #expect(try !scene.member.validate(first).valid)
    }
}
