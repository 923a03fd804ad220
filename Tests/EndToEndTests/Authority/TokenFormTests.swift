internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// By-reference tokens, limited uses, and what a validation may ask for.
@Suite struct `Tokens and their uses through the socket` {
    private func claims(_ response: ValidateResponseMessage) throws -> Claims {
        try #require(Claims(payload: response.claims))
    }

    @Test func `a token by reference fits a header, and the broker knows what it stands for`()
        throws
    {
        let scene = try Scene()
        let links = try scene.chain(hops: 3, byReference: true)
        let token = links[3].token
        #expect(token.count < 512)
        let payload = try #require(Claims(token: token))
        #expect(payload["sub"] == nil)
        #expect(payload.texts("scope").isEmpty)
        let resolved = try claims(try scene.stranger().validate(token))
        #expect(resolved["sub"] == links[3].idText)
        #expect(resolved.texts("delegation_chain").count == 3)
        #expect(resolved.texts("scope") == links[3].scope)
        // Offline it says to ask.
        let chain = try scene.verifyOffline(token).get()
        #expect(chain.isOnline)
        #expect(chain.authority == nil)
        try scene.killAndRestart()
        #expect(try claims(try scene.stranger().validate(token)).json == resolved.json)
        let renewed = try scene.member.renew(links[3])
        #expect(renewed.token.count < 512)
        #expect(try scene.validity(of: [links[3], renewed]) == [false, true])
    }

    @Test func `a chain too long for a token is issued by reference unasked`() throws {
        let long = (0..<32).map { "read:data:" + String(repeating: "x", count: 240) + "\($0)" }
        let scene = try Scene()
        let root = try scene.spawn(AgentPlan(task: "root", scope: long))
        #expect(root.token.count > 8_192)
        #expect(try scene.member.isValid(root))
        let taker = try scene.spawn(task: "taker")
        let child = try scene.member.delegate(from: root, to: taker, scope: [long[0]])
        #expect(child.token.count < 512)
        let response = try scene.member.validate(child.token)
        #expect(response.valid)
        #expect(try claims(response).texts("scope") == [long[0]])
        #expect(response.claims.count > 16_384)
        #expect(try scene.member.renew(child).token.count < 512)
    }

    // MARK: Uses

    @Test func `uses are consumed one by one, and for good, also by a crash right after`() throws {
        let scene = try Scene()
        let agent = try scene.spawn { $0.maximumUses = 3 }
        #expect(Claims(token: agent.token)?.json["online"] == .boolean(true))
        for _ in 0..<3 { #expect(try scene.member.isValid(agent), "to look is no use") }
        #expect(try scene.member.validate(agent.token, consuming: true).usesLeft == 2)
        try scene.killAndRestart()
        #expect(try scene.overseer.validate(agent.token, consuming: true).usesLeft == 1)
        try scene.killAndRestart()
        let last = try scene.member.validate(agent.token, consuming: true)
        #expect(last.valid)
        #expect(last.usesLeft == 0)
        #expect(try !scene.member.isValid(agent))
        try scene.killAndRestart()
        #expect(try !scene.member.isValid(agent))
        #expect(try !scene.member.validate(agent.token, consuming: true).valid)
        #expect(try scene.overseer.events(ofType: "use_consumed").count == 3)
    }

    @Test func `of many that consume at once as many succeed as there are uses`() throws {
        let scene = try Scene()
        let agent = try scene.spawn { $0.maximumUses = 7 }
        let clients = try (0..<16).map { _ in try scene.broker.connect(app: Scene.app) }
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: agent.token)
        message.consumeUse = true
        let streams = try clients.map { ($0, try $0.send(.validate, message)) }
        let answers = try streams.map {
            try $0.response(to: $1, as: ValidateResponseMessage.self)
        }
        #expect(answers.filter(\.valid).map(\.usesLeft).sorted() == [0, 1, 2, 3, 4, 5, 6])
        #expect(answers.count { !$0.valid } == 9)
    }

    @Test func `uses are split among children, and the sum never grows`() throws {
        let scene = try Scene()
        let root = try scene.spawn(AgentPlan(task: "root")) { $0.maximumUses = 5 }
        let taker = try scene.spawn(task: "taker")
        #expect(
            try scene.member.delegationWord(from: root, to: taker) == "USES_VIOLATION",
            "no limit")
        #expect(
            try scene.member.delegationWord(from: root, to: taker) { $0.maximumUses = 6 }
                == "USES_VIOLATION")
        let child = try scene.member.delegate(from: root, to: taker) { $0.maximumUses = 3 }
        #expect(
            try scene.member.delegationWord(from: root, to: taker) { $0.maximumUses = 3 }
                == "USES_VIOLATION", "two are left")
        try scene.killAndRestart()
        func consume(_ agent: LiveAgent) throws -> Int {
            var count = 0
            while try scene.member.validate(agent.token, consuming: true).valid { count += 1 }
            return count
        }
        #expect(try consume(root) == 2)
        #expect(try consume(child) == 3)
        #expect(try scene.verifyOffline(child.token).get().isOnline)
    }

    @Test func `only who speaks for an app, and the operator, may take a use`() throws {
        let scene = try Scene()
        let agent = try scene.spawn { $0.maximumUses = 2 }
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: agent.token)
        message.consumeUse = true
        let stranger = try scene.stranger()
        #expect(word(try stranger.call(.validate, message)) == "AUTHENTICATION_REQUIRED")
        let batch = ValidateBatchRequestMessage(items: [message])
        #expect(word(try stranger.call(.validateBatch, batch)) == "AUTHENTICATION_REQUIRED")
        #expect(try scene.overseer.validate(agent.token, consuming: true).usesLeft == 1)
        // Without a limit there is nothing to take.
        let free = try scene.spawn(task: "free")
        let response = try scene.member.validate(free.token, consuming: true)
        #expect(response.valid)
        #expect(response.usesLeft == 0)
    }

    // MARK: What is asked

    private struct Demand: Sendable {
        let scope: [String]
        var audience = ""
        let isMet: Bool
    }

    private static let demands = [
        Demand(scope: [], isMet: true),
        Demand(scope: ["read:data:7"], isMet: true),
        Demand(scope: ["read:data:*"], isMet: true),
        Demand(scope: ["read:data:7", "write:data:a"], isMet: true),
        Demand(scope: ["write:data:b"], isMet: false),
        Demand(scope: ["write:data:*"], isMet: false),
        Demand(scope: ["read:data:7", "write:data:b"], isMet: false),
        Demand(scope: ["Read:data:7"], isMet: false),
        Demand(scope: [], audience: "https://data.example", isMet: true),
        Demand(scope: [], audience: "https://data.example/", isMet: false),
        Demand(scope: ["read:data:7"], audience: "https://other.example", isMet: false),
    ]

    @Test func `a validation asks for scope and audience, and learns yes or no`() throws {
        let scene = try Scene()
        let plan = AgentPlan(
            scope: ["read:data:*", "write:data:a"], audience: ["https://data.example"])
        let agent = try scene.spawn(plan) { $0.maximumUses = 2 }
        for demand in Self.demands {
            let response = try scene.member.validate(
                agent.token, scope: demand.scope, audience: demand.audience)
            #expect(response.valid == demand.isMet, "\(demand)")
            if !demand.isMet { #expect(response == ValidateResponseMessage()) }
        }
        // What is refused consumes nothing.
        #expect(
            try !scene.member.validate(agent.token, scope: ["write:data:b"], consuming: true)
                .valid)
        #expect(try scene.member.validate(agent.token, consuming: true).usesLeft == 1)
        let reasons = Set(try scene.overseer.events(ofType: "request_refused").map(\.reason))
        #expect(reasons.isSuperset(of: ["SCOPE_VIOLATION", "AUDIENCE_VIOLATION"]))
    }
}
