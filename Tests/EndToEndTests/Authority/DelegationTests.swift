internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// A narrower grant for another live agent, out of a hop that the delegator signed.
@Suite struct `Delegation through the socket` {
    @Test func `a chain of five is valid, and verified by who has only the broker's key`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 5)
        #expect(try scene.validity(of: links).allSatisfy { $0 })
        for link in links {
            let chain = try scene.verifyOffline(link.token).get()
            #expect(chain.grant.description == link.grantText)
            #expect(!chain.isOnline)
            let authority = try #require(chain.authority)
            #expect(authority.subject.bytes == link.id)
            #expect(
                authority.lineage.map(\.grant.description)
                    == links.prefix(Int(link.depth) + 1).map(\.grantText))
        }
        let last = try #require(links.last)
        let claims = try #require(Claims(token: last.token))
        #expect(claims["task_id"] == "root")
        #expect(claims.texts("delegation_chain").count == 5)
        #expect(claims["chain_hash"]?.prefix(32) == last.grantText[...])
        // A sixth is one too many.
        let sixth = try scene.spawn(task: "sixth")
        #expect(try scene.member.delegationWord(from: last, to: sixth) == "DEPTH_EXCEEDED")
        let event = try #require(try scene.overseer.events(ofType: "delegation_created").first)
        #expect(event.depth == 5)
        #expect(event.chainHash == claims["chain_hash"])
        #expect(event.parentGrantID == links[4].grantText)
    }

    @Test func `a chain outlives a crash, and one link that goes takes what is below`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 5)
        try scene.killAndRestart()
        #expect(try scene.validity(of: links) == [true, true, true, true, true, true])
        #expect(try scene.member.release(token: links[2].token))
        #expect(try scene.validity(of: links) == [true, true, false, false, false, false])
        try scene.killAndRestart()
        #expect(try scene.validity(of: links) == [true, true, false, false, false, false])
        // Offline all of it still looks good: only the broker and the stream know.
        #expect(throws: Never.self) { try scene.verifyOffline(links[5].token).get() }
    }

    @Test func `what was delegated ends with the delegate's own grant too`() throws {
        let scene = try Scene()
        let root = try scene.spawn(task: "root")
        let taker = try scene.spawn(task: "taker")
        let child = try scene.member.delegate(from: root, to: taker)
        #expect(try scene.member.release(token: taker.token))
        #expect(try scene.validity(of: [root, child]) == [true, false])
        try scene.killAndRestart()
        #expect(try scene.validity(of: [root, child]) == [true, false])
    }

    @Test func `a delegate may release its own part, and no more ends`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 1)
        #expect(try scene.stranger().release(token: links[1].token))
        #expect(try scene.validity(of: links) == [true, false])
    }

    @Test func `the expiry is the earliest of all that the grant hangs on`() throws {
        let scene = try Scene()
        let root = try scene.spawn(AgentPlan(task: "root"), lifetimeSeconds: 3_600) {
            $0.ttlSeconds = 200
        }
        let short = try scene.spawn(AgentPlan(task: "short", lifetimeSeconds: 100))
        let long = try scene.spawn(AgentPlan(task: "long", lifetimeSeconds: 3_000))
        let held = try scene.member.delegate(from: root, to: short)
        #expect(held.expiresAt == short.expiresAt)
        let parented = try scene.member.delegate(from: root, to: long)
        #expect(parented.expiresAt == root.expiresAt)
        let asked = try scene.member.delegate(from: root, to: long) {
            $0.expiresAtSeconds = root.expiresAt - 100
        }
        #expect(asked.expiresAt == root.expiresAt - 100)
        #expect(
            try scene.member.delegationWord(from: root, to: long) {
                $0.expiresAtSeconds = root.notAfter + 1
            } == "LIFETIME_VIOLATION")
        #expect(
            try scene.member.delegationWord(from: root, to: long) {
                $0.expiresAtSeconds = $0.issuedAtSeconds
            } == "LIFETIME_VIOLATION")
        // A renewal of the parent lets the child's renewals go further, to the parent's new end.
        let renewed = try scene.member.renew(root)
        let again = try scene.member.renew(parented)
        #expect(again.expiresAt <= renewed.expiresAt)
        #expect(again.expiresAt <= long.expiresAt)
        #expect(throws: Never.self) { try scene.verifyOffline(again.token).get() }
    }

    // MARK: What a hop may not be

    private struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let expected: String
        let edit: @Sendable (inout Hop.Content) -> Void

        init(
            _ name: String, _ expected: String,
            _ edit: @escaping @Sendable (inout Hop.Content) -> Void
        ) {
            testDescription = name
            self.expected = expected
            self.edit = edit
        }
    }

    private static let faults = [
        Fault("another issuer", "PROOF_INVALID") { hop in
            if let issuer = IssuerText("mayfly2") { hop.issuer = issuer }
        },
        Fault("another challenge", "PROOF_INVALID") { hop in
            if let other = Challenge([UInt8](repeating: 7, count: 32)) { hop.challenge = other }
        },
        Fault("number 0", "PROOF_REPLAYED") { $0.proofSequence = 0 },
        Fault("another delegator", "HOP_MISMATCH") { $0.delegator = $0.delegate },
        Fault("another delegate", "DELEGATE_UNKNOWN") { hop in
            let unknown = "spiffe://mayfly.local/agent/orch/task/0000000000000000"
            if let agent = AgentURI(unknown) { hop.delegate = agent }
        },
        Fault("another trust domain", "INVALID_HOP") { hop in
            let foreign = "spiffe://elsewhere/agent/orch/task/0000000000000000"
            if let agent = AgentURI(foreign) { hop.delegate = agent }
        },
        Fault("another key of the delegate", "DELEGATE_UNKNOWN") {
            $0.delegateKey = AgentKeyPair().publicKey
        },
        Fault("more held than is held", "HOP_MISMATCH") { hop in
            if let scope = ScopeText("read:data:*") { hop.held = [scope] }
        },
        Fault("a wider scope", "SCOPE_VIOLATION") { hop in
            if let scope = ScopeText("read:data:*") { hop.scope = [scope] }
        },
        Fault("another action", "SCOPE_VIOLATION") { hop in
            if let scope = ScopeText("write:data:a") { hop.scope = [scope] }
        },
        Fault("one scope too many", "SCOPE_VIOLATION") { hop in
            if let scope = ScopeText("read:data:b") { hop.scope.append(scope) }
        },
        Fault("a reserved scope", "SCOPE_RESERVED") { hop in
            if let scope = ScopeText("admin:revoke:*") { hop.scope = [scope] }
        },
        Fault("an audience that is not the parent's", "AUDIENCE_VIOLATION") { hop in
            if let audience = AudienceText("https://other.example") { hop.audience = [audience] }
        },
        Fault("31 seconds old", "HOP_EXPIRED") { $0.issuedAtSeconds -= 32 },
        Fault("6 seconds ahead", "HOP_EXPIRED") { $0.issuedAtSeconds += 7 },
        Fault("another parent", "HOP_MISMATCH") { $0.parent = GrantReference(high: 1, low: 2) },
        Fault("a depth too deep", "HOP_MISMATCH") { $0.depth = 2 },
        Fault("another link before", "HOP_MISMATCH") { $0.previous = SHA256.digest([1]) },
    ]

    @Test func `a hop that does not follow from its parent is refused for what is wrong`() throws {
        let scene = try Scene()
        let root = try scene.spawn(
            AgentPlan(task: "root", scope: ["read:data:a"], audience: ["https://data.example"]))
        let taker = try scene.spawn(task: "taker")
        for fault in Self.faults {
            #expect(
                try scene.member.delegationWord(from: root, to: taker, fault.edit)
                    == fault.expected, "\(fault.testDescription)")
        }
        #expect(try scene.overseer.status().delegated == 0)
        _ = try scene.member.delegate(from: root, to: taker)
    }

    @Test func `who has the token and not the key delegates nothing`() throws {
        let scene = try Scene()
        let root = try scene.spawn(task: "root")
        let taker = try scene.spawn(task: "taker")
        let thief = AgentKeyPair()
        let client = try scene.stranger()
        #expect(
            try client.delegationWord(from: root, to: taker, signedBy: thief) == "PROOF_INVALID")
        #expect(
            try client.delegationWord(from: root, to: taker, signedBy: thief) {
                $0.delegatorKey = thief.publicKey
            } == "HOP_MISMATCH")
    }

    @Test func `a hop makes one grant, on its own connection`() throws {
        let scene = try Scene()
        let root = try scene.spawn(task: "root")
        let taker = try scene.spawn(task: "taker")
        let client = try scene.stranger()
        let hop = Hop.sign(try client.hopContent(from: root, to: taker), with: root.key)
        let request = client.delegateRequest(root.token, hop)
        let other = try scene.stranger()
        try other.openRegistration()
        #expect(word(try other.call(.delegate, request)) == "PROOF_INVALID")
        #expect(word(try client.call(.delegate, request)) == "OK")
        #expect(word(try client.call(.delegate, request)) == "PROOF_REPLAYED")
        #expect(try scene.overseer.status().delegated == 1)
        let second = client.delegateRequest(
            taker.token,
            Hop.sign(try client.hopContent(from: root, to: taker), with: root.key))
        #expect(word(try client.call(.delegate, second)) == "HOP_MISMATCH", "another's token")
    }

    @Test func `across apps both have to allow it`() throws {
        let scene = try Scene()
        try scene.broker.createApp("others")
        let other = try scene.broker.connect(app: "others")
        let plan = AgentPlan(orchestration: "theirs", task: "taker")
        let told = try other.issued(.spawn, try other.spawnRequest(plan))
        let taker = try LiveAgent(told, plan, describedBy: other)
        let root = try scene.spawn(task: "root")
        #expect(try scene.member.delegationWord(from: root, to: taker) == "CROSS_APP_DELEGATION")
        try scene.overseer.update(Scene.app) { $0.crossAppDelegation = true }
        #expect(try scene.member.delegationWord(from: root, to: taker) == "CROSS_APP_DELEGATION")
        try scene.overseer.update("others") { $0.crossAppDelegation = true }
        let child = try scene.member.delegate(from: root, to: taker)
        // The work is the delegator's.
        #expect(child.claim("app_id") == Scene.app)
        #expect(child.claim("orch_id") == "orch")
        #expect(try scene.validity(of: [child]) == [true])
        // The delegate's app goes, and with it what holds the grant.
        _ = try scene.overseer.removeApp("others")
        #expect(try scene.validity(of: [root, child]) == [true, false])
    }

    @Test func `describe shows the public face of a live agent, and of no other`() throws {
        let scene = try Scene()
        let agent = try scene.spawn(lifetimeSeconds: 900)
        let face = try scene.stranger().describe(agent.id)
        #expect(face.publicKey == agent.key.publicKey.bytes)
        #expect(face.grantID == agent.grant)
        #expect(face.expiresAt == agent.expiresAt)
        let root = try #require(face.root.withUnsafeBytes { RootStatement(parsing: $0) })
        #expect(root.agent.bytes == agent.id)
        #expect(root.notAfterSeconds == face.notAfter)
        func refusal(_ id: String) throws -> String {
            var message = DescribeRequestMessage()
            message.agentID = ByteView(copying: id)
            return word(try scene.member.call(.describe, message))
        }
        #expect(
            try refusal("spiffe://mayfly.local/agent/orch/task/0000000000000000")
                == "DELEGATE_UNKNOWN")
        #expect(try refusal(agent.idText.uppercased()) == "INVALID_IDENTIFIER")
        #expect(try refusal("") == "INVALID_IDENTIFIER")
        #expect(try scene.member.release(token: agent.token))
        #expect(try refusal(agent.idText) == "DELEGATE_UNKNOWN")
    }
}
