internal import ArgumentParser
internal import CLinux
internal import Glibc
internal import MayflyClient

/// What `mayfly run` starts: waits for its credential, then becomes the command. Not for people.
struct BecomeCommand: ParsableCommand {
    static let name = "_become"
    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Waits for a credential, then becomes a command.",
        shouldDisplay: false)

    @Argument(help: "The descriptor that the credential comes through.") var descriptor: Int32
    @Argument(help: "How the command is to find it.") var handover: String
    @Argument(parsing: .postTerminator) var command: [String] = []

    func run() throws {
        guard let handover = WaitingProcess.Handover(rawValue: handover), !command.isEmpty else {
            throw ExitCode(ExitStatus.usage.rawValue)
        }
        // What the command starts and leaves behind stays its descendant, and so the agent's.
        clinux_adopt_orphans()
        guard hasCredential() else { throw ExitCode(ExitStatus.unavailable.rawValue) }
        switch handover {
        case .descriptor: setenv(InheritedAgent.variable, "\(descriptor)", 1)
        case .variable:
            var lines = TokenLines(descriptor: descriptor)
            guard let token = try? lines.next() else {
                throw ExitCode(ExitStatus.unavailable.rawValue)
            }
            close(descriptor)
            setenv("MAYFLY_TOKEN", token, 1)
        }
        try become()
    }

    /// Waits until there is something to read, and leaves it there for the command; false where the
    /// other end was closed without.
    private func hasCredential() -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&state, 1, -1) < 0 { guard errno == EINTR else { return false } }
        return Int32(state.revents) & POLLIN != 0
    }

    private func become() throws {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        // The runtime's threads block all signals, and an exec passes that on.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execvp(command[0], arguments)
        let code = errno
        note("\(command[0]): \(String(cString: strerror(code)))")
        throw ExitCode(code == ENOENT ? 127 : 126)
    }
}
