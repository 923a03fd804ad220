internal import Glibc
internal import MayflyWire
internal import Testing

/// One broker after another on one data directory.
@Suite struct RestartTests {
    @Test func `a restart keeps live grants and ended ones apart`() throws {
        let first = try BrokerProcess.start()
        try first.createApp("app")
        let client = try first.connect(app: "app")
        let kept = try client.spawn(AgentPlan(task: "kept"))
        let ended = try client.spawn(AgentPlan(task: "ended"))
        #expect(try client.release(token: ended.token))
        let before = try client.validate(kept.token)
        #expect(before.valid)
        #expect(try first.stop() == .status(0))

        let second = try BrokerProcess.start(home: first.home)
        #expect(try second.connectOperator().status().liveGrants == 1)
        let other = try second.connect(app: "app")
        #expect(try other.validate(kept.token) == before)
        #expect(try !other.validate(ended.token).valid)
        #expect(try !other.release(token: ended.token))
        #expect(try other.release(grant: kept.grantID))
        #expect(try !other.validate(kept.token).valid)
    }

    /// The digest of the whole token went with the process: the first presentation is judged by
    /// the signature, and one that fails must not stand in the way of the true one.
    @Test func `a changed token is refused after a restart, before and after the true one`() throws
    {
        let first = try BrokerProcess.start()
        try first.createApp("app")
        let agent = try first.connect(app: "app").spawn()
        first.kill9()

        let second = try BrokerProcess.start(home: first.home)
        let client = try second.connect()
        let changed = changedTokens(of: agent.token)
        for token in changed { #expect(try !client.validate(token).valid) }
        #expect(try client.validate(agent.token).valid)
        for token in changed { #expect(try !client.validate(token).valid) }
        #expect(try client.validate(agent.token).valid)
    }

    /// One for each part of the token: its id, its middle, its signature's start and end.
    private func changedTokens(of token: [UInt8]) -> [[UInt8]] {
        let dots = token.indices.filter { token[$0] == UInt8(ascii: ".") }
        guard dots.count == 2 else { return [] }
        let places = [
            dots[0] + 20, (dots[0] + dots[1]) / 2, dots[1] - 1, dots[1] + 1, token.count - 3,
        ]
        return places.map { place in
            var changed = token
            changed[place] =
                token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            return changed
        }
    }

    @Test func `a second broker on one data directory is refused, and the first goes on`() throws {
        let first = try BrokerProcess.start()
        try first.createApp("app")
        let second = try BrokerProcess(launching: BrokerProcess.Options(), home: first.home)
        #expect(try second.waitForExit(seconds: 30) == .status(75))
        #expect(first.log.contains("another broker runs here (process \(first.pid))"))
        _ = try first.connect(app: "app").spawn()
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602] as [mode_t])
    func `a key file that is open to others is refused`(mode: mode_t) throws {
        let home = try stoppedHome()
        #expect(chmod(home.keyFile, mode) == 0)
        #expect(try exit(startingIn: home) == .status(77))
        #expect(chmod(home.keyFile, 0o600) == 0)
        _ = try BrokerProcess.start(home: home)
    }

    @Test func `a database without its key file is refused`() throws {
        let home = try stoppedHome()
        #expect(rename(home.keyFile, home.keyFile + ".away") == 0)
        #expect(try exit(startingIn: home) == .status(77))
        #expect(access(home.keyFile, F_OK) != 0)
        #expect(rename(home.keyFile + ".away", home.keyFile) == 0)
        _ = try BrokerProcess.start(home: home)
    }

    @Test func `a database of another issuer is refused and left as it is`() throws {
        let home = try stoppedHome()
        #expect(try exit(startingIn: home, ["--issuer", "https://other.example"]) == .status(78))
        _ = try BrokerProcess.start(home: home)
    }

    @Test func `a database of another key is refused and left as it is`() throws {
        let (home, stranger) = (try stoppedHome(), try stoppedHome())
        #expect(rename(home.keyFile, home.keyFile + ".away") == 0)
        #expect(rename(stranger.keyFile, home.keyFile) == 0)
        #expect(try exit(startingIn: home) == .status(78))
        #expect(rename(home.keyFile + ".away", home.keyFile) == 0)
        _ = try BrokerProcess.start(home: home)
    }

    // MARK: Support

    /// What a broker left behind that was started and stopped.
    private func stoppedHome() throws -> BrokerProcess.Home {
        let broker = try BrokerProcess.start()
        #expect(try broker.stop() == .status(0))
        return broker.home
    }

    private func exit(
        startingIn home: BrokerProcess.Home, _ arguments: [String] = []
    ) throws -> BrokerProcess.Exit {
        var options = BrokerProcess.Options()
        options.arguments = arguments
        return try BrokerProcess(launching: options, home: home).waitForExit(seconds: 30)
    }
}
