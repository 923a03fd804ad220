internal import Glibc
internal import MayflyCrypto
private import Synchronization

/// A process that was started to become a command, and waits until it is handed its credential.
///
/// It is this program again (`mayfly _become`), as nothing but system calls may happen between a
/// fork and an exec, and a grant has to be made there.
final class WaitingProcess {
    /// How the command gets what it is handed.
    enum Handover: String {
        case descriptor
        case variable
    }

    let id: UInt32
    private let writeEnd: Int32

    init(command: [String], takes handover: Handover) throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.unavailable("making a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        writeEnd = ends[1]
        // The only descriptor that is passed on besides those the command would have anyway.
        let passed = fcntl(ends[0], F_DUPFD, STDERR_FILENO + 1)
        guard passed >= 0 else {
            close(writeEnd)
            throw Self.unavailable("copying a descriptor")
        }
        defer { close(passed) }
        let words =
            ["mayfly", BecomeCommand.name, "\(passed)", handover.rawValue, "--"] + command
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/proc/self/exe", nil, nil, arguments, environ)
        guard code == 0 else {
            close(writeEnd)
            errno = code
            throw Self.unavailable("starting a process")
        }
        id = UInt32(pid)
    }

    deinit { if !isClosed { close(writeEnd) } }
    private var isClosed = false

    /// Lets it become the command.
    func hand(_ text: LockedSecret) throws(Failure) {
        let isWritten = text.withBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(
                    writeEnd, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
        guard isWritten else { throw Self.unavailable("handing over the credential") }
        closeEnd()
    }

    /// Lets it end without becoming the command: the pipe ends and nothing was in it.
    func abandon() {
        closeEnd()
        _ = waitForExit()
    }

    /// Waits for its end; its status as a shell has it.
    func waitForExit() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid_t(id), &status, 0) < 0 {
            guard errno == EINTR else { return ExitStatus.unavailable.rawValue }
        }
        SignalRelay.target.store(0, ordering: .relaxed)
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// What is sent to this process from here on goes to that one. What a terminal sends, it sends
    /// to both: that is for the command to decide, and this process stays until it has.
    func forwardSignals() { SignalRelay.start(to: pid_t(id)) }

    private func closeEnd() {
        isClosed = true
        close(writeEnd)
    }

    private static func unavailable(_ what: String) -> Failure {
        Failure(.unavailable, "PROCESS_NOT_STARTED", "\(what): \(String(cString: strerror(errno)))")
    }
}

/// Passes signals on. A handler may only use what is safe in one: an atomic and kill(2).
private enum SignalRelay {
    static let target = Atomic<pid_t>(0)

    static func start(to process: pid_t) {
        target.store(process, ordering: .relaxed)
        for number in [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT] {
            signal(number) { number in
                let process = SignalRelay.target.load(ordering: .relaxed)
                if process > 0 { kill(process, number) }
            }
        }
        for number in [SIGINT, SIGQUIT] { signal(number) { _ in } }
        // The waiting process may be gone when it is handed its text: that is an error, no end.
        signal(SIGPIPE) { _ in }
    }
}
