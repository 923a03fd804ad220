internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// No step of the system's clock revives, extends or shortens a grant.
@Suite struct `The system's clock through the socket` {
    /// A broker whose wall clock a file sets.
    private final class Clockwork {
        let scene: Scene
        private let file: TemporaryDirectory

        init() throws {
            file = try TemporaryDirectory()
            var options = BrokerProcess.Options()
            options.environment["MAYFLY_FAULT_WALL_CLOCK"] = file.path + "/wall"
            scene = try Scene(options)
        }

        /// The system's clock goes this far from the true one; waits until the broker has seen it.
        func set(seconds: Int64, stops: Bool) throws {
            let text = "\(seconds * 1_000)"
            let path = file.path + "/wall"
            let descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
            close(descriptor)
            #expect(rename(path + ".new", path) == 0)
            #expect(
                try Deadline.poll(seconds: 5) {
                    try scene.overseer.status().isIssuingStopped == stops
                })
        }
    }

    @Test func `while the clocks disagree nothing is issued, and all else goes on`() throws {
        for seconds in [6, -6, 3_600, -3_600, 315_360_000, -315_360_000] as [Int64] {
            let clock = try Clockwork()
            let scene = clock.scene
            let agent = try scene.spawn(task: "agent")
            let taker = try scene.spawn(task: "taker")
            let launch = try scene.member.launchToken()
            let hop = Hop.sign(
                try scene.member.hopContent(from: agent, to: taker), with: agent.key)
            try clock.set(seconds: seconds, stops: true)
            let deviation = try scene.overseer.status().clockDeviationMilliseconds
            #expect(abs(deviation - seconds * 1_000) < 3_000)
            #expect(try scene.validity(of: [agent, taker]) == [true, true])
            #expect(word(try scene.member.beat(agent.token)) == "OK")
            let refused: [(Method, any EncodableMessage)] = [
                (.spawn, try scene.member.spawnRequest(AgentPlan())),
                (.renew, try scene.member.renewRequest(agent.token, by: agent.key)),
                (.delegate, scene.member.delegateRequest(agent.token, hop)),
                (.createLaunchToken, launchTokenRequest()),
                (.register, try scene.member.registerRequest(AgentPlan(), launchToken: launch)),
            ]
            for (method, message) in refused {
                #expect(
                    word(try scene.member.call(method, EncodedMessage(bytes: bytes(message))))
                        == "CLOCK_DEVIATES", "\(method) at \(seconds) s")
            }
            // Neither does a restart under the wrong clock change anybody's time.
            try scene.killAndRestart()
            #expect(try scene.validity(of: [agent, taker]) == [true, true])
            let late = try scene.member.spawnRequest(AgentPlan())
            #expect(word(try scene.member.call(.spawn, late)) == "CLOCK_DEVIATES")
            #expect(try scene.overseer.status().isIssuingStopped)
            #expect(try scene.member.release(token: taker.token))
            #expect(try scene.overseer.revoke(.token, agent.tokenID).count == 1)
            #expect(try scene.validity(of: [agent, taker]) == [false, false])
            try clock.set(seconds: 0, stops: false)
            _ = try scene.spawn(task: "after")
            #expect(try scene.validity(of: [agent, taker]) == [false, false])
        }
    }

    private func launchTokenRequest() -> CreateLaunchTokenRequestMessage {
        var message = CreateLaunchTokenRequestMessage()
        message.ceiling = ["read:data:*"]
        return message
    }

    private func bytes(_ message: any EncodableMessage) -> [UInt8] { message.encodedBytes() }

    @Test func `a few seconds are nothing`() throws {
        let clock = try Clockwork()
        try clock.set(seconds: 4, stops: false)
        _ = try clock.scene.spawn()
        #expect(try clock.scene.overseer.status().clockDeviationMilliseconds > 1_000)
    }

    /// Grants live for as long as they would have; only what is told afterwards tells the new time.
    @Test func `an accepted time is told from then on, and after a restart`() throws {
        for hours in [1, -1] as [Int64] {
            let clock = try Clockwork()
            let scene = clock.scene
            let before = try scene.spawn(task: "before")
            try clock.set(seconds: hours * 3_600, stops: true)
            let answer = try scene.overseer.acceptTime()
            #expect(abs(answer.shiftedMilliseconds - hours * 3_600_000) <= 2_000)
            #expect(try !scene.overseer.status().isIssuingStopped)
            let now = UInt64(Int64(time(nil)) + hours * 3_600)
            for _ in 0..<2 {
                let after = try scene.spawn(AgentPlan(lifetimeSeconds: 100))
                #expect((now + 90)...(now + 110 + 30) ~= after.expiresAt)
                #expect(try scene.validity(of: [before, after]) == [true, true])
                #expect(try scene.overseer.validate(before.token).expiresAt == before.expiresAt)
                #expect(throws: Never.self) {
                    try scene.verifyOffline(after.token, at: now).get()
                }
                // One from before delegates by the time that is told now, as far as a hop can tell
                // it: what its own token says is over by the new time, no hop can be inside of.
                let delegation = try scene.member.delegationWord(from: before, to: after) {
                    $0.expiresAtSeconds = min($0.issuedAtSeconds + 60, before.notAfter)
                }
                #expect(delegation == (hours > 0 ? "LIFETIME_VIOLATION" : "OK"))
                try scene.killAndRestart()
                #expect(try !scene.overseer.status().isIssuingStopped)
            }
            #expect(try scene.overseer.events(ofType: "time_accepted").count == 1)
        }
    }
}
