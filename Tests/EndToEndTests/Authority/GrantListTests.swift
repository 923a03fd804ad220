internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// What an app and the operator see of live grants, and what silence does to them.
@Suite struct `Grants seen through the socket` {
    @Test func `an app lists its own grants, the operator all, in pages`() throws {
        let scene = try Scene()
        try scene.broker.createApp("others")
        let other = try scene.broker.connect(app: "others")
        let links = try scene.chain(hops: 2)
        let theirs = try other.spawn(AgentPlan(orchestration: "theirs", task: "t"))
        let mine = try scene.member.appGrants()
        #expect(mine.count == 5)
        #expect(mine.allSatisfy { $0.app == Scene.app })
        #expect(Set(try scene.member.appGrants(limit: 1).map(\.grantID)).count == 5)
        let all = try scene.overseer.grants(limit: 2)
        #expect(Set(all.map(\.grantID)).count == 6)
        #expect(
            try scene.overseer.grants(app: "others").map(\.grantID)
                == [String(decoding: theirs.grantID, as: UTF8.self)])
        #expect(try scene.overseer.grants(orchestration: "theirs").count == 1)
        // A delegated grant is of its root's work.
        let work = try scene.member.appGrants(task: "root")
        #expect(Set(work.map(\.grantID)) == Set(links.map(\.grantText)))
        let last = try #require(work.first { $0.depth == 2 })
        #expect(last.parentGrantID == links[1].grantText)
        #expect(last.agentID == links[2].idText)
        #expect(mine.contains { $0.grantID == last.holderGrantID && $0.depth == 0 })
        #expect(last.scope == links[2].scope)
        #expect(last.expiresAt == links[2].expiresAt)
        // An app ends what it lists.
        #expect(try scene.member.release(grant: [UInt8](last.parentGrantID.utf8)))
        #expect(try scene.validity(of: links) == [true, false, false])
        #expect(try !other.release(grant: links[0].grant), "another app's")
        #expect(try scene.member.isValid(links[0]))
    }

    @Test func `a listing is refused to who speaks for no app, and for what cannot be`() throws {
        let scene = try Scene()
        let stranger = try scene.stranger()
        #expect(
            word(try stranger.call(.listAppGrants, AppsListGrantsRequestMessage()))
                == "AUTHENTICATION_REQUIRED")
        var message = ListGrantsRequestMessage()
        message.limit = 1_001
        #expect(word(try scene.overseer.call(.listGrants, message)) == "INVALID_QUERY")
        message.limit = 0
        message.cursor = "elsewhere"
        #expect(word(try scene.overseer.call(.listGrants, message)) == "INVALID_QUERY")
        message.cursor = ""
        message.app = "unknown"
        #expect(word(try scene.overseer.call(.listGrants, message)) == "APP_NOT_FOUND")
        message.app = ""
        message.task = "a/b"
        #expect(word(try scene.overseer.call(.listGrants, message)) == "INVALID_QUERY")
    }

    @Test func `a listing shows renewals, uses and what an agent says it is doing`() throws {
        let scene = try Scene()
        let agent = try scene.spawn(lifetimeSeconds: 3_600) {
            $0.ttlSeconds = 300
            $0.maximumUses = 4
        }
        let renewed = try scene.member.renew(agent)
        _ = try scene.member.validate(renewed.token, consuming: true)
        #expect(word(try scene.member.beat(renewed.token, .completing)) == "OK")
        let shown = try #require(try scene.member.appGrants().first)
        #expect(shown.renewals == 1)
        #expect(shown.usesLeft == 3)
        #expect(shown.state == .completing)
        #expect(shown.heartbeatAgeSeconds < 60)
        #expect(shown.notAfter == agent.notAfter)
        #expect(!shown.isFlagged)
    }

    // MARK: Heartbeats

    private func policy(
        _ scene: Scene, _ policy: HeartbeatPolicyMessage, seconds: UInt32 = 1
    ) throws {
        try scene.overseer.update(Scene.app) {
            var terms = UpdateAppRequestMessage.Heartbeat()
            terms.policy = policy
            terms.intervalSeconds = seconds
            $0.heartbeat = terms
        }
    }

    @Test func `a heartbeat tells the expiry, to who has a valid token`() throws {
        let scene = try Scene()
        let agent = try scene.spawn()
        let stranger = try scene.stranger()
        let reply = try stranger.beat(agent.token, .idle)
        #expect(
            try stranger.response(of: reply, as: HeartbeatResponseMessage.self).expiresAt
                == agent.expiresAt)
        #expect(word(try stranger.beat(agent.token.dropLast() + [0x2E])) == "TOKEN_NOT_VALID")
        #expect(try scene.member.release(token: agent.token))
        #expect(word(try stranger.beat(agent.token)) == "TOKEN_NOT_VALID")
    }

    @Test func `an agent that is silent is ended where its app says so`() throws {
        let scene = try Scene()
        try policy(scene, .end)
        let silent = try scene.spawn(task: "silent")
        let taker = try scene.spawn(task: "taker")
        let child = try scene.member.delegate(from: silent, to: taker)
        let talker = try scene.spawn(task: "talker")
        let hasEnded = try Deadline.poll(seconds: 10, everyMilliseconds: 100) {
            _ = try scene.member.beat(talker.token)
            _ = try scene.member.beat(child.token)
            return try !scene.member.isValid(silent)
        }
        #expect(hasEnded)
        // A beat by a delegated token is one of its agent's own grant.
        #expect(try scene.validity(of: [talker, taker, child]) == [true, true, false])
        let end = try #require(
            try scene.overseer.events(ofType: "grant_ended").first {
                $0.grantID == silent.grantText
            })
        #expect(end.reason == "HEARTBEAT_MISSED")
    }

    @Test func `an agent that is silent is marked where its app says so, until it speaks`() throws {
        let scene = try Scene()
        try policy(scene, .flag)
        let agent = try scene.spawn()
        func isFlagged() throws -> Bool { try scene.member.appGrants().first?.isFlagged ?? false }
        #expect(try Deadline.poll(seconds: 10, everyMilliseconds: 50) { try isFlagged() })
        #expect(try scene.member.isValid(agent))
        #expect(try scene.overseer.events(ofType: "heartbeat_missed").count == 1)
        try policy(scene, .flag, seconds: 3_600)
        _ = try scene.member.beat(agent.token)
        #expect(try !isFlagged())
    }

    @Test func `a policy without an interval is refused`() throws {
        let scene = try Scene()
        #expect(throws: RemoteStatus.self) { try policy(scene, .end, seconds: 0) }
        #expect(throws: RemoteStatus.self) { try policy(scene, .end, seconds: 86_401) }
        #expect(throws: RemoteStatus.self) {
            try policy(scene, HeartbeatPolicyMessage(rawValue: 9), seconds: 1)
        }
        try policy(scene, .nothing, seconds: 0)
    }
}
