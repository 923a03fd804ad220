internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// The same grant, a new token; the old one is dead first.
@Suite struct `Renewal through the socket` {
    /// One that may be renewed for an hour.
    private func longLived(_ scene: Scene, _ plan: AgentPlan = AgentPlan()) throws -> LiveAgent {
        try scene.spawn(plan, lifetimeSeconds: 3_600) { $0.ttlSeconds = 300 }
    }

    @Test func `a renewal gives the same grant another token, and the old one is dead`() throws {
        let scene = try Scene()
        let agent = try longLived(scene)
        // Not the app's connection: the agent's key is all that it takes.
        let process = try scene.stranger()
        let renewed = try process.renew(agent)
        #expect(renewed.tokenID != agent.tokenID)
        #expect(renewed.claim("grant") == agent.claim("grant"))
        #expect(renewed.claim("sub") == agent.idText)
        #expect(try scene.validity(of: [agent, renewed]) == [false, true])
        #expect(
            word(try process.call(.renew, try process.renewRequest(agent.token, by: agent.key)))
                == "TOKEN_NOT_VALID")
        try scene.killAndRestart()
        #expect(try scene.validity(of: [agent, renewed]) == [false, true])
        let event = try #require(try scene.overseer.events(ofType: "token_renewed").first)
        #expect(event.tokenID == renewed.tokenID)
        #expect(event.previousTokenID == agent.tokenID)
    }

    @Test func `of many renewals at once exactly one wins`() throws {
        let scene = try Scene()
        let processes = try (0..<16).map { _ in try scene.stranger() }
        for process in processes { try process.openRegistration() }
        for _ in 0..<20 {
            let agent = try longLived(scene)
            let streams = try processes.map { process in
                let request = try process.renewRequest(agent.token, by: agent.key)
                return (process, try process.send(.renew, request))
            }
            let words = try streams.map { word(try $0.reply(to: $1)) }
            #expect(words.count { $0 == "OK" } == 1)
            #expect(words.count { $0 == "TOKEN_NOT_VALID" } == 15)
            #expect(try !scene.member.isValid(agent))
        }
    }

    @Test func `a lost reply is asked for again, also of the next broker`() throws {
        let scene = try Scene()
        let agent = try longLived(scene)
        let id = RenewalNumber.next()
        func again(_ client: WireClient, _ token: [UInt8]) throws -> [UInt8] {
            let request = try client.renewRequest(token, by: agent.key, id: id)
            return try client.issued(.renew, request).token
        }
        let first = try again(try scene.stranger(), agent.token)
        #expect(try again(try scene.stranger(), agent.token) == first)
        #expect(try again(try scene.stranger(), first) == first)
        try scene.killAndRestart()
        #expect(try again(try scene.stranger(), agent.token) == first)
        #expect(try scene.member.validate(first).valid)
        #expect(try !scene.member.isValid(agent))
        // Another id is another renewal, and the old token is no way to it.
        let other = try scene.member.renewRequest(agent.token, by: agent.key)
        #expect(word(try scene.member.call(.renew, other)) == "TOKEN_NOT_VALID")
        // Once the grant has ended nothing is repeated.
        #expect(try scene.member.release(token: first))
        let late = try scene.member.renewRequest(first, by: agent.key, id: id)
        #expect(word(try scene.member.call(.renew, late)) == "TOKEN_NOT_VALID")
    }

    @Test func `who has the token and not the key renews nothing`() throws {
        let scene = try Scene()
        let agent = try longLived(scene)
        let thief = try scene.stranger()
        let stolen = try thief.renewRequest(agent.token, by: AgentKeyPair())
        #expect(word(try thief.call(.renew, stolen)) == "PROOF_INVALID")
        let once = try thief.renewRequest(agent.token, by: agent.key)
        _ = try thief.issued(.renew, once)
        #expect(word(try thief.call(.renew, once)) == "PROOF_REPLAYED")
        #expect(
            word(try scene.member.call(.renew, once)) == "PROOF_INVALID",
            "the same bytes on another connection")
    }

    @Test func `a renewal keeps the scope or narrows it, and never widens it again`() throws {
        let scene = try Scene()
        let agent = try longLived(
            scene, AgentPlan(scope: ["read:data:*", "write:data:a"]))
        func refusal(_ agent: LiveAgent, _ scope: [String]) throws -> String {
            let request = try scene.member.renewRequest(agent.token, by: agent.key, scope: scope)
            return word(try scene.member.call(.renew, request))
        }
        #expect(try refusal(agent, ["read:other:a"]) == "SCOPE_VIOLATION")
        #expect(try refusal(agent, ["write:data:*"]) == "SCOPE_VIOLATION")
        let narrow = try scene.member.renew(agent, scope: ["read:data:7"])
        #expect(Claims(token: narrow.token)?.texts("scope") == ["read:data:7"])
        #expect(try refusal(narrow, ["read:data:*"]) == "SCOPE_VIOLATION")
        #expect(try refusal(narrow, ["write:data:a"]) == "SCOPE_VIOLATION")
        #expect(try scene.member.validate(narrow.token, scope: ["read:data:7"]).valid)
        #expect(try !scene.member.validate(narrow.token, scope: ["read:data:8"]).valid)
    }

    @Test func `a grant with children keeps its scope until they are gone`() throws {
        let scene = try Scene()
        let agent = try longLived(scene, AgentPlan(task: "root", scope: ["read:data:*"]))
        let child = try scene.member.delegate(
            from: agent, to: try scene.spawn(task: "child"), scope: ["read:data:7"])
        let narrower = try scene.member.renewRequest(
            agent.token, by: agent.key, scope: ["read:data:8"])
        #expect(word(try scene.member.call(.renew, narrower)) == "GRANT_HAS_CHILDREN")
        let renewed = try scene.member.renew(agent)
        // The child hangs on the grant and not on its token.
        #expect(try scene.validity(of: [agent, renewed, child]) == [false, true, true])
        #expect(try scene.member.release(token: child.token))
        _ = try scene.member.renew(renewed, scope: ["read:data:8"])
    }

    @Test func `no renewal passes the grant's own end`() throws {
        let scene = try Scene()
        let agent = try scene.spawn(lifetimeSeconds: 40) { $0.ttlSeconds = 30 }
        let asked = try scene.member.renewRequest(agent.token, by: agent.key, seconds: 3_600)
        let told = try scene.member.issued(.renew, asked)
        #expect(told.expiresAt == agent.notAfter)
        let tooLong = try scene.member.renewRequest(told.token, by: agent.key, seconds: 86_401)
        #expect(word(try scene.member.call(.renew, tooLong)) == "INVALID_LIFETIME")
        // One that was to live no longer than its first token.
        let fixed = try scene.spawn { $0.ttlSeconds = 1 }
        #expect(fixed.notAfter == fixed.expiresAt)
        let over = try scene.member.renewRequest(fixed.token, by: fixed.key)
        #expect(
            ["LIFETIME_VIOLATION", "TOKEN_NOT_VALID"].contains(
                word(try scene.member.call(.renew, over))))
    }

    @Test func `a renewal id of another length is refused`() throws {
        let scene = try Scene()
        let agent = try longLived(scene)
        for count in [0, 15, 17, 64] {
            let request = try scene.member.renewRequest(
                agent.token, by: agent.key, id: .init(repeating: 1, count: count))
            #expect(
                word(try scene.member.call(.renew, request)) == "INVALID_RENEWAL_ID", "\(count)")
        }
        #expect(try scene.member.isValid(agent))
    }
}
