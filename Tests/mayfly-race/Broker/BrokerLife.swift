internal import CLinux
private import Glibc

/// One life of a broker's process, which does not outlive its owner.
final class BrokerLife {
    private let pid: pid_t
    private let home: Home
    private var ending: String?
    private(set) var isPaused = false

    private static let readinessNanoseconds: UInt64 = 60_000_000_000
    private static let pollMicroseconds: UInt32 = 1_000

    /// Starts a broker and returns once both its sockets take connections.
    ///
    /// - Parameter fault: a deliberate one, which a release build does not know.
    init(
        program: String, home: Home, reactors: Int, fault: String?
    ) throws(RaceFailure) {
        self.home = home
        pid = try Self.spawn(
            [
                program, "--data-directory", home.data, "--agent-socket", home.agentSocket,
                "--operator-socket", home.operatorSocket, "--log-level", "warning", "--reactors",
                "\(reactors)", "--no-pin-reactors", "--storage-reserve", "1048576",
            ], fault: fault, log: home.log)
        let deadline = Moment.now + Self.readinessNanoseconds
        while !Self.canConnect(home.operatorSocket) || !Self.canConnect(home.agentSocket) {
            if let exit { throw .brokerEnded("\(exit), at its start\n\(home.lastWords)") }
            guard Moment.now < deadline else { throw .unusable("the broker does not start") }
            usleep(Self.pollMicroseconds)
        }
    }

    deinit {
        if exit == nil { kill() }
    }

    /// How it ended; nil while it runs.
    var exit: String? {
        if ending != nil { return ending }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7F
        ending = signal == 0 ? "status \((status >> 8) & 0xFF)" : "signal \(signal)"
        return ending
    }

    static let stoppedInPeace = "status 0"

    /// Ends it at once and waits until it is gone.
    func kill() {
        Glibc.kill(pid, SIGKILL)
        while exit == nil { usleep(Self.pollMicroseconds) }
    }

    /// Asks it to stop, as a service manager does.
    func stop() { Glibc.kill(pid, SIGTERM) }

    func pause() {
        Glibc.kill(pid, SIGSTOP)
        isPaused = true
    }

    func resume() {
        Glibc.kill(pid, SIGCONT)
        isPaused = false
    }

    private static func canConnect(_ path: String) -> Bool {
        let descriptor = clinux_unix_socket()
        defer { close(descriptor) }
        return clinux_unix_connect(descriptor, path) == 0
    }

    // MARK: Starting

    private static func spawn(
        _ command: [String], fault: String?, log: String
    ) throws(RaceFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // A crash must end the process at once, not hang in the backtracer.
        var environment = ["SWIFT_BACKTRACE=enable=no"]
        if let fault { environment.append("MAYFLY_FAULT=\(fault)") }
        var pid: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&pid, command[0], &actions, nil, arguments, environment)
            }
        }
        guard code == 0 else { throw .system(command[0], code: code) }
        return pid
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        var pointers = strings.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}
