internal import MayflyCrypto
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad tokens` {
        private static let dot = UInt8(ascii: ".")

        /// Places of every kind in a token: the first, middle and last characters of each part,
        /// those around the dots, and the dots.
        private static func places(in token: [UInt8]) -> [Int] {
            let dots = token.indices.filter { token[$0] == dot }
            var places = dots.flatMap { [$0 - 2, $0 - 1, $0, $0 + 1, $0 + 2] }
            places += [0, 1, token.count - 1, token.count - 2, token.count - 3]
            places += stride(from: 0, to: token.count, by: 7)
            return Array(Set(places)).sorted()
        }

        /// A token that is not the one it was made of.
        private static func forgeries(of token: [UInt8]) -> [(String, [UInt8])] {
            let parts = token.split(separator: dot).map(Array.init)
            func join(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined(separator: [dot])) }
            let none = Base64URL.encode([UInt8](#"{"alg":"none","typ":"JWT"}"#.utf8))
            let claims = Base64URL.decode(parts[1]) ?? []
            let text = String(decoding: claims, as: UTF8.self)
            let wider = [UInt8](
                text.replacing("read:data:customer-1", with: "read:data:*").utf8)
            let thief = AgentKeyPair()
            let stolen = join(parts[0], Base64URL.encode(wider))
            let signature = Base64URL.encode(thief.signature(for: stolen))
            var changed: [(String, [UInt8])] = [
                ("nothing", []), ("a dot", [dot]), ("two dots", [dot, dot]),
                ("no signature", join(parts[0], parts[1])),
                ("an empty signature", join(parts[0], parts[1], [])),
                ("no header", join([], parts[1], parts[2])),
                ("no payload", join(parts[0], [], parts[2])),
                ("four parts", token + [dot] + parts[2]),
                ("another algorithm", join(none, parts[1], [])),
                ("another algorithm, signed", join(none, parts[1], parts[2])),
                ("wider claims", join(parts[0], Base64URL.encode(wider), parts[2])),
                ("wider claims, signed by a thief", stolen + [dot] + signature),
                ("padding", token + [UInt8(ascii: "=")]),
                ("a space behind", token + [UInt8(ascii: " ")]),
                ("a line behind", token + [UInt8(ascii: "\n")]),
                ("a scheme before", [UInt8]("Bearer ".utf8) + token),
                ("twice", token + token),
                ("parts in another order", join(parts[0], parts[2], parts[1])),
                ("over 16 KiB", token + .init(repeating: UInt8(ascii: "A"), count: 16_384)),
                ("20 KB of A", .init(repeating: UInt8(ascii: "A"), count: 20_000)),
            ]
            for place in places(in: token) {
                for character in [UInt8(ascii: "A"), UInt8(ascii: "Q"), dot, UInt8(ascii: "=")]
                where token[place] != character {
                    var other = token
                    other[place] = character
                    changed.append(("place \(place)", other))
                }
            }
            return changed
        }

        private func batch(_ tokens: [[UInt8]]) -> ValidateBatchRequestMessage {
            ValidateBatchRequestMessage(
                items: tokens.map {
                    var item = ValidateRequestMessage()
                    item.token = ByteView(copying: $0)
                    return item
                })
        }

        /// Presents every forgery, one by one, and in batches, to be validated and to end.
        private func present(
            _ forgeries: [(String, [UInt8])], of token: [UInt8], to client: WireClient
        ) throws {
            for (name, forgery) in forgeries {
                let answer = try client.validate(forgery)
                #expect(answer == ValidateResponseMessage(), "\(name)")
                #expect(try !client.release(token: forgery), "\(name)")
            }
            for start in stride(from: 0, to: forgeries.count, by: 16) {
                let tokens = forgeries[start..<min(start + 16, forgeries.count)].map(\.1)
                let answers = try client.call(
                    .validateBatch, batch(tokens + [token]), as: ValidateBatchResponseMessage.self
                ).items
                #expect(answers.dropLast().allSatisfy { $0 == ValidateResponseMessage() })
                #expect(answers.last?.valid == true)
            }
        }

        @Test func `no other text is taken for a token, be it new or recovered`() throws {
            let home = try BrokerProcess.Home()
            let first = try BrokerProcess.start(home: home)
            try first.createApp(Stage.app)
            let token = try first.connect(app: Stage.app).spawn().token
            let forgeries = Self.forgeries(of: token)
            #expect(forgeries.count > 300)
            // Presented by who has named no app: whoever reaches the socket may try.
            try present(forgeries, of: token, to: try first.connect())
            #expect(try first.stop() == .status(0))

            // The next broker keeps no fingerprint of the token until it was presented once.
            let second = try BrokerProcess.start(home: home)
            let stranger = try second.connect()
            for (name, forgery) in forgeries {
                #expect(try !stranger.validate(forgery).valid, "\(name), before the token")
            }
            try present(forgeries, of: token, to: stranger)
            #expect(try stranger.release(token: token))
            #expect(try !stranger.validate(token).valid)
        }

        @Test func `a token of another broker of the same name is none here`() throws {
            let here = try Stage()
            let there = try Stage()
            let token = try there.member().spawn().token
            let client = try here.stranger()
            #expect(try !client.validate(token).valid)
            #expect(try !client.release(token: token))
            try here.expectBase()
        }

        @Test func `a grant ends by its id for its own app only`() throws {
            let stage = try Stage()
            try stage.broker.createApp("others")
            let owner = try stage.member()
            let other = try stage.broker.connect(app: "others")
            let grant = try owner.spawn().grantID
            #expect(try !other.release(grant: grant))
            let wrong: [[UInt8]] = [
                [], Array(grant.dropLast()), grant + [0x30], .init(repeating: 0x47, count: 32),
                [UInt8](String(decoding: grant, as: UTF8.self).uppercased().utf8),
                [UInt8]("' OR 1=1 -- '".utf8),
            ]
            for id in wrong where id != grant {
                let request = ReleaseRequestMessage(target: .grant(ByteView(copying: id)))
                #expect(word(try owner.call(.release, request)) == "INVALID_IDENTIFIER")
                // One that cannot be read in a batch, and nothing of it is done.
                let both = ReleaseBatchRequestMessage(items: [
                    ReleaseRequestMessage(target: .grant(ByteView(copying: grant))), request,
                ])
                #expect(word(try owner.call(.releaseBatch, both)) == "INVALID_IDENTIFIER")
            }
            let nothing = ReleaseRequestMessage(target: nil)
            #expect(word(try owner.call(.release, nothing)) == "MALFORMED_MESSAGE")
            #expect(try stage.overseer.status().liveGrants == 1)
            #expect(try owner.release(grant: grant))
            #expect(try !owner.release(grant: grant))
            other.hangUp()
            try stage.expectBase()
        }

        @Test func `an app that is taken away ends nothing by id, and is recorded once`() throws {
            let stage = try Stage()
            try stage.broker.createApp("leaving")
            let client = try stage.broker.connect(app: "leaving")
            let grant = try client.spawn(AgentPlan(orchestration: "leaving")).grantID
            let kept = try stage.member().spawn()
            _ = try stage.overseer.call(.removeApp, RemoveAppRequestMessage(name: "leaving"))
            let before = try stage.overseer.status().refused
            let byGrant = ReleaseRequestMessage(target: .grant(ByteView(copying: grant)))
            #expect(word(try client.call(.release, byGrant)) == "AUTHENTICATION_REQUIRED")
            #expect(try stage.overseer.status().refused == before + 1)
            // What a batch could do without the app is done, and said.
            let byToken = ReleaseRequestMessage(target: .token(ByteView(copying: kept.token)))
            let ended = try client.call(
                .releaseBatch, ReleaseBatchRequestMessage(items: [byToken, byGrant]),
                as: ReleaseBatchResponseMessage.self
            ).ended
            #expect(ended == [true, false])
            let spawn = try client.call(.spawn, try client.spawnRequest(AgentPlan()))
            #expect(word(spawn) == "AUTHENTICATION_REQUIRED")
            client.hangUp()
            try stage.expectBase()
        }
    }
}
