internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad words of an operator` {
        private struct Case: Sendable {
            let name: String
            let expected: String
            let change: @Sendable (inout AppMessage) -> Void

            init(
                _ name: String, _ expected: String,
                _ change: @escaping @Sendable (inout AppMessage) -> Void
            ) {
                self.name = name
                self.expected = expected
                self.change = change
            }
        }

        private static let cases: [Case] = [
            Case("no name", "INVALID_IDENTIFIER") { $0.name = "" },
            Case("65 bytes", "INVALID_IDENTIFIER") { $0.name = String(repeating: "a", count: 65) },
            Case("a capital", "INVALID_IDENTIFIER") { $0.name = "Reports" },
            Case("a digit first", "INVALID_IDENTIFIER") { $0.name = "1st" },
            Case("a dot", "INVALID_IDENTIFIER") { $0.name = "a.b" },
            Case("no ceiling", "INVALID_APP") { $0.ceiling = [] },
            Case("33 scopes", "INVALID_APP") { $0.ceiling = (0..<33).map { "a:b:\($0)" } },
            Case("a scope of two parts", "INVALID_SCOPE") { $0.ceiling = ["a:b"] },
            Case("a scope of 257 bytes", "INVALID_SCOPE") {
                $0.ceiling = ["a:b:" + String(repeating: "c", count: 253)]
            },
            Case("a reserved scope", "INVALID_SCOPE") { $0.ceiling = ["admin:all:*"] },
            Case("65 uids", "INVALID_APP") { $0.uids = (100_000..<100_065).map { $0 } },
            Case("257 orchestrations", "INVALID_APP") {
                $0.orchestrations = (0..<257).map { "o\($0)" }
            },
            Case("an orchestration with a slash", "INVALID_IDENTIFIER") {
                $0.orchestrations = ["a/b"]
            },
            Case("17 attestation keys", "INVALID_APP") {
                $0.attestationKeys = (0..<17).map { .init(repeating: $0, count: 32) }
            },
            Case("a key of 31 bytes", "INVALID_PUBLIC_KEY") {
                $0.attestationKeys = [.init(repeating: 1, count: 31)]
            },
            Case("a maximum over the broker's", "INVALID_LIFETIME") {
                $0.maximumTTLSeconds = 86_401
            },
            Case("a default over the maximum", "INVALID_LIFETIME") {
                $0.maximumTTLSeconds = 10
                $0.defaultTTLSeconds = 11
            },
            Case("a name that is taken", "APP_EXISTS") { $0.name = Stage.app },
            Case("a uid that is taken", "UID_SHARED") { $0.uids = [getuid()] },
        ]

        @Test func `an app that may not be is refused for what is wrong with it`() throws {
            let stage = try Stage()
            let client = try stage.operate()
            for one in Self.cases {
                var app = AppMessage()
                app.name = "fresh"
                app.ceiling = ["read:data:*"]
                one.change(&app)
                let reply = try client.call(.createApp, CreateAppRequestMessage(app: app))
                #expect(word(reply) == one.expected, "\(one.name)")
            }
            #expect(word(try client.call(.createApp, raw: [])) == "MALFORMED_MESSAGE")
            for method in [Method.getApp, .updateApp, .removeApp] {
                let unknown = Raw.text(1, "unknown")
                #expect(word(try client.call(method, raw: unknown)) == "APP_NOT_FOUND")
                #expect(word(try client.call(method, raw: [])) == "INVALID_IDENTIFIER")
            }
            #expect(try client.status().apps == 1)
            try stage.expectBase()
        }

        @Test func `an orchestration id belongs to one app`() throws {
            let stage = try Stage()
            var change = UpdateAppRequestMessage(name: Stage.app)
            change.orchestrations = ["nightly"]
            _ = try stage.overseer.call(.updateApp, change, as: AppResponseMessage.self)
            var app = AppMessage()
            app.name = "others"
            app.ceiling = ["read:data:*"]
            app.orchestrations = ["nightly"]
            let reply = try stage.overseer.call(.createApp, CreateAppRequestMessage(app: app))
            #expect(word(reply) == "ORCHESTRATION_NOT_OWNED")
            try stage.broker.createApp("third")
            let third = try stage.broker.connect(app: "third")
            let spawn = try third.spawnRequest(AgentPlan(orchestration: "nightly"))
            #expect(word(try third.call(.spawn, spawn)) == "ORCHESTRATION_NOT_OWNED")
            // One that nobody was given is his who has live agents under it.
            let agent = try stage.witness.spawn(AgentPlan(orchestration: "found"))
            let late = try third.spawnRequest(AgentPlan(orchestration: "found"))
            #expect(word(try third.call(.spawn, late)) == "ORCHESTRATION_NOT_OWNED")
            #expect(try stage.witness.release(token: agent.token))
            third.hangUp()
            try stage.expectBase()
        }

        @Test func `a query that cannot be is refused, and an extreme one is answered`() throws {
            let stage = try Stage()
            let client = try stage.operate()
            func query(_ change: (inout QueryEventsRequestMessage) -> Void) throws -> String {
                var message = QueryEventsRequestMessage()
                change(&message)
                return word(try client.call(.queryEvents, message))
            }
            #expect(try query { $0.limit = 1_001 } == "INVALID_QUERY")
            #expect(try query { $0.limit = .max } == "INVALID_QUERY")
            #expect(try query { $0.app = "a b" } == "INVALID_QUERY")
            #expect(try query { $0.task = String(repeating: "t", count: 129) } == "INVALID_QUERY")
            #expect(try query { $0.orchestration = "'; DROP TABLE events; --" } == "INVALID_QUERY")
            #expect(try query { $0.eventType = "nothing" } == "INVALID_QUERY")
            #expect(try query { $0.outcome = "maybe" } == "INVALID_QUERY")
            #expect(try query { $0.agentID = "spiffe://elsewhere/agent/a/b/c" } == "INVALID_QUERY")
            let start = "spiffe://mayfly.local/agent/"
            for rest in ["", "a", "a/b", "a/b/c", "a/b/zzzzzzzzzzzzzzzz", "a/b/+00000000000000f"] {
                #expect(try query { $0.agentID = start + rest } == "INVALID_QUERY", "\(rest)")
            }
            #expect(try query { $0.agentID = start + "a/b/0000000000000000" } == "OK")
            for extreme in [1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max] {
                #expect(try query { $0.fromSequence = extreme } == "OK")
                #expect(
                    try query {
                        $0.fromSequence = extreme
                        $0.ascending = true
                    } == "OK")
                #expect(try query { $0.beforeSequence = extreme } == "OK")
                #expect(try query { $0.sinceMilliseconds = extreme } == "OK")
                #expect(try query { $0.untilMilliseconds = extreme } == "OK")
            }
            try stage.expectBase()
        }
    }
}
