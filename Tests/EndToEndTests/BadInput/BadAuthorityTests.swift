internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

extension BadInput {
    /// Bad words in the calls of the authority model.
    @Suite struct `Bad authority` {
        private func agent(_ client: WireClient) throws -> LiveAgent {
            let plan = AgentPlan()
            let told = try client.issued(.spawn, try client.spawnRequest(plan))
            return try LiveAgent(told, plan, describedBy: client)
        }

        @Test func `a registration that cannot be is refused, and its launch token is still good`()
            throws
        {
            let stage = try Stage()
            let launch = try stage.witness.launchToken()
            let cases: [(String, String, (inout AgentSpecMessage) -> Void)] = [
                ("no task", "INVALID_IDENTIFIER", { $0.task = .empty }),
                ("no scope", "INVALID_SCOPE", { $0.scope = [] }),
                (
                    "33 scopes", "INVALID_SCOPE",
                    { $0.scope = (0..<33).map { ByteView(copying: "read:data:\($0)") } }
                ),
                (
                    "nine audiences", "INVALID_AUDIENCE",
                    { $0.audience = (0..<9).map { ByteView(copying: "a\($0)") } }
                ),
                (
                    "a key of 31 bytes", "INVALID_PUBLIC_KEY",
                    { $0.publicKey = ByteView(copying: .init(repeating: 1, count: 31)) }
                ),
                ("a binding to come", "BINDING_UNSUPPORTED", { $0.binding = 4 }),
                ("136 years", "INVALID_LIFETIME", { $0.ttlSeconds = .max }),
            ]
            let process = try stage.stranger()
            try process.openRegistration()
            for (name, expected, change) in cases {
                let key = AgentKeyPair()
                var spec = AgentPlan(key: key).message
                change(&spec)
                let request = try process.registerRequest(spec, key: key, launchToken: launch)
                #expect(word(try process.call(.register, request)) == expected, "\(name)")
            }
            for text in ["", "0", String(repeating: "z", count: 64), launch.uppercased()] {
                let request = try process.registerRequest(AgentPlan(), launchToken: text)
                #expect(
                    word(try process.call(.register, request)) == "LAUNCH_TOKEN_INVALID", "\(text)")
            }
            let told = try process.register(AgentPlan(), launchToken: launch)
            #expect(try process.release(token: told.token))
            try stage.expectBase()
        }

        @Test func `a launch token that cannot be is not made`() throws {
            let stage = try Stage()
            let member = try stage.member()
            func made(_ change: (inout CreateLaunchTokenRequestMessage) -> Void) throws -> String {
                var message = CreateLaunchTokenRequestMessage()
                message.ceiling = ["read:data:*"]
                change(&message)
                return word(try member.call(.createLaunchToken, message))
            }
            #expect(try made { $0.ceiling = [] } == "INVALID_SCOPE")
            #expect(try made { $0.ceiling = ["a:b"] } == "INVALID_SCOPE")
            #expect(try made { $0.ceiling = (0..<33).map { "read:data:\($0)" } } == "INVALID_SCOPE")
            #expect(try made { $0.ceiling = ["write:data:*"] } == "SCOPE_VIOLATION")
            #expect(try made { $0.ceiling = ["admin:all:*"] } == "SCOPE_RESERVED")
            #expect(try made { $0.label = "a b" } == "INVALID_IDENTIFIER")
            #expect(
                try made { $0.label = String(repeating: "l", count: 129) } == "INVALID_IDENTIFIER")
            #expect(try made { $0.ttlSeconds = 3_601 } == "INVALID_LIFETIME")
            #expect(try made { $0.ttlSeconds = .max } == "INVALID_LIFETIME")
            #expect(try made { $0.maximumAgentTTLSeconds = 86_401 } == "INVALID_LIFETIME")
            #expect(try made { $0.ttlSeconds = 1 } == "OK")
            #expect(
                word(try stage.stranger().call(.createLaunchToken, raw: Raw.text(2, "a:b:c")))
                    == "AUTHENTICATION_REQUIRED")
            try stage.expectBase()
        }

        @Test func `a renewal of no token, and one that asks for what cannot be`() throws {
            let stage = try Stage()
            let member = try stage.member()
            let agent = try agent(member)
            func renewed(_ token: [UInt8], scope: [String] = [], seconds: UInt32 = 0) throws
                -> String
            {
                word(
                    try member.call(
                        .renew,
                        try member.renewRequest(
                            token, by: agent.key, scope: scope, seconds: seconds)))
            }
            for token in [
                [], [0x2E, 0x2E], [UInt8](repeating: 0x41, count: 17_000), agent.token + [0x41],
                [UInt8]("e30.e30.e30".utf8), Array(agent.token.dropLast(4)),
            ] {
                #expect(try renewed(token) == "TOKEN_NOT_VALID")
            }
            #expect(try renewed(agent.token, scope: ["a:b"]) == "INVALID_SCOPE")
            #expect(
                try renewed(agent.token, scope: (0..<33).map { "read:data:\($0)" })
                    == "INVALID_SCOPE")
            #expect(try renewed(agent.token, seconds: .max) == "INVALID_LIFETIME")
            let request = try member.renewRequest(agent.token, by: agent.key)
            for place in stride(from: 0, to: request.body.count, by: 5) {
                var changed = request
                var body = request.body.bytes
                body[place] ^= 4
                changed.body = ByteView(copying: body)
                #expect(try member.call(.renew, changed).status != nil, "byte \(place)")
            }
            #expect(word(try member.call(.renew, request)) == "OK")
            #expect(try member.release(grant: agent.grant))
            try stage.expectBase()
        }

        @Test func `a hop that is none is refused, however long it is`() throws {
            let stage = try Stage()
            let member = try stage.member()
            let (giver, taker) = (try agent(member), try agent(member))
            let hop = Hop.sign(try member.hopContent(from: giver, to: taker), with: giver.key)
            func delegated(_ hop: [UInt8]) throws -> String {
                word(try member.call(.delegate, member.delegateRequest(giver.token, hop)))
            }
            let deep = [UInt8](repeating: UInt8(ascii: "["), count: 15_000)
            let header = Array(hop.prefix { $0 != 0x2E })
            let bad: [(String, [UInt8])] = [
                ("nothing", []), ("dots", [0x2E, 0x2E]), ("the token", giver.token),
                ("padding", hop + [0x3D]), ("four parts", hop + [0x2E, 0x41]),
                ("a line", hop + [0x0A]), ("27,407 of A", .init(repeating: 0x41, count: 27_407)),
                ("900 KB of A", .init(repeating: 0x41, count: 900_000)),
                ("deep nesting", header + [0x2E] + Base64URL.encode(deep) + [0x2E, 0x41]),
                ("twice", hop + hop), ("half", Array(hop.prefix(hop.count / 2))),
            ]
            for (name, text) in bad { #expect(try delegated(text) == "INVALID_HOP", "\(name)") }
            // One other character anywhere: it is no hop, or not signed, or does not follow.
            for place in stride(from: 0, to: hop.count, by: 11) {
                var changed = hop
                changed[place] = hop[place] == 0x41 ? 0x42 : 0x41
                #expect(try delegated(changed) != "OK", "character \(place)")
            }
            #expect(try stage.overseer.status().delegated == 0)
            #expect(try delegated(hop) == "OK")
            #expect(try member.release(grant: giver.grant))
            #expect(try member.release(grant: taker.grant))
            try stage.expectBase()
        }

        @Test func `a heartbeat of a state that there is not, and of no token`() throws {
            let stage = try Stage()
            let member = try stage.member()
            let agent = try agent(member)
            for state in [-1, 4, 99, Int32.max, .min] {
                #expect(
                    word(try member.beat(agent.token, AgentStateMessage(rawValue: state))) == "OK")
            }
            for token in [[], [0x41], agent.token + [0x41]] as [[UInt8]] {
                #expect(word(try member.beat(token)) == "TOKEN_NOT_VALID")
            }
            #expect(try member.release(grant: agent.grant))
            try stage.expectBase()
        }

        @Test func `a batch that consumes and cannot be answered consumes nothing`() throws {
            let stage = try Stage()
            let member = try stage.member()
            let plan = AgentPlan()
            var spec = plan.message
            spec.maximumUses = 2
            let told = try member.issued(.spawn, try member.spawnRequest(spec, key: plan.key))
            var use = ValidateRequestMessage()
            use.token = ByteView(copying: told.token)
            use.consumeUse = true
            var bad = ValidateRequestMessage()
            bad.token = use.token
            bad.requiredScope = [ByteView(copying: "a:b")]
            let batch = ValidateBatchRequestMessage(items: [use, bad])
            #expect(word(try member.call(.validateBatch, batch)) == "INVALID_SCOPE")
            // More claims than an answer holds, were each token's as long as the longest there are.
            let reference = AgentPlan()
            var long = reference.message
            long.byReference = true
            let other = try member.issued(
                .spawn, try member.spawnRequest(long, key: reference.key))
            var look = ValidateRequestMessage()
            look.token = ByteView(copying: other.token)
            let large = ValidateBatchRequestMessage(
                items: [use] + [ValidateRequestMessage](repeating: look, count: 100))
            #expect(word(try member.call(.validateBatch, large)) == "REPLY_TOO_LARGE")
            #expect(try member.validate(told.token, consuming: true).usesLeft == 1)
            #expect(try member.release(grant: told.grantID))
            #expect(try member.release(grant: other.grantID))
            try stage.expectBase()
        }

        @Test func `a challenge makes no frame larger`() throws {
            let stage = try Stage()
            let process = try stage.stranger()
            try process.openRegistration()
            let request = try process.registerRequest(
                AgentPlan(), launchToken: String(repeating: "0", count: 70_000))
            #expect(word(try process.call(.register, request)) == "FRAME_TOO_LARGE")
            #expect(try process.receiveUntilClosed().isEmpty)
            try stage.expectBase()
        }
    }
}
