internal import CTestProcesses
internal import Glibc
internal import MayflyWire

/// A process that sleeps until it is ended, and is gone with its owner.
final class SleepingProcess {
    let pid: pid_t
    private var isEnded = false

    /// A child of this process.
    ///
    /// - Parameters:
    ///   - uid: whose it is; nil for this process's own.
    ///   - wanted: the pid that it is to have; 0 for any.
    init(uid: uid_t? = nil, wanted: pid_t = 0) throws {
        pid = testproc_sleeper(uid ?? .max, wanted)
        guard pid > 0 else { throw SystemError("starting a process") }
    }

    /// Takes one over that was started otherwise.
    init(_ pid: pid_t) throws {
        guard pid > 0 else { throw SystemError("starting a process") }
        self.pid = pid
    }

    /// A child in a pid namespace of its own.
    static func foreign() throws -> SleepingProcess { try SleepingProcess(testproc_foreign()) }

    /// A child, and a child of that.
    static func line() throws -> (child: SleepingProcess, grandchild: SleepingProcess) {
        var pids: [pid_t] = [0, 0]
        guard testproc_line(&pids) == 0 else { throw SystemError("starting processes") }
        return (try SleepingProcess(pids[0]), try SleepingProcess(pids[1]))
    }

    /// A child that exited and that nobody has waited for.
    static func zombie() throws -> SleepingProcess { try SleepingProcess(testproc_zombie()) }

    /// Ends it by SIGKILL; where it is a child, its pid is free afterwards.
    func end() {
        // The pid is another's then.
        if isEnded { return }
        isEnded = true
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    deinit { end() }
}

/// A connection that another process made: that one is who the broker sees, and this one speaks.
struct DistantPeer {
    let process: SleepingProcess
    /// Its parent, where that is not this process.
    let parent: SleepingProcess?
    let client: WireClient

    /// A child of this process connects.
    init(_ path: String, uid: uid_t? = nil) throws {
        var socket: Int32 = -1
        process = try SleepingProcess(testproc_peer(path, uid ?? .max, &socket))
        parent = nil
        client = WireClient(takingOver: socket)
    }

    private init(_ process: SleepingProcess, below parent: SleepingProcess?, _ socket: Int32) {
        self.process = process
        self.parent = parent
        client = WireClient(takingOver: socket)
    }

    /// A child in a pid namespace of its own connects.
    static func foreign(_ path: String) throws -> DistantPeer {
        var socket: Int32 = -1
        let process = try SleepingProcess(testproc_foreign_peer(path, &socket))
        return DistantPeer(process, below: nil, socket)
    }

    /// A child of a child connects.
    static func below(_ path: String) throws -> DistantPeer {
        var pids: [pid_t] = [0, 0]
        var socket: Int32 = -1
        guard testproc_peer_below(path, &pids, &socket) == 0 else {
            throw SystemError("starting processes")
        }
        return DistantPeer(
            try SleepingProcess(pids[1]), below: try SleepingProcess(pids[0]), socket)
    }
}

/// A point in the broker's check of a process at which the test does something.
final class Gate {
    private let directory: TemporaryDirectory
    private let place: String

    /// - Parameter place: `opened`, `between-looks` or `peer-found`.
    init(_ place: String) throws {
        directory = try TemporaryDirectory()
        self.place = place
    }

    private var path: String { directory.path + "/gate" }

    var environment: [String: String] {
        ["MAYFLY_FAULT_GATE": path, "MAYFLY_FAULT_GATE_AT": place]
    }

    /// Lets the broker pass until `close`.
    func open() throws { try Programs.write("", to: path + ".open") }
    func close() {
        unlink(path + ".open")
        unlink(path + ".reached")
    }

    /// Waits until the broker is there, does it, and lets the broker go on.
    func whileHeld(_ body: () throws -> Void) throws {
        let isReached = Deadline.poll(seconds: 10, everyMilliseconds: 1) {
            access(path + ".reached", F_OK) == 0
        }
        guard isReached else {
            throw BrokerProcess.Failure(description: "the broker does not come by \(place)")
        }
        try body()
        try open()
    }
}
