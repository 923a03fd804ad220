internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// Brokers with a fault in them on purpose: what these suites look for is found there, and not in a
/// sound one.
@Suite struct `Mutants of the authority model` {
    private struct Mutant: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Whether this broker gives more than it may.
        let isWrong: @Sendable (Scene) throws -> Bool
    }

    private static let mutants = [
        Mutant(testDescription: "forget-holder") { scene in
            let taker = try scene.spawn(task: "taker")
            let child = try scene.member.delegate(
                from: try scene.spawn(task: "root"), to: taker)
            _ = try scene.member.release(token: taker.token)
            return try scene.member.isValid(child)
        },
        Mutant(testDescription: "keep-old-token") { scene in
            // Both in one read: the second is decided before the first one's token is signed, which
            // would take the old digest's place.
            let agent = try scene.spawn(lifetimeSeconds: 900) { $0.ttlSeconds = 60 }
            let frames = try (0..<2).flatMap { _ in
                try scene.member.frame(
                    .renew, try scene.member.renewRequest(agent.token, by: agent.key))
            }
            let replies = try scene.member.exchange(frames, expecting: 2)
            return replies.count { $0.status == nil } == 2
        },
        Mutant(testDescription: "widen-scope") { scene in
            let taker = try scene.spawn(task: "taker")
            let word = try scene.member.delegationWord(
                from: try scene.spawn(task: "root"), to: taker, scope: ["read:data:*"])
            return word == "OK"
        },
        Mutant(testDescription: "widen-lifetime") { scene in
            let taker = try scene.spawn(task: "taker")
            let word = try scene.member.delegationWord(
                from: try scene.spawn(task: "root"), to: taker
            ) { $0.expiresAtSeconds += 3_600 }
            return word == "OK"
        },
        Mutant(testDescription: "copy-uses") { scene in
            let root = try scene.spawn(AgentPlan(task: "root")) { $0.maximumUses = 2 }
            let taker = try scene.spawn(task: "taker")
            _ = try scene.member.delegate(from: root, to: taker) { $0.maximumUses = 2 }
            return try scene.member.isValid(root)
        },
    ]

    @Test func `each is told from a sound broker`() throws {
        for mutant in Self.mutants {
            #expect(try !mutant.isWrong(Scene()), "sound: \(mutant.testDescription)")
            var options = BrokerProcess.Options()
            options.environment["MAYFLY_FAULT"] = mutant.testDescription
            #expect(try mutant.isWrong(Scene(options)), "\(mutant.testDescription)")
        }
    }
}
