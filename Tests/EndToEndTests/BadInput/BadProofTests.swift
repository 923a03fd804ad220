internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad proofs` {
        /// A spawn and what is done to it; a fresh connection of the app for each.
        private struct Case: Sendable {
            let name: String
            let expected: String
            let request: @Sendable (WireClient, Stage) throws -> SpawnRequestMessage

            init(
                _ name: String, _ expected: String,
                _ request: @escaping @Sendable (WireClient, Stage) throws -> SpawnRequestMessage
            ) {
                self.name = name
                self.expected = expected
                self.request = request
            }
        }

        /// The same request with another signature.
        private static func signed(
            _ request: SpawnRequestMessage, by signature: [UInt8]
        ) -> SpawnRequestMessage {
            var request = request
            request.proof = ByteView(copying: signature)
            return request
        }

        private static func signed(
            _ client: WireClient, _ purpose: ProofPurpose, sequence: UInt64 = 1,
            by key: AgentKeyPair? = nil
        ) throws -> SpawnRequestMessage {
            let plan = AgentPlan()
            let request = try client.spawnRequest(plan, sequence: 1)
            return signed(
                request,
                by: try client.proof(
                    purpose, sequence: sequence, body: request.body.bytes, by: key ?? plan.key))
        }

        private static let cases: [Case] = [
            Case("another key", "PROOF_INVALID") { client, _ in
                try signed(client, .spawn, by: AgentKeyPair())
            },
            Case("the app's attestation key", "PROOF_INVALID") { client, stage in
                try signed(client, .spawn, by: stage.attester)
            },
            Case("another purpose", "PROOF_INVALID") { client, _ in
                try signed(client, .register)
            },
            Case("the purpose of a batch", "PROOF_INVALID") { client, _ in
                try signed(client, .spawnBatch)
            },
            Case("another number than the body's", "PROOF_INVALID") { client, _ in
                try signed(client, .spawn, sequence: 2)
            },
            Case("another connection's challenge", "PROOF_INVALID") { client, stage in
                try stage.member().spawnRequest(AgentPlan(), sequence: 1)
            },
            Case("another issuer", "PROOF_INVALID") { client, _ in
                client.session?.issuerDigest = SHA256.digest([UInt8]("mayfly2".utf8))
                return try client.spawnRequest(AgentPlan())
            },
            Case("number 0", "PROOF_REPLAYED") { client, _ in
                try client.spawnRequest(AgentPlan(), sequence: 0)
            },
            Case("no signature", "PROOF_INVALID") { client, _ in
                signed(try client.spawnRequest(AgentPlan()), by: [])
            },
            Case("63 bytes", "PROOF_INVALID") { client, _ in
                let request = try client.spawnRequest(AgentPlan())
                return signed(request, by: request.proof.bytes.dropLast())
            },
            Case("65 bytes", "PROOF_INVALID") { client, _ in
                let request = try client.spawnRequest(AgentPlan())
                return signed(request, by: request.proof.bytes + [0])
            },
            Case("a signature of zeros", "PROOF_INVALID") { client, _ in
                signed(try client.spawnRequest(AgentPlan()), by: .init(repeating: 0, count: 64))
            },
            Case("a megabyte of signature", "PROOF_INVALID") { client, _ in
                signed(
                    try client.spawnRequest(AgentPlan()), by: .init(repeating: 7, count: 1_000_000))
            },
            Case("a key of small order, with the signature that suits it", "PROOF_INVALID") {
                client, _ in
                // The neutral element: without a check of it, anything is signed by R = s = 0's.
                var plan = AgentPlan().message
                let neutral: [UInt8] = [1] + .init(repeating: 0, count: 31)
                plan.publicKey = ByteView(copying: neutral)
                let request = try client.spawnRequest(plan, key: AgentKeyPair())
                return signed(request, by: neutral + .init(repeating: 0, count: 32))
            },
        ]

        @Test func `a spawn whose proof is not good is refused, and nothing is used up`() throws {
            let stage = try Stage()
            for one in Self.cases {
                let client = try stage.member()
                let request = try one.request(client, stage)
                #expect(word(try client.call(.spawn, request)) == one.expected, "\(one.name)")
                client.session = nil
                try stage.checkOthers("\(one.name)")
            }
            let client = try stage.member()
            for _ in 0..<20 {
                let bad = Self.signed(
                    try client.spawnRequest(AgentPlan(), sequence: 1),
                    by: .init(repeating: 1, count: 64))
                #expect(word(try client.call(.spawn, bad)) == "PROOF_INVALID")
            }
            _ = try client.release(token: try client.spawn().token)
            try stage.expectBase()
        }

        @Test func `every bit of a body is covered`() throws {
            let stage = try Stage()
            let client = try stage.member()
            let request = try client.spawnRequest(AgentPlan())
            let body = request.body.bytes
            for place in body.indices {
                var changed = body
                changed[place] ^= 1 << UInt8(place % 8)
                var message = request
                message.body = ByteView(copying: changed)
                let reply = try client.call(.spawn, message)
                #expect(reply.status != nil, "byte \(place)")
            }
            let reply = try client.call(.spawn, request)
            let spawned = try client.response(of: reply, as: SpawnResponseMessage.self)
            #expect(try client.release(token: spawned.agent?.token ?? []))
            try stage.expectBase()
        }

        @Test func `each number is accepted once, and only within the window`() throws {
            let stage = try Stage()
            let client = try stage.member()
            func spawn(_ sequence: UInt64) throws -> String {
                let plan = AgentPlan(lifetimeSeconds: 1)
                return word(
                    try client.call(.spawn, try client.spawnRequest(plan, sequence: sequence)))
            }
            let steps: [(UInt64, String)] = [
                (1, "OK"), (1, "PROOF_REPLAYED"), (3, "OK"), (2, "OK"), (2, "PROOF_REPLAYED"),
                (1_026, "OK"), (3, "PROOF_REPLAYED"), (4, "OK"), (1_025, "OK"),
                (1 << 62, "OK"), (1_027, "PROOF_REPLAYED"), ((1 << 62) - 1_024, "PROOF_REPLAYED"),
                ((1 << 62) - 1_023, "OK"), (.max, "OK"), (.max, "PROOF_REPLAYED"),
                (.max - 1_023, "OK"), (.max - 1_024, "PROOF_REPLAYED"), (0, "PROOF_REPLAYED"),
            ]
            for (sequence, expected) in steps {
                #expect(try spawn(sequence) == expected, "proof_seq \(sequence)")
            }
            // A request that is refused for something else has used its number up.
            let other = try stage.member()
            let outside = AgentPlan(scope: ["write:data:a"])
            let refused = try other.spawnRequest(outside, sequence: 1)
            #expect(word(try other.call(.spawn, refused)) == "SCOPE_VIOLATION")
            #expect(word(try other.call(.spawn, refused)) == "PROOF_REPLAYED")
            try stage.expectBase()
        }

        // MARK: Who asks

        @Test func `who has named no app can prove nothing`() throws {
            let stage = try Stage()
            let stranger = try stage.stranger()
            stranger.session = stage.witness.session
            let spawn = try stranger.spawnRequest(AgentPlan(), sequence: 1_000)
            #expect(word(try stranger.call(.spawn, spawn)) == "AUTHENTICATION_REQUIRED")
            let batch = try stranger.spawnBatchRequest(
                [AgentPlan().message], attestedBy: stage.attester, sequence: 1_001)
            #expect(word(try stranger.call(.spawnBatch, batch)) == "AUTHENTICATION_REQUIRED")
            let release = ReleaseRequestMessage(
                target: .grant(ByteView(copying: .init(repeating: UInt8(ascii: "0"), count: 32))))
            #expect(word(try stranger.call(.release, release)) == "AUTHENTICATION_REQUIRED")
            let releases = ReleaseBatchRequestMessage(items: [release])
            #expect(word(try stranger.call(.releaseBatch, releases)) == "AUTHENTICATION_REQUIRED")
            try stage.expectBase()
        }

        @Test func `an app is named once, as it was registered, by its own uid`() throws {
            let stage = try Stage()
            var foreign = AppMessage()
            foreign.name = "foreign"
            foreign.ceiling = ["read:data:*"]
            foreign.uids = [getuid() + 1]
            _ = try stage.overseer.createApp(foreign)
            let names: [(String, String)] = [
                ("", "INVALID_IDENTIFIER"), ("..", "INVALID_IDENTIFIER"),
                ("re ports", "INVALID_IDENTIFIER"),
                (String(repeating: "a", count: 129), "INVALID_IDENTIFIER"),
                ("nobody", "APP_NOT_ALLOWED"), ("foreign", "APP_NOT_ALLOWED"),
                ("Reports", "APP_NOT_ALLOWED"),
            ]
            let client = try stage.stranger()
            var sentences: Set<String> = []
            for (name, expected) in names {
                let reply = try client.call(.authenticate, AuthenticateRequestMessage(app: name))
                #expect(word(reply) == expected, "\(name)")
                if expected == "APP_NOT_ALLOWED" { sentences.insert(reply.status?.message ?? "") }
            }
            #expect(sentences.count == 1, "an app that is not there and one that is not open")
            var secret = AuthenticateRequestMessage(app: Stage.app)
            secret.clientSecret = "s"
            #expect(word(try client.call(.authenticate, secret)) == "MALFORMED_MESSAGE")
            try client.authenticate(app: Stage.app)
            let again = AuthenticateRequestMessage(app: Stage.app)
            #expect(word(try client.call(.authenticate, again)) == "ALREADY_AUTHENTICATED")
            try Stage.work(client)
            try stage.expectBase()
        }
    }
}
