internal import CLinux
internal import Glibc
internal import MayflyStore

/// A real broker in a process of its own, from its start to its end. When the value goes, so does
/// the process; its files go with their directory.
final class BrokerProcess: Sendable {
    struct Options: Sendable {
        /// Behind those that say where everything is; the last of two equal flags wins.
        var arguments: [String] = []
        var environment: [String: String] = [:]
        /// A command that runs the broker, for example `strace` and its arguments.
        var prefix: [String] = []
        var logLevel = "info"
        /// How long the start may take.
        var readinessSeconds = 30.0
    }

    /// How a process ended.
    enum Exit: Equatable, Sendable {
        case status(Int32)
        case signal(Int32)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The data, the key, the sockets and the logs of one or more lives of a broker.
    struct Home: Sendable {
        let directory: TemporaryDirectory
        /// Where all of it is; may be below the temporary directory.
        let path: String

        init() throws {
            directory = try TemporaryDirectory()
            path = directory.path
        }

        /// A home at a path of its own, for example where an image is mounted.
        init(directory: TemporaryDirectory, path: String) {
            self.directory = directory
            self.path = path
        }

        var data: String { path + "/data" }
        var database: String { data + "/mayfly.db" }
        var keyFile: String { data + "/mayfly.key" }
        // In the temporary directory itself, so that they may be elsewhere than the data.
        var agentSocket: String { directory.path + "/run/agent.sock" }
        var operatorSocket: String { directory.path + "/run/operator/operator.sock" }
        var log: String { directory.path + "/log" }
    }

    let home: Home
    /// The started process: the broker, or what runs it.
    let pid: pid_t
    private let ending = Monitor<Exit?>(nil)

    /// Starts a broker and returns once both sockets take connections.
    static func start(_ options: Options = Options(), home: Home? = nil) throws -> BrokerProcess {
        let broker = try BrokerProcess(launching: options, home: try home ?? Home())
        let isReady = try Deadline.poll(seconds: options.readinessSeconds) {
            if let exit = broker.exit {
                throw Failure(description: "the broker ended at its start: \(exit)\n\(broker.log)")
            }
            return canConnect(broker.home.operatorSocket)
        }
        guard isReady else {
            throw Failure(description: "the broker does not become ready\n\(broker.log)")
        }
        return broker
    }

    /// Starts a process and waits for nothing: for brokers that are not to become ready.
    init(launching options: Options, home: Home) throws {
        self.home = home
        for directory in [home.directory.path + "/run", home.directory.path + "/run/operator"] {
            mkdir(directory, 0o700)
        }
        let arguments =
            options.prefix + [
                try Self.executable, "--data-directory", home.data, "--agent-socket",
                home.agentSocket, "--operator-socket", home.operatorSocket, "--log-level",
                options.logLevel,
            ] + options.arguments
        pid = try Self.spawn(arguments, options.environment, log: home.log)
    }

    deinit {
        if exit == nil { kill9() }
    }

    // MARK: Ending

    /// Asks it to stop, as a service manager does, and waits until it has drained.
    func stop(seconds: Double = 30) throws -> Exit {
        Glibc.kill(brokerPid, SIGTERM)
        return try waitForExit(seconds: seconds)
    }

    /// Ends it at once, with what runs it, and waits until it is gone.
    func kill9() {
        Glibc.kill(-pid, SIGKILL)
        Glibc.kill(pid, SIGKILL)
        _ = try? waitForExit(seconds: 30)
    }

    func waitForExit(seconds: Double) throws -> Exit {
        guard Deadline.poll(seconds: seconds, everyMilliseconds: 2, { exit != nil }),
            let exit
        else { throw Failure(description: "process \(pid) does not end\n\(log)") }
        return exit
    }

    /// How it ended; nil while it runs.
    var exit: Exit? {
        ending.withLock { ending in
            if ending != nil { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let number = status & 0x7F
            ending = number == 0 ? .status((status >> 8) & 0xFF) : .signal(number)
            return ending
        }
    }

    // MARK: Looking at it

    /// Everything it wrote, of all lives of this home.
    var log: String { String(decoding: contents(ofFile: home.log), as: UTF8.self) }

    /// The broker itself, also where another command runs it.
    var brokerPid: pid_t {
        let text = contents(ofFile: home.data + "/mayfly.lock").prefix { $0 != 0x0A }
        return pid_t(String(decoding: text, as: UTF8.self)) ?? pid
    }

    /// What each of its descriptors is, sorted.
    var descriptors: [String] {
        let directory = "/proc/\(brokerPid)/fd"
        guard let entries = opendir(directory) else { return [] }
        defer { closedir(entries) }
        var found: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var target = [UInt8](repeating: 0, count: 256)
            let count = readlink(directory + "/" + name, &target, target.count)
            if count > 0 { found.append(String(decoding: target[..<count], as: UTF8.self)) }
        }
        return found.sorted()
    }

    var openDescriptors: Int { descriptors.count }

    var residentBytes: Int {
        let fields = contents(ofFile: "/proc/\(brokerPid)/statm").split(separator: 0x20)
        guard fields.count > 1 else { return 0 }
        return (Int(String(decoding: fields[1], as: UTF8.self)) ?? 0) * Int(getpagesize())
    }

    private static func canConnect(_ path: String) -> Bool {
        let descriptor = clinux_unix_socket()
        defer { close(descriptor) }
        return clinux_unix_connect(descriptor, path) == 0
    }
}
