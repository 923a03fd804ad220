internal import Glibc

/// The programs beside the running tests, run to their end.
enum Programs {
    struct Result {
        let exit: BrokerProcess.Exit
        let output: String
        let errors: String
    }

    /// Runs `mayfly` against a broker.
    ///
    /// - Parameter input: what it reads on standard input.
    static func mayfly(
        _ arguments: [String], of broker: BrokerProcess, input: String = "",
        environment: [String: String] = [:]
    ) throws -> Result {
        let environment = environment.merging(sockets(of: broker)) { $1 }
        return try run("mayfly", arguments, input: input, environment: environment)
    }

    static func mayfly(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> Result {
        try run("mayfly", arguments, input: input, environment: environment)
    }

    /// Runs `mayfly-load` against a broker.
    static func load(_ arguments: [String], of broker: BrokerProcess) throws -> Result {
        try run("mayfly-load", arguments, input: "", environment: sockets(of: broker))
    }

    /// Runs `mayfly-race`, which has brokers of its own.
    static func race(_ arguments: [String]) throws -> Result {
        try run("mayfly-race", arguments, input: "", environment: [:])
    }

    private static func sockets(of broker: BrokerProcess) -> [String: String] {
        [
            "MAYFLY_SOCKET": broker.home.agentSocket,
            "MAYFLY_OPERATOR_SOCKET": broker.home.operatorSocket,
        ]
    }

    private static func run(
        _ program: String, _ arguments: [String], input: String, environment: [String: String]
    ) throws -> Result {
        let directory = try TemporaryDirectory()
        let files = ["in", "out", "err"].map { directory.path + "/" + $0 }
        try write(input, to: files[0])
        let daemon = try BrokerProcess.executable
        let command = [String(daemon.dropLast("mayflyd".count)) + program] + arguments
        let pid = try start(command, files, environment)
        var status: Int32 = 0
        let isOver = Deadline.poll(seconds: 60, everyMilliseconds: 1) {
            waitpid(pid, &status, WNOHANG) == pid
        }
        guard isOver else {
            kill(pid, SIGKILL)
            waitpid(pid, &status, 0)
            throw BrokerProcess.Failure(description: "\(command) does not end")
        }
        let number = status & 0x7F
        return Result(
            exit: number == 0 ? .status((status >> 8) & 0xFF) : .signal(number),
            output: String(decoding: contents(ofFile: files[1]), as: UTF8.self),
            errors: String(decoding: contents(ofFile: files[2]), as: UTF8.self))
    }

    /// Through a shell that lets each of the three streams be a file.
    private static func start(
        _ command: [String], _ files: [String], _ environment: [String: String]
    ) throws -> pid_t {
        let redirected =
            ["/bin/sh", "-c", #"exec "$@" <"$0/in" >"$0/out" 2>"$0/err""#]
            + [String(files[0].dropLast("/in".count))] + command
        return try BrokerProcess.spawn(redirected, environment, log: "/dev/null")
    }

    static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("making \(path)") }
        defer { close(descriptor) }
        let bytes = [UInt8](text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SystemError("writing \(path)")
        }
    }
}
