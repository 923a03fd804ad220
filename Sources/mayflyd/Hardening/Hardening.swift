private import CLinux
private import Glibc
internal import Logging
internal import MayflyServer

/// What the process gives up for good, so that whoever takes it over finds little to do with it:
/// first what threads inherit, and when all of them run, every system call that serving needs none
/// of.
///
/// A kernel that lacks something is no reason not to start: what is missing is in the log.
struct Hardening {
    let configuration: DaemonConfiguration
    let logger: Logger
    /// Where the service manager listens: an abstract address stays reachable.
    let notifySocket: String?

    private var isOn: Bool {
        configuration.isHardened && clinux_is_sanitized() == 0
    }

    /// Before there is a secret, a connection or a second thread. The directories are there.
    func beforeThreads() {
        guard isOn else {
            logger.warning(
                configuration.isHardened
                    ? "not hardened: a sanitizer is linked in" : "not hardened, as configured")
            return
        }
        if clinux_forbid_dumping() != 0 { missing("non-dumpable memory", errno) }
        if clinux_forbid_new_privileges() != 0 { missing("no_new_privs", errno) }
        restrictFiles()
    }

    /// When every thread runs, and before anyone is told that the broker is ready.
    func beforeReady() {
        if isOn {
            let code = SystemCallFilter.load()
            if code != 0 { missing("the system call filter", -code) }
        }
        #if MAYFLY_FAULTS
            HardeningFaults.breakOut(logger)
        #endif
    }

    /// Landlock. A thread starts with the rules of the one that starts it, and there is no other yet.
    private func restrictFiles() {
        let version = clinux_landlock_version()
        guard version > 0 else { return missing("Landlock", errno) }
        let isAbstract = notifySocket?.utf8.first == UInt8(ascii: "@")
        let rules = clinux_landlock_create(version, isAbstract ? 1 : 0)
        guard rules >= 0 else { return missing("Landlock", errno) }
        let owner = OwnedDescriptor(owning: rules)
        for (path, use) in paths where clinux_landlock_allow(rules, version, path, use) != 0 {
            // A rule that is missing denies more, not less; the broker may not come to need it.
            logger.warning(
                "a path that the broker may have to use stays closed to it",
                metadata: ["path": "\(path)", "cause": "\(errorText(errno))"])
        }
        guard clinux_landlock_restrict(owner.rawValue) == 0 else {
            return missing("Landlock", errno)
        }
        // TCP came with the fourth version, abstract sockets and signals with the sixth.
        if version < 6 {
            logger.notice(
                "the kernel's Landlock is an early one", metadata: ["version": "\(version)"])
        }
    }

    private var paths: [(String, clinux_landlock_use)] {
        let server = configuration.server
        var paths = [
            // The write-ahead log and its index are made and removed as the database is used.
            (server.dataDirectory, CLINUX_LANDLOCK_FILES),
            // Rewritten as a new file of another name when a key changes.
            (parentDirectory(configuration.keyFilePath), CLINUX_LANDLOCK_FILES),
            // Who peers are and whose children; the broker's own figures.
            ("/proc", CLINUX_LANDLOCK_READ),
            // SQLite's random numbers.
            ("/dev/urandom", CLINUX_LANDLOCK_READ),
        ]
        for path in [server.agentSocketPath, server.operatorSocketPath] {
            paths.append((parentDirectory(path), CLINUX_LANDLOCK_SOCKETS))
        }
        #if MAYFLY_FAULTS
            // A test sets the clock of a running broker through a file.
            if let clock = getenv("MAYFLY_FAULT_WALL_CLOCK") {
                paths.append((parentDirectory(String(cString: clock)), CLINUX_LANDLOCK_READ))
            }
            // Another holds it at one point of a check.
            if let gate = getenv("MAYFLY_FAULT_GATE") {
                paths.append((parentDirectory(String(cString: gate)), CLINUX_LANDLOCK_FILES))
            }
        #endif
        return paths
    }

    private func missing(_ what: String, _ code: Int32) {
        logger.warning(
            "hardening: the kernel does not give \(what)",
            metadata: ["cause": "\(errorText(code))"])
    }
}

private func parentDirectory(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
}
