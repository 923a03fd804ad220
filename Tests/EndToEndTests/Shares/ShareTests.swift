internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
import Testing

private let isPossible = RigTier.isPossible("shares of other users", OtherUser.impediment)

/// Each share is refused by its name, belongs to the uid and not to the connection, and is nobody
/// else's.
@Suite(.enabled(if: isPossible, "not run: only root can be someone else"))
struct `Fair shares through the socket` {
    private let stranger = ShareScene.strangers[0]
    private let other = ShareScene.strangers[1]

    @Test func `connections: strangers have one pot, and a named uid is let in`() throws {
        let scene = try ShareScene(["--max-connections", "64", "--max-connections-per-uid", "8"])
        var inside = try scene.crowd(stranger, atMost: 20)
        #expect(inside.count == 8)
        #expect(try !scene.isServed(try scene.connect(as: other)), "the pot is one")
        #expect(try scene.isServed(try scene.connect(as: ShareScene.named)))
        #expect(
            try scene.overseer.metrics().contains(
                "mayfly_limit_hits_total{limit=\"connections_per_uid\"} 2\n"))
        inside.removeLast().hangUp()
        let hasRoom = try Deadline.poll(seconds: 5) {
            try scene.isServed(try scene.connect(as: other))
        }
        #expect(hasRoom)
    }

    @Test func `connections: the last places are kept for those who have few`() throws {
        let scene = try ShareScene(["--max-connections", "64", "--max-connections-per-uid", "60"])
        // Two of them are the witness's and the overseer's; four are kept.
        #expect(try scene.crowd(ShareScene.named, atMost: 64).count == 58)
        #expect(try scene.isServed(try scene.connect(as: stranger)))
    }

    @Test func `signatures: strangers have one pot, and coming back fills it with nothing`() throws
    {
        let scene = try ShareScene(["--unnamed-signatures-per-second", "2"])
        let agent = try LiveAgent(
            try scene.witness.spawn(AgentPlan()), AgentPlan(), describedBy: scene.witness)
        let key = AgentKeyPair()
        func renewal(_ client: WireClient) throws -> String {
            _ = try scene.challenge(client)
            _ = try client.openRegistration()
            // The proof is a wrong one: it costs its signatures all the same.
            return limit(
                try client.call(.renew, try client.renewRequest(agent.token, by: key)))
        }
        var words: [String] = []
        for uid in [stranger, other, stranger, other, stranger] {
            words.append(try renewal(try scene.connect(as: uid)))
        }
        #expect(words.first == "PROOF_INVALID -")
        #expect(words.contains("SHARE_EXHAUSTED signatures_per_second"))
        let refused = words.count { $0 == "SHARE_EXHAUSTED signatures_per_second" }
        #expect(refused >= 2, "\(words)")
        for _ in 0..<20 { try Stage.work(scene.witness) }
        let recovers = try Deadline.poll(seconds: 10, everyMilliseconds: 100) {
            try renewal(try scene.connect(as: stranger)) == "PROOF_INVALID -"
        }
        #expect(recovers)
    }

    @Test func `a uid that has been named leaves the pot with its next connection`() throws {
        let scene = try ShareScene(["--max-connections", "64", "--max-connections-per-uid", "8"])
        let held = try scene.crowd(stranger, atMost: 20)
        #expect(try !scene.isServed(try scene.connect(as: other)))
        _ = try scene.overseer.update("app") { $0.uids = [0, ShareScene.named, other] }
        #expect(try scene.isServed(try scene.connect(as: other)))
        for client in held { #expect(try scene.isServed(client)) }
    }

    @Test func `requests: more under way than the uid may have are refused by name`() throws {
        let scene = try ShareScene(["--max-requests-per-uid", "4", "--reactors", "1"])
        let client = try scene.member(as: ShareScene.named)
        var calls: [UInt8] = []
        for _ in 0..<64 { calls += try client.frame(.spawn, try client.spawnRequest(AgentPlan())) }
        let words = Dictionary(
            grouping: try client.exchange(calls, expecting: 64), by: limit
        ).mapValues(\.count)
        #expect(Set(words.keys) == ["OK", "SHARE_EXHAUSTED requests_in_flight_per_uid"])
        #expect(words["OK", default: 0] >= 4)
        try Stage.work(scene.witness)
        try Stage.work(client)
    }

    @Test func `watchers and registrations: those over the share are refused by name`() throws {
        let scene = try ShareScene(
            ["--max-watchers-per-uid", "2", "--max-challenges-per-uid", "2"])
        let watch = WatchRevocationsRequestMessage()
        var watchers = try (0..<2).map { _ in try EndWatcher(try scene.connect(as: stranger)) }
        let third = try scene.connect(as: other)
        #expect(
            limit(try third.call(.watchRevocations, watch)) == "SHARE_EXHAUSTED watchers_per_uid")
        _ = try EndWatcher(try scene.connect(as: ShareScene.named))
        watchers.removeLast().client.hangUp()
        let isFree = try Deadline.poll(seconds: 5) {
            try scene.overseer.status().watchers == 1
        }
        #expect(isFree)
        _ = try EndWatcher(third)

        var open = try (0..<2).map { _ in try scene.connect(as: stranger) }
        for client in open { #expect(limit(try scene.challenge(client)) == "OK") }
        #expect(limit(try scene.challenge(open[0])) == "OK", "the same one again")
        let late = try scene.connect(as: other)
        #expect(limit(try scene.challenge(late)) == "SHARE_EXHAUSTED challenges_per_uid")
        #expect(limit(try scene.challenge(try scene.connect(as: ShareScene.named))) == "OK")
        open.removeLast().hangUp()
        let hasRoom = try Deadline.poll(seconds: 5) {
            limit(try scene.challenge(late)) == "OK"
        }
        #expect(hasRoom)
    }

    @Test func `bytes: a uid that reads nothing is refused, and the others are not`() throws {
        let scene = try ShareScene(["--max-queued-bytes-per-uid", "1048576"])
        let hoarder = try scene.member(as: ShareScene.named)
        let token = try hoarder.spawn().token
        var item = ValidateRequestMessage()
        item.token = ByteView(copying: token)
        let batch = ValidateBatchRequestMessage(items: .init(repeating: item, count: 500))
        var calls: [UInt8] = []
        for _ in 0..<12 { calls += try hoarder.frame(.validateBatch, batch) }
        var sent = 0
        var lastProgress = Deadline(seconds: 0.5)
        while sent < calls.count, !lastProgress.isOver {
            let count = try hoarder.sendWithoutWaiting(calls[sent...])
            if count > 0 { lastProgress = Deadline(seconds: 0.5) }
            sent += count
        }
        let second = try scene.connect(as: ShareScene.named)
        var message = ValidateRequestMessage()
        message.token = item.token
        let isRefused = try Deadline.poll(seconds: 5) {
            limit(try second.call(.validate, message)) == "SHARE_EXHAUSTED queued_bytes_per_uid"
        }
        #expect(isRefused)
        try Stage.work(scene.witness)
        hoarder.hangUp()
        let isFree = try Deadline.poll(seconds: 5) {
            limit(try second.call(.validate, message)) == "OK"
        }
        #expect(isFree)
    }
}

/// Turns go by uid: a crowd of one user's connections is one user.
@Suite(.enabled(if: isPossible, "not run: only root can be someone else"), .serialized)
struct `Turns through the socket` {
    /// How many of the crowd's agents came to be while the quiet user got so many, one by one.
    private func crowdsProgress(during calls: Int, fault: String? = nil) throws -> Int {
        let scene = try ShareScene(
            ["--reactors", "1", "--unnamed-signatures-per-second", "0"], fault: fault)
        let crowd = try (0..<12).map { _ in try scene.member(as: ShareScene.named) }
        let frames = try crowd.map { client in
            try (0..<250).flatMap { _ in
                try client.frame(.spawn, try client.spawnRequest(AgentPlan()))
            }
        }
        let requests = try (0..<calls).map { _ in try scene.witness.spawnRequest(AgentPlan()) }
        for (client, frames) in zip(crowd, frames) { try client.send(frames) }
        let before = try scene.overseer.status().liveGrants
        for request in requests {
            _ = try scene.witness.call(.spawn, request, as: SpawnResponseMessage.self)
        }
        return Int(try scene.overseer.status().liveGrants - before) - calls
    }

    @Test func `a quiet uid is served among a crowd's connections as one of two`() throws {
        // In one pot each of its calls waits until every connection has had its turn.
        let (fair, unfair) = (
            try crowdsProgress(during: 10), try crowdsProgress(during: 10, fault: "one-pot")
        )
        #expect(fair * 2 < unfair, "\(fair), \(unfair)")
    }
}

/// Brokers with a fault in them on purpose, told from a sound one.
@Suite(.enabled(if: isPossible, "not run: only root can be someone else"))
struct `Mutants of fair shares` {
    private func isUnfair(_ fault: String?) throws -> Bool {
        let scene = try ShareScene(
            ["--max-connections", "64", "--max-connections-per-uid", "8"], fault: fault)
        let taken = try scene.crowd(ShareScene.strangers[0], atMost: 12)
        let isServed = try scene.isServed(try scene.connect(as: ShareScene.named))
        return taken.count != 8 || !isServed
    }

    @Test func `each is told from a sound broker`() throws {
        #expect(try !isUnfair(nil))
        #expect(try isUnfair("one-pot"))
        #expect(try isUnfair("forget-shares"))
    }
}
