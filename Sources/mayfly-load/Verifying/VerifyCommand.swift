internal import ArgumentParser
private import Glibc
internal import MayflyClient
internal import MayflyCrypto
internal import MayflyWire

/// What a verifier at a resource costs, and how soon it knows what was revoked.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Verify tokens without the broker, new and again, and revoke under verifiers' eyes.",
        discussion: """
            Makes an app of its own and spawns the tokens. Then as many verifiers as asked for \
            follow the stream of ends while agents are revoked one by one: the time is from the \
            acknowledged revocation until each of them refuses the token.
            """)

    @OptionGroup(title: "Where") var sockets: SocketOptions

    @Option(help: "Tokens that are verified.")
    var tokens = 1_000

    @Option(help: "How often each is verified again.")
    var repeats = 1_000

    @Option(help: "Verifiers that follow the stream, each on a connection of its own.")
    var verifiers = 8

    @Option(help: "Agents that are revoked.")
    var revocations = 200

    @Flag(help: "Print the result as JSON.")
    var json = false

    private static let patienceSeconds = 10.0
    private static let floorRounds = 2_000

    func validate() throws {
        guard 1...100_000 ~= tokens, 1...100_000 ~= repeats, 1...256 ~= verifiers,
            0...tokens ~= revocations
        else {
            throw ValidationError(
                "--tokens is 1 to 100000, --verifiers 1 to 256, --revocations at most the tokens")
        }
    }

    private struct Result {
        var floorNanoseconds = 0.0
        var firstNanoseconds = 0.0
        var repeatNanoseconds = 0.0
        var refusedMicroseconds: [Double] = []
    }

    func run() async throws {
        let operation = Operator(path: sockets.operatorPath)
        let attestation = AgentKeyPair()
        var app = AppMessage()
        app.name = "verify-\(getpid())"
        app.ceiling = [TaskPopulation.ceiling]
        app.uids = [getuid()]
        app.attestationKeys = [attestation.publicKey.bytes]
        app.sharedUid = true
        try operation.createApp(app)
        defer { try? operation.removeApp(app.name) }
        var population = try TaskPopulation(
            path: sockets.agentPath, app: app.name, task: "verify", attestation: attestation)
        try population.fill(to: tokens)
        let texts = population.tokens.map { String(decoding: $0, as: UTF8.self) }
        var result = Result()
        result.floorNanoseconds = Self.floor()
        try await measureAlone(texts, &result)
        try await measureRevocations(texts, &result)
        write(result)
    }

    /// One signature verified, nothing else.
    private static func floor() -> Double {
        let key = AgentKeyPair()
        let message = [UInt8](repeating: 7, count: 800)
        let signature = key.signature(for: message)
        let start = processTime()
        let valid = signature.withUnsafeBytes { signature in
            message.withUnsafeBytes { message in
                (0..<floorRounds).count { _ in
                    key.publicKey.isValidSignature(signature, for: message)
                }
            }
        }
        precondition(valid == floorRounds, "its own signature is good")
        return Double(processTime() - start) / Double(floorRounds)
    }

    private func measureAlone(_ texts: [String], _ result: inout Result) async throws {
        let client = MayflyClient(socketPath: sockets.agentPath, app: nil)
        let verifier = Verifier(
            keys: try await client.keys(), revocations: nil,
            options: Verifier.Options(maximumTokens: 2 * tokens))
        let scope = ["read:data:customer-12345"]
        var start = Self.processTime()
        for text in texts { _ = try verifier.verify(text, scope: scope) }
        result.firstNanoseconds = Double(Self.processTime() - start) / Double(texts.count)
        start = Self.processTime()
        for _ in 0..<repeats {
            for text in texts { _ = try verifier.verify(text, scope: scope) }
        }
        result.repeatNanoseconds =
            Double(Self.processTime() - start) / Double(texts.count * repeats)
    }

    private func measureRevocations(_ texts: [String], _ result: inout Result) async throws {
        let operation = OperatorClient(socketPath: sockets.operatorPath)
        var all: [Verifier] = []
        for _ in 0..<verifiers {
            let client = MayflyClient(socketPath: sockets.agentPath, app: nil)
            let following = Revocations(of: client)
            try await following.waitUntilCurrent()
            all.append(Verifier(keys: try await client.keys(), revocations: following))
        }
        for text in texts.prefix(revocations) {
            var agent: String?
            for verifier in all { agent = try verifier.verify(text).subject }
            guard let agent else { throw ExitCode(ExitStatus.errorsSeen.rawValue) }
            _ = try await operation.revoke(.agent(agent))
            let acknowledged = Moment.now()
            var left = all
            while !left.isEmpty {
                left.removeAll { verifier in
                    if (try? verifier.verify(text)) != nil { return false }
                    result.refusedMicroseconds.append(
                        Double(Moment.now().nanoseconds(since: acknowledged)) / 1e3)
                    return true
                }
                // Those that follow the stream may have no other thread than this one.
                await Task.yield()
                guard Moment.now().seconds(since: acknowledged) < Self.patienceSeconds else {
                    throw ExitCode(ExitStatus.errorsSeen.rawValue)
                }
            }
        }
    }

    /// CPU time of this process: nanoseconds.
    private static func processTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func write(_ result: Result) {
        let times = Quantiles(result.refusedMicroseconds)
        let ratio = result.firstNanoseconds / result.floorNanoseconds
        var text = JSONText()
        text.add("tokens", tokens)
        text.add("floor_verify_microseconds", result.floorNanoseconds / 1e3)
        text.add("first_microseconds", result.firstNanoseconds / 1e3)
        text.add("first_signatures", ratio)
        text.add("repeat_microseconds", result.repeatNanoseconds / 1e3)
        text.add("verifiers", verifiers)
        text.add("revocations", revocations)
        text.add("refused_p50_microseconds", times.at(0.5))
        text.add("refused_p99_microseconds", times.at(0.99))
        text.add("refused_max_microseconds", times.longest)
        guard !json else { return writeLine(text.text, to: STDOUT_FILENO) }
        var table = TextTable(["\(tokens) tokens, \(verifiers) verifiers", ""])
        for (name, value) in [
            (
                "a token seen for the first time",
                "\(Decimal3(result.firstNanoseconds / 1e3).text) us, "
                    + "\(Decimal3(ratio, places: 2).text) signatures"
            ),
            ("a token seen before", "\(Decimal3(result.repeatNanoseconds / 1e3).text) us"),
            (
                "revoked to refused by a verifier, p50",
                "\(Decimal3((times.at(0.5) ?? 0) / 1e3).text) ms"
            ),
            (
                "revoked to refused by a verifier, p99",
                "\(Decimal3((times.at(0.99) ?? 0) / 1e3).text) ms"
            ),
        ] {
            table.add([name, value])
        }
        writeLine(table.lines.joined(separator: "\n"), to: STDOUT_FILENO)
    }
}
