internal import Glibc

extension BrokerProcess {
    /// Beside the running tests, unless MAYFLYD names another.
    static var executable: String {
        get throws {
            if let path = getenv("MAYFLYD") { return String(cString: path) }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = readlink("/proc/self/exe", &buffer, buffer.count)
            guard count > 0 else { throw SystemError("reading /proc/self/exe") }
            let own = String(decoding: buffer[..<count], as: UTF8.self)
            guard let slash = own.lastIndex(of: "/") else {
                throw Failure(description: "\(own) has no directory")
            }
            let path = own[..<slash] + "/mayflyd"
            guard access(String(path), X_OK) == 0 else { throw SystemError("\(path)") }
            return String(path)
        }
    }

    /// Starts a command in a process group of its own, its output appended to a log.
    static func spawn(
        _ command: [String], _ environment: [String: String], log: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var pid: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(merged(environment)) { environment in
                posix_spawnp(&pid, command[0], &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SystemError("starting \(command.first ?? "")", code) }
        return pid
    }

    /// This process's environment without what configures a broker, and what is asked for.
    private static func merged(_ environment: [String: String]) -> [String] {
        var all: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            next += 1
            guard let equals = text.firstIndex(of: "="), !text.hasPrefix("MAYFLY") else { continue }
            all[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        all["NOTIFY_SOCKET"] = nil
        // A crash must end the process at once, not hang in the backtracer.
        all["SWIFT_BACKTRACE"] = "enable=no"
        all.merge(environment) { _, wanted in wanted }
        return all.map { "\($0.key)=\($0.value)" }
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
