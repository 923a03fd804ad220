internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// Four levels; durable before it is answered; descendants die from any hop.
@Suite struct `Revocation through the socket` {
    /// A chain of three below an agent, and a stranger to it.
    private struct Tree {
        let links: [LiveAgent]
        let takers: [LiveAgent]
        let beside: LiveAgent

        init(_ scene: Scene) throws {
            let takers = try (1...3).map { try scene.spawn(task: "taker-\($0)") }
            var links = [try scene.spawn(task: "root", scope: ["read:data:*"])]
            for taker in takers {
                guard let giver = links.last else { break }
                links.append(try scene.member.delegate(from: giver, to: taker))
            }
            self.links = links
            self.takers = takers
            beside = try scene.spawn(task: "beside")
        }

        var all: [LiveAgent] { links + takers + [beside] }
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let level: RevocationLevelMessage
        let target: @Sendable (Tree) -> String
        let count: UInt64
        /// Of the four links, the three delegates' own grants, and the stranger.
        let valid: [Bool]
    }

    private static let (yes, no) = (true, false)

    private static let cases = [
        Case(
            testDescription: "the root's token", level: .token, target: { $0.links[0].tokenID },
            count: 1, valid: [no, no, no, no, yes, yes, yes, yes]),
        Case(
            testDescription: "a middle token", level: .token, target: { $0.links[1].tokenID },
            count: 1, valid: [yes, no, no, no, yes, yes, yes, yes]),
        Case(
            testDescription: "a token that there is not", level: .token,
            target: { _ in String(repeating: "0", count: 32) },
            count: 0, valid: [yes, yes, yes, yes, yes, yes, yes, yes]),
        Case(
            testDescription: "the root's agent", level: .agent, target: { $0.links[0].idText },
            count: 1, valid: [no, no, no, no, yes, yes, yes, yes]),
        Case(
            testDescription: "a delegate's agent", level: .agent, target: { $0.takers[1].idText },
            count: 2, valid: [yes, yes, no, no, yes, no, yes, yes]),
        Case(
            testDescription: "the chain by its root", level: .chain,
            target: { $0.links[0].grantText },
            count: 4, valid: [no, no, no, no, yes, yes, yes, yes]),
        Case(
            testDescription: "the chain by its last grant", level: .chain,
            target: { $0.links[3].grantText },
            count: 4, valid: [no, no, no, no, yes, yes, yes, yes]),
        Case(
            testDescription: "every chain of a delegate", level: .chain,
            target: { $0.takers[1].idText },
            count: 5, valid: [no, no, no, no, yes, no, yes, yes]),
        Case(
            testDescription: "the task of the chain", level: .task, target: { _ in "root" },
            count: 4, valid: [no, no, no, no, yes, yes, yes, yes]),
        Case(
            testDescription: "the task of a delegate", level: .task, target: { _ in "taker-2" },
            count: 1, valid: [yes, yes, no, no, yes, no, yes, yes]),
    ]

    @Test func `each level ends what it names and what hangs on it, and a crash brings none back`()
        throws
    {
        for one in Self.cases {
            let scene = try Scene()
            let tree = try Tree(scene)
            let answer = try scene.overseer.revoke(one.level, one.target(tree))
            #expect(answer.count == one.count, "\(one.testDescription)")
            #expect(try scene.validity(of: tree.all) == one.valid, "\(one.testDescription)")
            try scene.killAndRestart()
            #expect(
                try scene.validity(of: tree.all) == one.valid, "restarted, \(one.testDescription)")
            // Nor does what is dead renew or delegate.
            for (agent, isValid) in zip(tree.all, one.valid) where !isValid {
                let renewal = try scene.member.renewRequest(agent.token, by: agent.key)
                #expect(word(try scene.member.call(.renew, renewal)) == "TOKEN_NOT_VALID")
                guard agent.depth < Hop.maximumDepth else { continue }
                #expect(
                    try scene.member.delegationWord(from: agent, to: tree.beside)
                        == "TOKEN_NOT_VALID")
            }
        }
    }

    @Test func `a revoked task refuses its name until the record is lifted`() throws {
        let scene = try Scene()
        let agent = try scene.spawn(task: "extract")
        let answer = try scene.overseer.revoke(.task, "extract")
        #expect(answer.count == 1)
        #expect(answer.recordID > 0)
        #expect(answer.lapsesAt >= agent.notAfter)
        let plan = AgentPlan(task: "extract")
        #expect(
            word(try scene.member.call(.spawn, try scene.member.spawnRequest(plan)))
                == "TASK_REVOKED")
        try scene.killAndRestart()
        #expect(
            word(try scene.member.call(.spawn, try scene.member.spawnRequest(plan)))
                == "TASK_REVOKED")
        let records = try scene.overseer.revocations()
        #expect(records.map(\.recordID) == [answer.recordID])
        #expect(records.map(\.task) == ["extract"])
        #expect(try scene.overseer.status().revocationRecords == 1)
        #expect(word(try scene.overseer.lift(answer.recordID)) == "OK")
        let next = try scene.spawn(task: "extract")
        #expect(try scene.validity(of: [agent, next]) == [false, true])
        try scene.killAndRestart()
        #expect(try scene.validity(of: [agent, next]) == [false, true])
        #expect(word(try scene.overseer.lift(answer.recordID + 100)) == "REVOCATION_NOT_FOUND")
    }

    @Test func `with allow_new what came before is covered, and nothing after`() throws {
        let scene = try Scene()
        let before = try scene.spawn(task: "extract")
        let answer = try scene.overseer.revoke(.task, "extract", allowNew: true)
        #expect(answer.count == 1)
        let after = try scene.spawn(task: "extract")
        #expect(try scene.validity(of: [before, after]) == [false, true])
        try scene.killAndRestart()
        #expect(try scene.validity(of: [before, after]) == [false, true])
        // The record goes with what it had to cover.
        let isGone = try Deadline.poll(seconds: 5) { try scene.overseer.revocations().isEmpty }
        #expect(isGone)
        #expect(try scene.validity(of: [before, after]) == [false, true])
    }

    @Test func `a task of one orchestration leaves those of others alone`() throws {
        let scene = try Scene()
        let mine = try scene.spawn(AgentPlan(orchestration: "one", task: "extract"))
        let others = try scene.spawn(AgentPlan(orchestration: "two", task: "extract"))
        #expect(try scene.overseer.revoke(.task, "extract", orchestration: "one").count == 1)
        #expect(try scene.validity(of: [mine, others]) == [false, true])
        _ = try scene.spawn(AgentPlan(orchestration: "two", task: "extract"))
        // Until it is swept, what is dead is counted with what lives.
        #expect(try Deadline.poll(seconds: 5) { try scene.overseer.status().liveGrants == 2 })
        #expect(try scene.overseer.revoke(.task, "extract").count == 2)
        #expect(try scene.validity(of: [mine, others]) == [false, false])
    }

    @Test func `a task with many grants is dead at once, and its count is right`() throws {
        let scene = try Scene()
        let attester = AgentKeyPair()
        try scene.overseer.update(Scene.app) { $0.attestationKeys = [attester.publicKey.bytes] }
        var tokens: [[UInt8]] = []
        for _ in 0..<4 {
            let plans = (0..<500).map { _ in AgentPlan(task: "many") }
            tokens += try scene.member.spawnBatch(plans, attestedBy: attester).map(\.token)
        }
        #expect(try scene.member.validCount(of: tokens) == 2_000)
        #expect(try scene.overseer.revoke(.task, "many").count == 2_000)
        #expect(try scene.member.validCount(of: tokens) == 0)
        try scene.killAndRestart()
        #expect(try scene.member.validCount(of: tokens) == 0)
        #expect(
            try Deadline.poll(seconds: 20) { try scene.overseer.status().liveGrants == 0 })
    }

    private struct BadTarget: Sendable {
        let level: RevocationLevelMessage
        let target: String
        var orchestration = ""
        var allowNew = false
    }

    private static let badTargets = [
        BadTarget(level: .unspecified, target: "x"), BadTarget(level: .grant, target: "x"),
        BadTarget(level: RevocationLevelMessage(rawValue: 17), target: "x"),
        BadTarget(level: .token, target: ""), BadTarget(level: .token, target: "0123"),
        BadTarget(level: .token, target: String(repeating: "A", count: 32)),
        BadTarget(level: .agent, target: "orch/task"),
        BadTarget(level: .agent, target: "spiffe://elsewhere/agent/a/b/0000000000000000"),
        BadTarget(level: .task, target: ""), BadTarget(level: .task, target: "a/b"),
        BadTarget(level: .task, target: String(repeating: "t", count: 129)),
        BadTarget(level: .task, target: "t", orchestration: ".."),
        BadTarget(level: .chain, target: "t"),
        BadTarget(level: .chain, target: String(repeating: "0", count: 32), allowNew: true),
        BadTarget(
            level: .token, target: String(repeating: "0", count: 32), orchestration: "o"),
    ]

    @Test func `a target of another form is refused, and nothing ends`() throws {
        let scene = try Scene()
        let agent = try scene.spawn()
        for bad in Self.badTargets {
            var message = RevokeRequestMessage()
            message.level = bad.level
            message.target = bad.target
            message.orchestration = bad.orchestration
            message.allowNew = bad.allowNew
            #expect(
                word(try scene.overseer.call(.revoke, message)) == "INVALID_TARGET", "\(bad)")
        }
        #expect(try scene.member.isValid(agent))
        #expect(try scene.overseer.revocations().isEmpty)
    }

    @Test func `a ceiling that is lowered and an app that is removed end all at once`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 2)
        try scene.overseer.update(Scene.app) { $0.ceiling = ["read:data:*"] }
        #expect(try scene.validity(of: links) == [false, false, false])
        try scene.killAndRestart()
        #expect(try scene.validity(of: links) == [false, false, false])
        let next = try scene.chain(hops: 2)
        #expect(try scene.overseer.removeApp(Scene.app) >= 5)
        #expect(try scene.validity(of: next) == [false, false, false])
        // An app of the same name is another app.
        try scene.broker.createApp(Scene.app)
        #expect(try scene.validity(of: next) == [false, false, false])
        #expect(
            word(try scene.member.call(.spawn, try scene.member.spawnRequest(AgentPlan())))
                == "AUTHENTICATION_REQUIRED")
    }
}
