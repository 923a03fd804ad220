internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad messages` {
        private static let agents = "mayfly.v1.Agents"

        /// Names in an envelope, or an envelope that is none; the connection goes on after each.
        private static let envelopes: [(String, [UInt8], String)] = [
            ("no service", Raw.envelope("", "GetKeys"), "METHOD_UNKNOWN"),
            ("an unknown service", Raw.envelope("mayfly.v1.Agent", "Spawn"), "METHOD_UNKNOWN"),
            ("another version", Raw.envelope("mayfly.v2.Agents", "Spawn"), "METHOD_UNKNOWN"),
            ("an unknown method", Raw.envelope(agents, "Spawned"), "METHOD_UNKNOWN"),
            ("another case", Raw.envelope(agents, "spawn"), "METHOD_UNKNOWN"),
            ("another service's method", Raw.envelope(agents, "GetKeys"), "METHOD_UNKNOWN"),
            ("the path of gRPC", Raw.envelope(agents, "/Spawn"), "METHOD_UNKNOWN"),
            ("a NUL in a name", Raw.envelope(agents + "\0", "Spawn"), "MALFORMED_MESSAGE"),
            (
                "no UTF-8", Raw.bytes(1, [0xC3, 0x28]) + Raw.text(2, "Spawn"), "MALFORMED_MESSAGE"
            ),
            (
                "a service twice", Raw.text(1, agents) + Raw.envelope(agents, "Spawn"),
                "MALFORMED_MESSAGE"
            ),
            (
                "a length past the end", Raw.tag(1, 2) + Raw.varint(1 << 40) + [1],
                "MALFORMED_MESSAGE"
            ),
            ("a tag alone", Raw.tag(1, 2), "MALFORMED_MESSAGE"),
            ("field 0", Raw.tag(0, 0) + [1], "MALFORMED_MESSAGE"),
            ("a group", Raw.tag(9, 3) + Raw.tag(9, 4), "MALFORMED_MESSAGE"),
            ("wire type 7", [0x0F, 1], "MALFORMED_MESSAGE"),
            ("a number for a name", Raw.number(1, 5), "MALFORMED_MESSAGE"),
            ("an overlong varint", Raw.tag(4, 0) + [0x80, 0x80, 0x00], "MALFORMED_MESSAGE"),
            (
                "a varint that does not end", Raw.tag(4, 0) + [UInt8](repeating: 0xFF, count: 64),
                "MALFORMED_MESSAGE"
            ),
        ]

        @Test func `envelopes that cannot be read or name nothing are refused`() throws {
            let stage = try Stage()
            let client = try stage.stranger()
            for (name, data, expected) in Self.envelopes {
                #expect(word(try client.call(data: data)) == expected, "\(name)")
            }
            #expect(try client.call(.getKeys, GetKeysRequestMessage()).status == nil)
            try stage.expectBase()
        }

        /// Messages of `Validate`, which anyone may send.
        private static let validations: [(String, [UInt8], String)] = {
            let token = Raw.text(1, "e30.e30.e30")
            let unknown = Raw.number(60, 1)
            let sixteen = [[UInt8]](repeating: unknown, count: 16).flatMap { $0 }
            return [
                ("nothing", [], "OK"),
                ("a token", token, "OK"),
                ("a token twice", token + token, "MALFORMED_MESSAGE"),
                ("16 unknown fields", token + sixteen, "OK"),
                ("17 unknown fields", token + sixteen + unknown, "MALFORMED_MESSAGE"),
                (
                    "a flood of unknown fields",
                    [[UInt8]](repeating: unknown, count: 15_000).flatMap { $0 },
                    "MALFORMED_MESSAGE"
                ),
                (
                    "an unknown field of 40 KB",
                    token + Raw.bytes(60, .init(repeating: 8, count: 40_000)),
                    "OK"
                ),
                ("deep nesting in an unknown field", Raw.nested(depth: 9_000, in: 60), "OK"),
                ("deep nesting in the token", Raw.nested(depth: 9_000, in: 1), "MALFORMED_MESSAGE"),
                ("a NUL", Raw.bytes(1, [0x61, 0, 0x62]), "MALFORMED_MESSAGE"),
                ("a surrogate", Raw.bytes(1, [0xED, 0xA0, 0x80]), "MALFORMED_MESSAGE"),
                ("an overlong slash", Raw.bytes(1, [0xC0, 0xAF]), "MALFORMED_MESSAGE"),
                ("other letters", Raw.text(1, "жетон.🎫.☃"), "OK"),
                ("a flag of 2", token + Raw.number(2, 2), "MALFORMED_MESSAGE"),
                ("a flag of -1", token + Raw.number(2, .max), "MALFORMED_MESSAGE"),
                ("a flag as bytes", token + Raw.text(2, "1"), "MALFORMED_MESSAGE"),
                ("1,024 scopes", flood(of: Raw.text(3, "a:b:c"), 1_024), "INVALID_SCOPE"),
                ("1,025 scopes", flood(of: Raw.text(3, "a:b:c"), 1_025), "MALFORMED_MESSAGE"),
                ("an audience", token + Raw.text(4, "a"), "OK"),
                ("an audience with a comma", token + Raw.text(4, "a,b"), "INVALID_AUDIENCE"),
                ("a use", token + Raw.number(5, 1), "AUTHENTICATION_REQUIRED"),
            ]
        }()

        private static func flood(of field: [UInt8], _ count: Int) -> [UInt8] {
            [[UInt8]](repeating: field, count: count).flatMap { $0 }
        }

        @Test func `messages are read strictly, and the connection goes on`() throws {
            let stage = try Stage()
            let client = try stage.stranger()
            for (name, message, expected) in Self.validations {
                #expect(word(try client.call(.validate, raw: message)) == expected, "\(name)")
            }
            for (name, message, expected) in Self.bodies {
                let member = try stage.member()
                #expect(word(try member.call(.spawn, raw: message)) == expected, "spawn: \(name)")
            }
            try stage.expectBase()
        }

        /// Messages of `Spawn`, whose body is a message of its own.
        private static let bodies: [(String, [UInt8], String)] = [
            ("nothing", [], "MALFORMED_MESSAGE"),
            ("no agent", Raw.bytes(1, Raw.number(1, 1)), "MALFORMED_MESSAGE"),
            (
                "a body that ends early", Raw.bytes(1, Raw.tag(2, 2) + [200, 1]),
                "MALFORMED_MESSAGE"
            ),
            (
                "a body with two agents",
                Raw.bytes(1, Raw.number(1, 1) + Raw.bytes(2, []) + Raw.bytes(2, [])),
                "MALFORMED_MESSAGE"
            ),
            (
                "an agent in an agent",
                Raw.bytes(1, Raw.number(1, 1) + Raw.nested(depth: 400, in: 2)),
                "MALFORMED_MESSAGE"
            ),
            (
                "a body with too many unknown fields",
                Raw.bytes(1, flood(of: Raw.number(40, 1), 17)), "MALFORMED_MESSAGE"
            ),
        ]

        @Test func `a request of more fields than it may have is refused before it is read`() throws
        {
            let stage = try Stage()
            let member = try stage.member()
            // 1,000 agents of 66 scopes of nothing each.
            let agent = Raw.bytes(2, Self.flood(of: Raw.bytes(3, []), 66))
            let request = Raw.bytes(1, Raw.number(1, 1) + Self.flood(of: agent, 1_000))
            #expect(word(try member.call(.spawnBatch, raw: request)) == "MALFORMED_MESSAGE")
            // Empty messages take the decoder many times their size on the wire.
            let empty = Self.flood(of: Raw.bytes(1, []), 1_024)
            #expect(word(try member.call(.validateBatch, raw: empty)) == "OK")
            #expect(word(try member.call(.releaseBatch, raw: empty)) == "MALFORMED_MESSAGE")
            try stage.expectBase()
        }

        // MARK: Methods where they are not served

        /// What each method says to a message without anything in it.
        private static let empty: [(Method, String)] = [
            (.challenge, "OK"), (.register, "MALFORMED_MESSAGE"), (.describe, "INVALID_IDENTIFIER"),
            (.renew, "INVALID_RENEWAL_ID"), (.delegate, "INVALID_HOP"),
            (.heartbeat, "TOKEN_NOT_VALID"), (.createLaunchToken, "INVALID_SCOPE"),
            (.listAppGrants, "OK"), (.operatorCreateLaunchToken, "INVALID_IDENTIFIER"),
            (.revoke, "INVALID_TARGET"), (.listGrants, "OK"), (.listRevocations, "OK"),
            (.liftRevocation, "REVOCATION_NOT_FOUND"), (.rotateKey, "OK"), (.metrics, "OK"),
            (.acceptTime, "OK"),
        ]

        @Test func `a message without anything in it is refused for what it lacks`() throws {
            let stage = try Stage()
            let member = try stage.member()
            for (method, expected) in Self.empty {
                let client = method.service == .operator ? stage.overseer : member
                #expect(word(try client.call(method, raw: [])) == expected, "\(method)")
                #expect(
                    word(try client.call(method, raw: Raw.tag(1, 2) + Raw.varint(9)))
                        == "MALFORMED_MESSAGE", "\(method)")
            }
            try Stage.work(member)
            try stage.checkOthers()
        }

        @Test func `each socket serves its own`() throws {
            let stage = try Stage()
            let member = try stage.member()
            for method in Method.allCases where method.service == .operator {
                #expect(word(try member.call(method, raw: [])) == "OPERATOR_ONLY", "\(method)")
            }
            let shared: [Method] = [.validate, .validateBatch, .getKeys]
            for method in Method.allCases
            where method.service != .operator && !shared.contains(method) {
                #expect(
                    word(try stage.overseer.call(method, raw: [])) == "WRONG_SOCKET", "\(method)")
            }
            let agent = try member.spawn()
            #expect(try stage.overseer.validate(agent.token).valid)
            #expect(try member.release(token: agent.token))
            try stage.checkOthers()
        }
    }
}
