internal import Foundation
internal import Glibc
internal import MayflyClient
internal import Testing

/// The operator's command, run as a process against a broker's.
@Suite struct `The command line` {
    private let broker: BrokerProcess

    init() throws { broker = try BrokerProcess.start() }

    // MARK: Steps

    private func mayfly(_ arguments: String..., input: String = "") throws -> Programs.Result {
        try Programs.mayfly(arguments, of: broker, input: input)
    }

    /// Runs a command that must succeed and reads its one line of JSON.
    private func answer(_ arguments: String..., input: String = "") throws -> [String: Any] {
        let result = try Programs.mayfly(arguments + ["--json"], of: broker, input: input)
        try #require(result.exit == .status(0), "\(arguments): \(result.errors)")
        return try object(result.output)
    }

    private func object(_ text: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try #require(value as? [String: Any])
    }

    private func addPipeline() throws {
        _ = try answer(
            "app", "add", "--name", "pipeline", "--ceiling", "read:data:*", "read:logs:*")
    }

    private func spawn(_ task: String = "extract") throws -> String {
        let agent = try answer(
            "spawn", "--app", "pipeline", "--orch", "nightly", "--task", task, "--scope",
            "read:data:customer-12345")
        return try #require(agent["token"] as? String)
    }

    // MARK: The story

    @Test func `an agent is spawned, validated, released and then not valid any more`() throws {
        try addPipeline()
        let token = try spawn()
        let valid = try answer("validate", input: token + "\n")
        #expect(valid["valid"] as? Bool == true)
        let claims = try #require(valid["claims"] as? [String: Any])
        #expect(claims["scope"] as? [String] == ["read:data:customer-12345"])
        #expect(claims["app_id"] as? String == "pipeline")

        #expect(try answer("release", input: token)["ended"] as? Bool == true)
        #expect(try answer("release", input: token)["ended"] as? Bool == false)
        let gone = try mayfly("validate", "--json", input: token)
        #expect(gone.exit == .status(1))
        #expect(try object(gone.output)["valid"] as? Bool == false)

        let status = try answer("status")
        #expect(status["spawned"] as? Int == 1)
        #expect(status["released"] as? Int == 1)
        #expect(status["live_grants"] as? Int == 0)
    }

    @Test func `every token of standard input is answered on a line of its own`() throws {
        try addPipeline()
        let tokens = try ["a", "b"].map { try spawn($0) }
        let result = try mayfly(
            "validate", "--json", input: "\(tokens[0])\n\n  nonsense \r\n\(tokens[1])")
        #expect(result.exit == .status(1))
        let lines = try result.output.split(separator: "\n").map { try object(String($0)) }
        #expect(lines.map { $0["valid"] as? Bool } == [true, false, true])
        #expect(
            try mayfly("release", input: tokens.joined(separator: "\n")).output
                == "released\nreleased\n")
    }

    @Test func `a token alone can be piped from one command into the next`() throws {
        try addPipeline()
        let spawned = try mayfly(
            "spawn", "--app", "pipeline", "--orch", "nightly", "--task", "t", "--ttl", "2m",
            "--scope", "read:logs:1", "--audience", "warehouse", "--token-only")
        #expect(spawned.exit == .status(0))
        let valid = try answer("validate", input: spawned.output)
        let claims = try #require(valid["claims"] as? [String: Any])
        #expect(claims["aud"] as? [String] == ["warehouse"])
        let life = try #require(claims["exp"] as? Int) - (try #require(claims["iat"] as? Int))
        #expect(life == 120)
    }

    // MARK: Apps

    @Test func `an app is added, shown, changed, listed and removed`() throws {
        let added = try Programs.mayfly(
            ["app", "add", "--name", "pipeline", "--ceiling", "read:data:*", "--json"], of: broker)
        #expect(added.exit == .status(0))
        #expect(added.errors.contains("a uid proves the uid only"))
        #expect(try object(added.output)["uids"] as? [Int] == [Int(getuid())])

        let changed = try answer(
            "app", "set", "pipeline", "--add-uid", "64001", "64002", "--remove-uid", "64001",
            "--orchestration", "nightly", "--max-ttl", "1h", "--default-ttl", "90")
        #expect(changed["uids"] as? [Int] == [Int(getuid()), 64_002])
        #expect(changed["orchestrations"] as? [String] == ["nightly"])
        #expect(changed["max_ttl_seconds"] as? Int == 3_600)
        #expect(changed["default_ttl_seconds"] as? Int == 90)
        let cleared = try answer("app", "set", "pipeline", "--clear", "orchestrations")
        #expect(cleared["orchestrations"] as? [String] == [])
        #expect(try answer("app", "show", "pipeline")["max_ttl_seconds"] as? Int == 3_600)
        #expect(try mayfly("app", "list").output.contains("pipeline"))
        _ = try spawn()
        #expect(try answer("app", "remove", "pipeline")["ended_grants"] as? Int == 1)
        #expect(try mayfly("app", "list", "--json").output.isEmpty)
    }

    @Test func `a key made by the command attests a batch`() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/key.pem"
        let made = try answer("key", "new", "--out", file)
        let publicKey = try #require(made["public_key"] as? String)
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try mayfly("key", "new", "--out", file).exit == .status(64))
        #expect(try answer("key", "public", file)["public_key"] as? String == publicKey)
        _ = try answer(
            "app", "add", "--name", "pipeline", "--ceiling", "read:data:*", "--attestation-key",
            publicKey)

        let client = MayflyClient(
            socketPath: broker.home.agentSocket, app: "pipeline",
            options: ClientOptions(orchestration: "nightly"))
        let agents = try await client.spawnBatch(
            (0..<3).map { AgentRequest(task: "t\($0)", scope: ["read:data:\($0)"]) },
            attestedBy: try AttestationKey(contentsOf: file))
        #expect(Set(agents.map(\.id)).count == 3)
        let validations = try await client.validateBatch(agents.map(\.token))
        #expect(validations.map(\.isValid) == [true, true, true])
        #expect(try await client.releaseBatch(agents.map(\.token)) == [true, true, true])
    }

    @Test func `an agent's key is kept where it is asked for, and only for an agent`() throws {
        try addPipeline()
        let directory = try TemporaryDirectory()
        let file = directory.path + "/agent.pem"
        func spawn(_ scope: String) throws -> Programs.Result {
            try mayfly(
                "spawn", "--app", "pipeline", "--orch", "nightly", "--task", "t", "--scope", scope,
                "--key-out", file)
        }
        #expect(try spawn("write:data:1").exit == .status(1))
        #expect(access(file, F_OK) != 0)
        #expect(try spawn("read:data:1").exit == .status(0))
        #expect(try mayfly("key", "public", file).exit == .status(0))
    }

    // MARK: The audit

    @Test func `the audit shows what was done, by whom and why not`() throws {
        try addPipeline()
        let token = try spawn()
        #expect(
            try mayfly(
                "spawn", "--app", "pipeline", "--orch", "nightly", "--task", "t", "--scope",
                "write:data:1"
            ).errors.hasPrefix("mayfly: SCOPE_VIOLATION: "))
        #expect(try answer("release", input: token)["ended"] as? Bool == true)

        func kinds(_ arguments: String...) throws -> [String] {
            let result = try Programs.mayfly(["audit"] + arguments + ["--json"], of: broker)
            return try result.output.split(separator: "\n").map {
                try #require(try object(String($0))["event_type"] as? String)
            }
        }
        // What happened is in the log when it is answered; a refusal is written soon after.
        let isRefusalThere = try Deadline.poll(seconds: 10) {
            try kinds("query", "--outcome", "denied") == ["request_refused"]
        }
        #expect(isRefusalThere)
        #expect(try kinds("query", "--type", "agent_spawned", "--app", "pipeline").count == 1)
        #expect(
            try kinds("query", "--task", "extract", "--oldest-first", "--since", "5m")
                == ["agent_spawned", "grant_released"])
        #expect(try kinds("query", "--until", "2020-01-01T00:00:00Z").isEmpty)
        #expect(try kinds("query", "--limit", "2").count == 2)
        let tail = try kinds("tail", "-n", "1000")
        #expect(tail.first == "broker_started")
        #expect(try kinds("tail", "-n", "1") == [tail[tail.count - 1]])
    }

    @Test func `an audit is sound beside a running broker, and rolled back it is not`() throws {
        try addPipeline()
        let directory = try TemporaryDirectory()
        let files = (key: directory.path + "/key", held: directory.path + "/checkpoint")
        try Programs.write(try mayfly("keys", "--verifier-key").output, to: files.key)
        func verify() throws -> Programs.Result {
            try mayfly(
                "audit", "verify", "--data-dir", broker.home.data, "--key", files.key,
                "--checkpoint", files.held, "--json")
        }
        let old = try Data(contentsOf: URL(fileURLWithPath: broker.home.database))
        let oldLog = try Data(contentsOf: URL(fileURLWithPath: broker.home.database + "-wal"))
        _ = try spawn()
        let isCovered = try Deadline.poll(seconds: 10) {
            let checkpoint = try mayfly("audit", "checkpoint")
            // The first one comes within a second of the start.
            guard checkpoint.exit == .status(0) else { return false }
            try Programs.write(checkpoint.output, to: files.held)
            let report = try verify()
            try #require(report.exit == .status(0), "\(report.output)\(report.errors)")
            let found = try object(report.output)
            return found["covered_events"] as? Int == found["events"] as? Int
                && found["events"] as? Int ?? 0 >= 4
        }
        #expect(isCovered)

        #expect(try broker.stop() == .status(0))
        try #require(try verify().exit == .status(0))
        unlink(broker.home.database + "-shm")
        try old.write(to: URL(fileURLWithPath: broker.home.database))
        try oldLog.write(to: URL(fileURLWithPath: broker.home.database + "-wal"))
        let report = try verify()
        #expect(report.exit == .status(1))
        #expect(try object(report.output)["fault"] != nil)
    }

    // MARK: Mistakes

    @Test func `an absent broker and a mistake have exit statuses of their own`() throws {
        let absent = try mayfly("status", "--operator-socket", "/nonexistent/operator.sock")
        #expect(absent.exit == .status(69))
        #expect(absent.errors.hasPrefix("mayfly: CONNECTION_FAILED: "))
        #expect(absent.errors.contains("/nonexistent/operator.sock"))
        for mistake in [
            ["validate"], ["spawn", "--app", "pipeline"], ["app", "set", "pipeline"],
            ["audit", "verify", "--key", "k"], ["audit", "query", "--since", "yesterday"],
            [
                "spawn", "--app", "p", "--orch", "o", "--task", "t", "--scope", "a:b:c", "--ttl",
                "0",
            ],
        ] {
            #expect(
                try Programs.mayfly(mistake, of: broker).exit == .status(64), "\(mistake)")
        }
    }

    @Test func `a refusal is one line with its reason`() throws {
        let refused = try mayfly("app", "show", "nobody")
        #expect(refused.exit == .status(1))
        #expect(refused.errors.hasPrefix("mayfly: APP_NOT_FOUND: "))
        #expect(refused.errors.split(separator: "\n").count == 1)
        #expect(refused.output.isEmpty)
    }
}
