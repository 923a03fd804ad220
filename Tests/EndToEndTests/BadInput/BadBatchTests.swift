internal import MayflyCrypto
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad batches` {
        private func plans(_ count: Int) -> [AgentSpecMessage] {
            // One key for all: whatever is judged before the keys must speak first.
            let key = AgentKeyPair()
            return (0..<count).map { _ in AgentPlan(key: key).message }
        }

        @Test func `a batch has 1 to 1,024 items`() throws {
            let stage = try Stage()
            let client = try stage.member()
            let none = try client.spawnBatchRequest([], attestedBy: stage.attester)
            #expect(word(try client.call(.spawnBatch, none)) == "BATCH_SIZE")
            let over = try client.spawnBatchRequest(plans(1_025), attestedBy: stage.attester)
            #expect(word(try client.call(.spawnBatch, over)) == "MALFORMED_MESSAGE")
            for (count, expected) in [
                (0, "BATCH_SIZE"), (1_024, "OK"), (1_025, "MALFORMED_MESSAGE"),
            ] {
                var validate = ValidateRequestMessage()
                validate.token = ByteView(copying: "no token")
                let validations = ValidateBatchRequestMessage(
                    items: .init(repeating: validate, count: count))
                #expect(word(try client.call(.validateBatch, validations)) == expected, "\(count)")
                let release = ReleaseRequestMessage(target: .token(ByteView(copying: "no token")))
                let releases = ReleaseBatchRequestMessage(
                    items: .init(repeating: release, count: count))
                #expect(word(try client.call(.releaseBatch, releases)) == expected, "\(count)")
            }
            try stage.expectBase()
        }

        @Test func `1,024 agents are one batch, and end in one`() throws {
            let stage = try Stage()
            let client = try stage.member()
            let agents = try client.spawnBatch(
                (0..<1_024).map { _ in AgentPlan() }, attestedBy: stage.attester)
            #expect(agents.count == 1_024)
            let items = agents.map {
                ReleaseRequestMessage(target: .grant(ByteView(copying: $0.grantID)))
            }
            let ended = try client.call(
                .releaseBatch, ReleaseBatchRequestMessage(items: items),
                as: ReleaseBatchResponseMessage.self
            ).ended
            #expect(ended == .init(repeating: true, count: 1_024))
            try stage.expectBase()
        }

        @Test func `a batch whose answer could not fit is refused before anything is granted`()
            throws
        {
            let issuer = String(repeating: "a", count: 249)
            let domain = String(repeating: "a", count: 255)
            let stage = try Stage(
                .init(arguments: ["--issuer", issuer, "--trust-domain", domain]))
            let client = try stage.member()
            let scope = (0..<32).map { "read:data:\($0)" }
            let name = String(repeating: "n", count: 128)
            let agents = (0..<1_024).map { _ in
                AgentPlan(orchestration: name, task: name, scope: scope).message
            }
            let request = try client.spawnBatchRequest(agents, attestedBy: stage.attester)
            #expect(word(try client.call(.spawnBatch, request)) == "REPLY_TOO_LARGE")
            #expect(try stage.overseer.status().liveGrants == 0)
            // What was refused so has not used its number up.
            let fewer = try client.spawnBatchRequest(
                Array(agents.prefix(300)), attestedBy: stage.attester)
            let reply = try client.call(.spawnBatch, fewer)
            #expect(word(reply) == "OK")
            let granted = try client.response(of: reply, as: SpawnBatchResponseMessage.self).agents
            for agent in granted { #expect(try client.release(grant: agent.grantID)) }
            try stage.expectBase()
        }

        @Test func `a batch is attested by a key of the app, and says which`() throws {
            let stage = try Stage()
            let second = AgentKeyPair()
            var change = UpdateAppRequestMessage(name: Stage.app)
            let client = try stage.member()
            func spawn(named key: [UInt8], by signer: AgentKeyPair) throws -> String {
                var request = try client.spawnBatchRequest(
                    [AgentPlan(lifetimeSeconds: 1).message], attestedBy: signer)
                request.attestationKey = ByteView(copying: key)
                return word(try client.call(.spawnBatch, request))
            }
            let first = stage.attester
            #expect(try spawn(named: [], by: first) == "OK")
            #expect(try spawn(named: [], by: second) == "PROOF_INVALID")
            let unknown = second.publicKey.bytes
            #expect(try spawn(named: unknown, by: second) == "ATTESTATION_KEY_UNKNOWN")
            #expect(try spawn(named: [1, 2, 3], by: first) == "ATTESTATION_KEY_UNKNOWN")

            change.attestationKeys = [first.publicKey.bytes, second.publicKey.bytes]
            _ = try stage.overseer.call(.updateApp, change)
            #expect(try spawn(named: [], by: first) == "ATTESTATION_KEY_UNKNOWN")
            #expect(try spawn(named: second.publicKey.bytes, by: second) == "OK")
            #expect(try spawn(named: second.publicKey.bytes, by: first) == "PROOF_INVALID")

            change.attestationKeys = []
            _ = try stage.overseer.call(.updateApp, change)
            #expect(try spawn(named: [], by: first) == "ATTESTATION_KEY_UNKNOWN")
            let known = first.publicKey.bytes
            #expect(try spawn(named: known, by: first) == "ATTESTATION_KEY_UNKNOWN")
            try stage.expectBase()
        }

        @Test func `many large batches at once are all answered`() throws {
            let stage = try Stage()
            let client = try stage.member()
            client.timeoutSeconds = 60
            // Each answer is about 0.9 MB, so that not all of them may be under way at once.
            var calls: [UInt8] = []
            for _ in 0..<24 {
                let agents = (0..<1_024).map { _ in AgentPlan(lifetimeSeconds: 600).message }
                calls += try client.frame(
                    .spawnBatch, try client.spawnBatchRequest(agents, attestedBy: stage.attester))
            }
            var grants: [[UInt8]] = []
            for reply in try client.exchange(calls, expecting: 24) {
                let agents = try client.response(of: reply, as: SpawnBatchResponseMessage.self)
                    .agents
                #expect(agents.count == 1_024)
                grants += agents.map(\.grantID)
            }
            for start in stride(from: 0, to: grants.count, by: 1_024) {
                let items = grants[start..<min(start + 1_024, grants.count)].map {
                    ReleaseRequestMessage(target: .grant(ByteView(copying: $0)))
                }
                _ = try client.call(.releaseBatch, ReleaseBatchRequestMessage(items: items))
            }
            try stage.expectBase()
        }
    }
}
