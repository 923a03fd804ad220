internal import Glibc
internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire
internal import Testing

/// What was observed to be wrong with AgentWrit 2.0.0, one test each, through the socket: each
/// shows that a broker of ours does not do it.
@Suite struct `Faults of AgentWrit` {
    @Test func `Rival's fault 1: an app's agent is given the app's or the operator's own rights`()
        throws
    {
        let scene = try Scene()
        let reserved = ["app:launch-tokens:*", "admin:revoke:*", "admin:launch-tokens:*"]
        for scope in reserved {
            var app = AppMessage()
            app.name = "climber"
            app.ceiling = [scope]
            let creation = CreateAppRequestMessage(app: app)
            #expect(word(try scene.overseer.call(.createApp, creation)) == "INVALID_SCOPE")
            var change = UpdateAppRequestMessage(name: Scene.app)
            change.ceiling = ["read:data:*", scope]
            #expect(word(try scene.overseer.call(.updateApp, change)) == "INVALID_SCOPE")
            let spawn = try scene.member.spawnRequest(AgentPlan(scope: [scope]))
            #expect(word(try scene.member.call(.spawn, spawn)) == "SCOPE_RESERVED")
            var launch = CreateLaunchTokenRequestMessage()
            launch.ceiling = [scope]
            #expect(word(try scene.member.call(.createLaunchToken, launch)) == "SCOPE_RESERVED")
        }
        // Nor does any token open what is an app's or the operator's.
        let holder = try scene.stranger()
        try holder.openRegistration()
        var launch = CreateLaunchTokenRequestMessage()
        launch.ceiling = ["read:data:*"]
        #expect(
            word(try holder.call(.createLaunchToken, launch)) == "AUTHENTICATION_REQUIRED")
        #expect(word(try holder.call(.status, StatusRequestMessage())) == "OPERATOR_ONLY")
    }

    @Test func `Rival's fault 2: a delegated token outlives its parent`() throws {
        let scene = try Scene()
        let taker = try scene.spawn(AgentPlan(task: "taker", lifetimeSeconds: 86_400))
        let parent = try scene.spawn(AgentPlan(task: "parent", lifetimeSeconds: 60))
        #expect(
            try scene.member.delegationWord(from: parent, to: taker) {
                $0.expiresAtSeconds += 86_340
            } == "LIFETIME_VIOLATION")
        let child = try scene.member.delegate(from: parent, to: taker)
        #expect(child.expiresAt <= parent.expiresAt)
        #expect(try scene.member.release(token: parent.token))
        #expect(try scene.validity(of: [parent, child, taker]) == [false, false, true])
        // With its time it ends as well.
        let short = try scene.spawn(AgentPlan(task: "short", lifetimeSeconds: 1))
        let brief = try scene.member.delegate(from: short, to: taker)
        #expect(try Deadline.poll(seconds: 5) { try !scene.member.isValid(brief) })
    }

    @Test func `Rival's fault 3: a revocation leaves part of the chain alive`() throws {
        for revoked in 0..<3 {
            let scene = try Scene()
            let links = try scene.chain(hops: 2)
            let level: RevocationLevelMessage = revoked == 2 ? .chain : .token
            let target = revoked == 2 ? links[2].grantText : links[revoked].tokenID
            _ = try scene.overseer.revoke(level, target)
            let expected = [[false, false, false], [true, false, false], [false, false, false]]
            #expect(try scene.validity(of: links) == expected[revoked])
        }
        // At agent level, the middle and the first.
        for revoked in 0..<2 {
            let scene = try Scene()
            let links = try scene.chain(hops: 2)
            _ = try scene.overseer.revoke(.agent, links[revoked].idText)
            #expect(
                try scene.validity(of: links)
                    == [[false, false, false], [true, false, false]][revoked])
        }
    }

    @Test func `Rival's fault 4: a delegation proves nothing to anybody`() throws {
        let scene = try Scene()
        let links = try scene.chain(hops: 3)
        let claims = try #require(Claims(token: links[3].token))
        let hops = try claims.texts("delegation_chain").map { text in
            try #require(Hop(parsing: [UInt8](text.utf8)))
        }
        var previous = SHA256.digest(links[0].lastLink)
        for (hop, (giver, taker)) in zip(hops, zip(links, links.dropFirst())) {
            #expect(hop.content.delegator.bytes == giver.id)
            #expect(hop.content.delegate.bytes == taker.id)
            #expect(hop.content.delegateKey == taker.key.publicKey)
            #expect(hop.content.scope.map(\.description) == taker.scope)
            #expect(hop.content.previous == previous)
            #expect(hop.isSigned)
            previous = hop.digest
        }
        #expect(try scene.verifyOffline(links[3].token).get().authority?.lineage.count == 4)
        // With the broker's own key one who owns the broker still forges no delegation.
        let signer = try scene.brokerSigner()
        let payload = LivePayload(of: links[3].token)
        let dropped = payload.replacing("delegation_chain") { _ in
            "[\"" + claims.texts("delegation_chain").dropFirst().joined(separator: "\",\"") + "\"]"
        }
        let forged = dropped.token(by: signer)
        #expect(throws: ChainRefusal.hopOrder) { try scene.verifyOffline(forged).get() }
        #expect(try !scene.member.validate(forged).valid)
    }

    @Test func `Rival's fault 5: what was released or revoked is valid again after a crash`() throws
    {
        let scene = try Scene()
        let attester = AgentKeyPair()
        try scene.overseer.update(Scene.app) { $0.attestationKeys = [attester.publicKey.bytes] }
        let agents = try scene.member.spawnBatch(
            (0..<640).map { _ in AgentPlan() }, attestedBy: attester)
        let clients = try (0..<16).map { _ in try scene.stranger() }
        var sent: [(WireClient, StreamID, [UInt8])] = []
        for (number, agent) in agents.enumerated() {
            let client = clients[number % clients.count]
            let release = ReleaseRequestMessage(target: .token(ByteView(copying: agent.token)))
            sent.append((client, try client.send(.release, release), agent.token))
        }
        let revoked = try scene.spawn(task: "revoked")
        _ = try scene.overseer.revoke(.token, revoked.tokenID)
        scene.broker.kill9()
        // What came before the end was promised.
        var released: [[UInt8]] = []
        for (client, stream, token) in sent {
            if let reply = try? client.reply(to: stream), reply.status == nil {
                released.append(token)
            }
        }
        try scene.killAndRestart()
        #expect(!released.isEmpty)
        #expect(try scene.member.validCount(of: released) == 0)
        #expect(try !scene.member.isValid(revoked))
    }

    @Test func `Rival's fault 6: two renewals of one token both succeed`() throws {
        let scene = try Scene()
        let clients = try (0..<8).map { _ in try scene.stranger() }
        for client in clients { try client.openRegistration() }
        for _ in 0..<50 {
            let agent = try scene.spawn(lifetimeSeconds: 3_600) { $0.ttlSeconds = 300 }
            let streams = try clients.map { client in
                let request = try client.renewRequest(agent.token, by: agent.key)
                return (client, try client.send(.renew, request))
            }
            #expect(try streams.count { try $0.reply(to: $1).status == nil } == 1)
        }
    }

    @Test func `Rival's fault 7: an audit that was changed or cut looks sound`() throws {
        let scene = try Scene()
        _ = try scene.spawn(task: "first-secret-work")
        #expect(
            word(
                try scene.member.call(
                    .spawn,
                    try scene.member.spawnRequest(
                        AgentPlan(task: "a|b")))) == "INVALID_IDENTIFIER",
            "fields cannot run together")
        let keys = try scene.overseer.keys().keys
        let line = try #require(keys.first { $0.use == .checkpoint }?.verifierKey)
        let key = try #require(NoteVerifierKey(line))
        let home = scene.broker.home
        #expect(try scene.broker.stop() == .status(0))
        let early = contents(ofFile: home.database)
        try scene.startNext()
        _ = try scene.spawn(task: "second-secret-work")
        let size = try scene.overseer.status().logPosition
        var held = ""
        let isCovered = try Deadline.poll(seconds: 10, everyMilliseconds: 50) {
            held = try scene.overseer.call(
                .checkpoint, CheckpointRequestMessage(), as: CheckpointResponseMessage.self
            ).checkpoint
            return held.split(separator: "\n").dropFirst().first.flatMap { UInt64($0) } ?? 0 >= size
        }
        #expect(isCovered)
        #expect(try scene.broker.stop() == .status(0))
        func fault() throws -> AuditFault? {
            try AuditVerifier(path: home.database, key: key).verify(held: held).fault
        }
        #expect(try fault() == nil)
        // One letter of one event.
        let sound = contents(ofFile: home.database)
        let word = [UInt8]("first-secret-work".utf8)
        var changed = sound
        for start in 0..<(sound.count - word.count)
        where sound[start] == word[0] && sound[start..<(start + word.count)].elementsEqual(word) {
            changed[start] = UInt8(ascii: "F")
        }
        #expect(changed != sound)
        try overwrite(home.database, with: changed)
        #expect(try fault() != nil)
        // The tail cut off: the database as it was before.
        try overwrite(home.database, with: early)
        #expect(try fault() != nil)
        try overwrite(home.database, with: sound)
        #expect(try fault() == nil)
    }

    @Test func `Rival's fault 8: a removed app goes on making launch tokens`() throws {
        let scene = try Scene()
        let launch = try scene.member.launchToken()
        let agent = try scene.spawn()
        #expect(try scene.overseer.removeApp(Scene.app) == 1)
        var message = CreateLaunchTokenRequestMessage()
        message.ceiling = ["read:data:*"]
        #expect(
            word(try scene.member.call(.createLaunchToken, message)) == "AUTHENTICATION_REQUIRED")
        let process = try scene.stranger()
        try process.openRegistration()
        let request = try process.registerRequest(AgentPlan(), launchToken: launch)
        #expect(word(try process.call(.register, request)) == "LAUNCH_TOKEN_INVALID")
        #expect(try !scene.overseer.validate(agent.token).valid)
        var byOperator = OperatorCreateLaunchTokenRequestMessage()
        byOperator.app = Scene.app
        byOperator.ceiling = ["read:data:*"]
        #expect(
            word(try scene.overseer.call(.operatorCreateLaunchToken, byOperator))
                == "APP_NOT_FOUND")
    }

    @Test func `Rival's fault 9: challenges and refusals pile up in memory, and none is slowed`()
        throws
    {
        let scene = try Scene()
        func bother() throws {
            for _ in 0..<40 {
                let client = try scene.stranger()
                for _ in 0..<50 { try client.openRegistration() }
                let nonsense = (0..<200).map { [UInt8]("e30.e30.\($0)".utf8) }
                #expect(try client.validCount(of: nonsense) == 0)
                let wrong = try client.registerRequest(
                    AgentPlan(), launchToken: String(repeating: "0", count: 64))
                #expect(word(try client.call(.register, wrong)) == "LAUNCH_TOKEN_INVALID")
                client.hangUp()
            }
        }
        try bother()
        let bytes = scene.broker.residentBytes
        let events = try scene.overseer.status().logPosition
        for _ in 0..<3 { try bother() }
        #expect(scene.broker.residentBytes < bytes + (16 << 20))
        // 24,000 refusals more are a few hundred events.
        #expect(try scene.overseer.status().logPosition < events + 2_000)
        let guessing = try scene.stranger()
        var guess = AuthenticateRequestMessage(app: "")
        guess.clientID = "a-client"
        guess.clientSecret = String(repeating: "0", count: 64)
        let words = try (0..<11).map { _ in word(try guessing.call(.authenticate, guess)) }
        #expect(words.last == "ATTEMPTS_EXHAUSTED")
    }

    @Test func `Rival's fault 10: after a restart living agents and launch tokens are unknown`()
        throws
    {
        let scene = try Scene()
        let agents = (try scene.spawn(task: "giver"), try scene.spawn(task: "taker"))
        let launch = try scene.member.launchToken()
        try scene.killAndRestart()
        let child = try scene.member.delegate(from: agents.0, to: agents.1)
        #expect(try scene.validity(of: [agents.0, agents.1, child]) == [true, true, true])
        let registered = try scene.stranger().register(
            AgentPlan(task: "late"), launchToken: launch)
        #expect(try scene.member.validate(registered.token).valid)
    }

    @Test func `Rival's fault 11: nobody else can verify a token, and its key is for ever`() throws
    {
        let scene = try Scene()
        let agent = try scene.spawn()
        #expect(try scene.verifyOffline(agent.token).get().authority?.subject.bytes == agent.id)
        try scene.overseer.rotateKey()
        let next = try scene.spawn(task: "next")
        for token in [agent.token, next.token] {
            #expect(throws: Never.self) { try scene.verifyOffline(token).get() }
        }
        #expect(try scene.overseer.keys().keys.count { $0.use == .token } == 2)
    }

    @Test func `Rival's fault 12: under load spawns fail and the audit loses events`() throws {
        let scene = try Scene()
        let clients = try (0..<64).map { _ in try scene.broker.connect(app: Scene.app) }
        var sent: [(WireClient, StreamID)] = []
        for _ in 0..<10 {
            for client in clients {
                sent.append((client, try client.send(.spawn, try client.spawnRequest(AgentPlan()))))
            }
            // Whoever reads the audit holds nobody up.
            _ = try scene.overseer.events(ofType: "agent_spawned", limit: 1_000)
        }
        let words = try sent.map { word(try $0.reply(to: $1)) }
        #expect(words.count { $0 == "OK" } == 640)
        #expect(try scene.overseer.events(ofType: "agent_spawned", limit: 1_000).count == 640)
        try scene.killAndRestart()
        let events = try scene.overseer.events(ofType: "agent_spawned", limit: 1_000)
        #expect(events.count == 640)
        #expect(Set(events.map(\.sequence)).count == 640)
        #expect(try scene.overseer.status().liveGrants == 640)
    }

    private func overwrite(_ path: String, with bytes: [UInt8]) throws {
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        guard descriptor >= 0 else { throw SystemError("opening \(path)") }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SystemError("writing \(path)") }
            rest = rest.dropFirst(count)
        }
    }
}
