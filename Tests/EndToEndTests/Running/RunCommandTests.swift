internal import Foundation
internal import Glibc
internal import MayflyClient
internal import Testing

/// `mayfly run`: a command becomes an agent, and its credential dies with it.
@Suite struct `A command that runs as an agent` {
    private let broker: BrokerProcess
    private let directory: TemporaryDirectory

    init() throws {
        broker = try BrokerProcess.start()
        directory = try TemporaryDirectory()
        let added = try Programs.mayfly(
            ["app", "add", "--name", "desk", "--ceiling", "read:data:*"], of: broker)
        try #require(added.exit == .status(0))
    }

    // MARK: Steps

    private let run = [
        "run", "--app", "desk", "--task", "t", "--scope", "read:data:customer-12345",
    ]

    private func run(_ command: String..., options: [String] = []) throws -> Programs.Result {
        try Programs.mayfly(run + options + ["--"] + command, of: broker)
    }

    private func isValid(_ token: String) throws -> Bool {
        try Programs.mayfly(["validate"], of: broker, input: token).exit == .status(0)
    }

    private func object(_ text: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try #require(value as? [String: Any])
    }

    /// A wrapper and its agent, which writes down what it was handed and its process, and sleeps.
    private func startSleeper() throws -> Sleeper {
        let place = directory.path + "/agent"
        let script =
            #"cat "/dev/fd/$MAYFLY_AGENT_FD" >"$0.new"; echo $$ >"$0.pid"; "#
            + #"mv "$0.new" "$0"; exec sleep 600"#
        let daemon = try BrokerProcess.executable
        let wrapper = try BrokerProcess.spawn(
            [String(daemon.dropLast("mayflyd".count)) + "mayfly"] + run + [
                "--", "sh", "-c", script, place,
            ],
            ["MAYFLY_SOCKET": broker.home.agentSocket], log: directory.path + "/log")
        let isThere = Deadline.poll(seconds: 30, everyMilliseconds: 5) { access(place, F_OK) == 0 }
        try #require(
            isThere, "\(String(decoding: contents(ofFile: directory.path + "/log"), as: UTF8.self))"
        )
        let agent = try object(String(decoding: contents(ofFile: place), as: UTF8.self))
        let pid = String(decoding: contents(ofFile: place + ".pid"), as: UTF8.self)
        return Sleeper(
            wrapper: wrapper, agent: try #require(pid_t(pid.trimmingCharacters(in: .newlines))),
            token: try #require(agent["token"] as? String))
    }

    private struct Sleeper {
        let wrapper: pid_t
        let agent: pid_t
        let token: String
    }

    private func status(of process: pid_t) -> Int32 {
        var status: Int32 = -1
        waitpid(process, &status, 0)
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }

    private func isRefusedSoon(_ token: String) throws -> Bool {
        for _ in 0..<2_000 {
            if try !isValid(token) { return true }
        }
        return false
    }

    // MARK: What it is handed

    @Test func `it finds its agent on the descriptor, in nobody's arguments or environment`() throws
    {
        let result = try run(
            "sh", "-c", #"cat "/dev/fd/$MAYFLY_AGENT_FD"; env >&2; cat /proc/$PPID/cmdline >&2"#)
        #expect(result.exit == .status(0), "\(result.errors)")
        let agent = try object(result.output)
        #expect(Set(agent.keys) == ["socket", "token", "private_key", "agent_id", "expires_at"])
        #expect(agent["socket"] as? String == broker.home.agentSocket)
        let id = try #require(agent["agent_id"] as? String)
        #expect(id.hasPrefix("spiffe://mayfly.local/agent/desk/t/"))
        let token = try #require(agent["token"] as? String)
        #expect(!result.errors.contains(token))
        #expect(try !isValid(token), "the command is over")
    }

    @Test func `with --environment it finds the token in a variable`() throws {
        let result = try run("sh", "-c", "echo $MAYFLY_TOKEN", options: ["--environment"])
        #expect(result.exit == .status(0), "\(result.errors)")
        #expect(result.output.split(separator: ".").count == 3)
    }

    // MARK: How it ends

    @Test func `it ends as the command does`() throws {
        #expect(try run("sh", "-c", "exit 7").exit == .status(7))
        #expect(try run("sh", "-c", "kill -TERM $$").exit == .status(128 + SIGTERM))
        #expect(try run("/nonexistent").exit == .status(127))
        #expect(try run("/etc/passwd").exit == .status(126))
    }

    @Test func `more than the ceiling is refused before the command begins`() throws {
        let mark = directory.path + "/mark"
        let result = try Programs.mayfly(
            [
                "run", "--app", "desk", "--task", "t", "--scope", "write:data:1", "--", "touch",
                mark,
            ],
            of: broker)
        #expect(result.exit == .status(1))
        #expect(result.errors.contains("SCOPE_VIOLATION"))
        #expect(access(mark, F_OK) != 0)
    }

    @Test func `a signal to the wrapper goes to the command`() throws {
        let sleeper = try startSleeper()
        #expect(try isValid(sleeper.token))
        kill(sleeper.wrapper, SIGTERM)
        #expect(status(of: sleeper.wrapper) == 128 + SIGTERM)
        #expect(try isRefusedSoon(sleeper.token))
    }

    @Test func `the token is dead when the command is killed`() throws {
        let sleeper = try startSleeper()
        #expect(try isValid(sleeper.token))
        kill(sleeper.agent, SIGKILL)
        #expect(try isRefusedSoon(sleeper.token))
        #expect(status(of: sleeper.wrapper) == 128 + SIGKILL)
        let ended = try Programs.mayfly(["audit", "tail", "--json"], of: broker)
        #expect(ended.output.contains("PROCESS_EXITED"))
    }

    @Test func `also when wrapper and command are killed together`() throws {
        let sleeper = try startSleeper()
        kill(sleeper.wrapper, SIGKILL)
        kill(sleeper.agent, SIGKILL)
        #expect(try isRefusedSoon(sleeper.token))
        #expect(status(of: sleeper.wrapper) == -SIGKILL)
    }

    @Test func `a wrapper that is killed alone leaves the command its credential`() throws {
        let sleeper = try startSleeper()
        kill(sleeper.wrapper, SIGKILL)
        #expect(status(of: sleeper.wrapper) == -SIGKILL)
        #expect(try isValid(sleeper.token))
        kill(sleeper.agent, SIGKILL)
        #expect(try isRefusedSoon(sleeper.token))
    }

    // MARK: What it may be

    @Test func `what the command starts, and leaves behind, can speak for no app`() throws {
        let mayfly = String(try BrokerProcess.executable.dropLast("mayflyd".count)) + "mayfly"
        let spawn = "\(mayfly) spawn --app desk --orch desk --task u --scope read:data:1"
        let direct = try run("sh", "-c", spawn)
        #expect(direct.exit == .status(1))
        #expect(direct.errors.contains("BOUND_AGENT"))
        // Its parent ends at once; the agent adopts it.
        let left = try run("sh", "-c", "(\(spawn) 2>&1 & ) ; sleep 2")
        #expect(left.output.contains("BOUND_AGENT"), "\(left.output)")
        let operation = try run("sh", "-c", "\(mayfly) status")
        #expect(operation.exit != .status(0))
    }
}
