internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

extension BadInput {
    /// As many of a thing as there may be, and one more.
    @Suite struct `Bad abundance` {
        /// Sends so many of one call that some are always under way; gives the answers' words.
        private func words(
            _ client: WireClient, _ method: Method, count: Int,
            _ message: (Int) -> some EncodableMessage
        ) throws -> [String: Int] {
            var words: [String: Int] = [:]
            for start in stride(from: 0, to: count, by: 128) {
                var frames: [UInt8] = []
                let end = min(start + 128, count)
                for number in start..<end { frames += try client.frame(method, message(number)) }
                for reply in try client.exchange(frames, expecting: end - start) {
                    words[word(reply), default: 0] += 1
                }
            }
            return words
        }

        @Test func `launch tokens of a uid are as many as its share, and the refusal says so`()
            throws
        {
            let stage = try Stage()
            let member = try stage.member()
            var message = CreateLaunchTokenRequestMessage()
            message.ceiling = ["read:data:*"]
            message.ttlSeconds = 600
            let made = try words(member, .createLaunchToken, count: 2_600) { _ in message }
            #expect(made == ["OK": 2_500, "LAUNCH_TOKENS_EXHAUSTED": 100])
            #expect(try stage.overseer.status().launchTokens == 2_500)
            let refused = try member.call(.createLaunchToken, message)
            #expect(refused.status?.metadata == ["limit": "launch_tokens_per_uid"])
            // Agents are spawned as before.
            try stage.checkOthers()
            try stage.expectBase()
        }

        @Test
        func `revocation records are as many as there may be, and one that is lifted gives way`()
            throws
        {
            let stage = try Stage()
            let overseer = try stage.operate()
            var message = RevokeRequestMessage()
            message.level = .task
            let made = try words(overseer, .revoke, count: 10_010) { number in
                message.target = "unknown-\(number)"
                return message
            }
            #expect(made == ["OK": 10_000, "REVOCATIONS_EXHAUSTED": 10])
            let records = try overseer.revocations()
            #expect(records.count == 10_000)
            // The other levels need no record, and a name that has one is renewed.
            #expect(try overseer.revoke(.token, String(repeating: "0", count: 32)).count == 0)
            #expect(try overseer.revoke(.task, "unknown-0").recordID == records[0].recordID)
            #expect(word(try overseer.lift(records[5].recordID)) == "OK")
            let isFree = try Deadline.poll(seconds: 5) { try overseer.revocations().count < 10_000 }
            #expect(isFree)
            #expect(try overseer.revoke(.task, "one-more").recordID > 0)
            try stage.checkOthers()
            overseer.hangUp()
            try stage.expectBase()
        }

        @Test func `watchers are as many as there may be, and those that go make room`() throws {
            let stage = try Stage(.init(arguments: ["--max-watchers-per-uid", "1000"]))
            var watchers = try (0..<512).map { _ in try EndWatcher(try stage.stranger()) }
            let late = try stage.stranger()
            let reply = try late.call(.watchRevocations, WatchRevocationsRequestMessage())
            #expect(word(reply) == "WATCHERS_EXHAUSTED")
            let agent = try stage.witness.spawn()
            #expect(try stage.witness.release(token: agent.token))
            let end = End(level: "grant", target: String(decoding: agent.grantID, as: UTF8.self))
            for watcher in watchers { #expect(try watcher.sees([end])) }
            watchers.removeLast().client.hangUp()
            #expect(try Deadline.poll(seconds: 5) { try stage.overseer.status().watchers == 511 })
            _ = try EndWatcher(try stage.stranger())
            watchers.removeAll()
            try stage.expectBase()
            #expect(try stage.overseer.status().watchers == 0)
        }

        @Test func `streams asked for in a wrong way are refused, and the connection goes on`()
            throws
        {
            let stage = try Stage()
            let client = try stage.stranger()
            let watch = Raw.envelope("mayfly.v1.Trust", "WatchRevocations")
            #expect(word(try client.call(data: watch)) == "UNIMPLEMENTED", "flags 0")
            let validate = Raw.envelope("mayfly.v1.Agents", "Validate")
            let stream = try client.nextStream()
            try client.send(Raw.frame(stream: stream.rawValue, flags: 1, validate))
            #expect(word(try client.reply(to: stream)) == "UNIMPLEMENTED", "flags 1")
            let malformed = try client.nextStream()
            let text = Raw.envelope(
                "mayfly.v1.Trust", "WatchRevocations", Raw.text(1, "all"))
            try client.send(Raw.frame(stream: malformed.rawValue, flags: 1, text))
            #expect(word(try client.reply(to: malformed)) == "MALFORMED_MESSAGE")
            #expect(try client.validate([0x41]) == ValidateResponseMessage())
            try stage.expectBase()
        }

        @Test func `watchers that come and go leave nothing behind`() throws {
            let stage = try Stage()
            for position in 0..<300 as Range<UInt64> {
                let client = try stage.stranger()
                _ = try client.send(
                    .watchRevocations, WatchRevocationsRequestMessage(afterPosition: position))
                if position.isMultiple(of: 2) { client.hangUp() }
            }
            try stage.expectBase()
            #expect(try stage.overseer.status().watchers == 0)
        }
    }
}
