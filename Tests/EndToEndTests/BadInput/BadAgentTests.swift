internal import MayflyCrypto
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad agents` {
        /// An agent as it should be, and one thing about it that is not.
        private struct Case: Sendable {
            let name: String
            let expected: String
            let change: @Sendable (inout AgentSpecMessage) -> Void

            init(
                _ name: String, _ expected: String,
                _ change: @escaping @Sendable (inout AgentSpecMessage) -> Void
            ) {
                self.name = name
                self.expected = expected
                self.change = change
            }

            /// Every way in which an identifier can be wrong.
            static func identifiers(
                _ field: any WritableKeyPath<AgentSpecMessage, ByteView> & Sendable, _ name: String
            ) -> [Case] {
                let wrong = [
                    "", ".", "..", String(repeating: "a", count: 129), "a b", "a/b", "a:b", "a\"b",
                    "é", "a\n", "*", "a\u{7F}",
                ]
                let right = ["...", "a.b", "-", String(repeating: "a", count: 128)]
                return wrong.map { text in
                    Case("\(name) \(text.debugDescription)", "INVALID_IDENTIFIER") {
                        $0[keyPath: field] = ByteView(copying: text)
                    }
                }
                    + right.map { text in
                        Case("\(name) \(text)", "OK") {
                            $0[keyPath: field] = ByteView(copying: text)
                        }
                    }
            }

            static func scopes(_ texts: [String], _ expected: String, _ name: String) -> Case {
                Case(name, expected) { $0.scope = texts.map { ByteView(copying: $0) } }
            }

            static func audiences(_ texts: [String], _ expected: String, _ name: String) -> Case {
                Case(name, expected) { $0.audience = texts.map { ByteView(copying: $0) } }
            }
        }

        private static let cases: [Case] =
            Case.identifiers(\.orchestration, "orch_id") + Case.identifiers(\.task, "task_id")
            + scopes + audiences + keys + rest

        private static let scopes: [Case] = [
            .scopes([], "INVALID_SCOPE", "no scope"),
            .scopes(["read:data:" + String(repeating: "a", count: 246)], "OK", "256 bytes"),
            .scopes(
                ["read:data:" + String(repeating: "a", count: 247)], "INVALID_SCOPE", "257 bytes"),
            .scopes((0..<32).map { "read:data:\($0)" }, "OK", "32 scopes"),
            .scopes((0..<33).map { "read:data:\($0)" }, "INVALID_SCOPE", "33 scopes"),
            .scopes(["read:data"], "INVALID_SCOPE", "two parts"),
            .scopes(["read:data:"], "INVALID_SCOPE", "an empty identifier"),
            .scopes(["read::a"], "INVALID_SCOPE", "an empty resource"),
            .scopes([":data:a"], "INVALID_SCOPE", "an empty action"),
            .scopes([""], "INVALID_SCOPE", "an empty scope"),
            .scopes(["read:data:a b"], "INVALID_SCOPE", "a space"),
            .scopes(["read:data:a\"b"], "INVALID_SCOPE", "a quote"),
            .scopes(["read:data:a\\b"], "INVALID_SCOPE", "a backslash"),
            .scopes(["read:data:a,b"], "INVALID_SCOPE", "a comma"),
            .scopes(["read:data:ä"], "INVALID_SCOPE", "not ASCII"),
            .scopes(["re*d:data:a"], "INVALID_SCOPE", "a star in the action"),
            .scopes(["read:data:a:b"], "OK", "a colon in the identifier"),
            .scopes(["read:data:*"], "OK", "all that the ceiling has"),
            .scopes(["write:data:a"], "SCOPE_VIOLATION", "another action"),
            .scopes(["read:datum:a"], "SCOPE_VIOLATION", "another resource"),
            .scopes(["READ:data:a"], "SCOPE_VIOLATION", "another case"),
            .scopes(["read:data:a", "read:dat:a"], "SCOPE_VIOLATION", "one of two outside"),
            .scopes(["admin:data:a"], "SCOPE_RESERVED", "admin"),
            .scopes(["app:data:a"], "SCOPE_RESERVED", "app"),
        ]

        private static let audiences: [Case] = [
            .audiences((0..<8).map { "https://\($0)" }, "OK", "8 audiences"),
            .audiences((0..<9).map { "https://\($0)" }, "INVALID_AUDIENCE", "9 audiences"),
            .audiences([String(repeating: "a", count: 256)], "OK", "256 bytes"),
            .audiences([String(repeating: "a", count: 257)], "INVALID_AUDIENCE", "257 bytes"),
            .audiences([""], "INVALID_AUDIENCE", "an empty audience"),
            .audiences(["a b"], "INVALID_AUDIENCE", "a space"),
            .audiences(["a\"b"], "INVALID_AUDIENCE", "a quote"),
            .audiences(["ü"], "INVALID_AUDIENCE", "not ASCII"),
        ]

        private static let keys: [Case] = [0, 31, 33, 64].map { count in
            Case("a key of \(count) bytes", "INVALID_PUBLIC_KEY") {
                $0.publicKey = ByteView(copying: [UInt8](repeating: 3, count: count))
            }
        }

        private static let rest: [Case] = [
            Case("a day and a second", "INVALID_LIFETIME") { $0.ttlSeconds = 86_401 },
            Case("a life of 136 years", "INVALID_LIFETIME") { $0.ttlSeconds = .max },
            Case("not_after of 136 years", "INVALID_LIFETIME") { $0.lifetimeSeconds = .max },
            Case("a day", "OK") { $0.ttlSeconds = 86_400 },
            Case("a binding to no process", "PROCESS_NOT_FOUND") { $0.binding = 2 },
            Case("a binding to the first process", "PROCESS_NOT_DESCENDANT") {
                $0.binding = 2
                $0.pid = 1
            },
            Case("a binding to what can be no process", "PROCESS_NOT_FOUND") {
                $0.binding = 2
                $0.pid = .max
            },
            Case("a binding to the connection", "OK") { $0.binding = 3 },
            Case("a connection with a pid", "BINDING_UNSUPPORTED") {
                $0.binding = 3
                $0.pid = 1
            },
            Case("a binding to come", "BINDING_UNSUPPORTED") { $0.binding = 77 },
            Case("a negative binding", "BINDING_UNSUPPORTED") { $0.binding = -1 },
            Case("no binding, said aloud", "OK") { $0.binding = 1 },
            Case("a process", "BINDING_UNSUPPORTED") { $0.pid = 1 },
            Case("uses", "OK") { $0.maximumUses = 1 },
            Case("by reference", "OK") { $0.byReference = true },
        ]

        @Test func `each is refused for what is wrong with it, alone and in a batch`() throws {
            let stage = try Stage()
            let client = try stage.member()
            for one in Self.cases {
                let key = AgentKeyPair()
                var message = AgentPlan(key: key).message
                one.change(&message)
                let single = try client.call(.spawn, try client.spawnRequest(message, key: key))
                #expect(word(single) == one.expected, "\(one.name)")
                if single.status == nil {
                    let spawned = try client.response(of: single, as: SpawnResponseMessage.self)
                    #expect(try client.release(token: spawned.agent?.token ?? []))
                }
                // One that is not right in the middle of a batch, and none of them is made.
                let batch = try client.spawnBatchRequest(
                    [AgentPlan().message, message, AgentPlan().message],
                    attestedBy: stage.attester)
                let reply = try client.call(.spawnBatch, batch)
                #expect(word(reply) == one.expected, "\(one.name), in a batch")
                guard reply.status == nil else {
                    #expect(try stage.overseer.status().liveGrants == 0, "\(one.name)")
                    continue
                }
                for agent in try client.response(of: reply, as: SpawnBatchResponseMessage.self)
                    .agents
                {
                    #expect(try client.release(grant: agent.grantID))
                }
            }
            try stage.expectBase()
        }

        @Test func `a key that a live agent holds is in use, and free when it ends`() throws {
            let stage = try Stage()
            let client = try stage.member()
            let plan = AgentPlan()
            let agent = try client.spawn(plan)
            let again = try client.spawnRequest(AgentPlan(task: "other", key: plan.key))
            #expect(word(try client.call(.spawn, again)) == "KEY_IN_USE")
            let twice = try client.spawnBatchRequest(
                [AgentPlan().message, plan.message], attestedBy: stage.attester)
            #expect(word(try client.call(.spawnBatch, twice)) == "KEY_IN_USE")
            let key = AgentKeyPair()
            let repeated = try client.spawnBatchRequest(
                [AgentPlan(key: key).message, AgentPlan(key: key).message],
                attestedBy: stage.attester)
            #expect(word(try client.call(.spawnBatch, repeated)) == "KEY_IN_USE")
            #expect(try stage.overseer.status().liveGrants == 1)
            #expect(try client.release(token: agent.token))
            #expect(try client.release(token: try client.spawn(plan).token))
            try stage.expectBase()
        }
    }
}
