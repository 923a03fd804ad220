internal import ArgumentParser
internal import Glibc
internal import MayflyClient
internal import MayflyCrypto

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a command as an agent whose credential dies with it.",
        discussion: """
            The grant is bound to the process: when it exits, however it ends, its token is refused \
            from that moment. The process and what it starts are recognised as that agent and can \
            be nothing else to the broker.

            The command finds one JSON object on the descriptor that MAYFLY_AGENT_FD names: \
            {"socket","token","private_key","agent_id","expires_at"}.

            Exit status: the command's, or 128 and the number of the signal that ended it; 126 and \
            127 where it cannot be started, as a shell has them; else as always.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var identity: AppOptions
    @Option(
        name: [.customLong("orch"), .customLong("orchestration")],
        help: "Orchestration id. Default: the app's name.")
    var orchestration: String?
    @OptionGroup var terms: TermsOptions
    @Flag(
        help: """
            Put the token into the variable MAYFLY_TOKEN instead, and no key. Weaker: every process \
            of the same user can read it there, and whatever the command starts inherits it.
            """)
    var environment = false
    @Argument(
        parsing: .postTerminator, help: "The command and its arguments, behind `--`.")
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("Name the command behind `--`.")
        }
        guard orchestration != nil || identity.app != nil else {
            throw ValidationError("Name the orchestration with --orch, as there is no --app.")
        }
    }

    func run() async throws {
        var status: Int32 = 0
        try await reporting { status = try await runAgent() }
        throw ExitCode(status)
    }

    /// The process is there before its grant and waits for it, so that there is no moment in which
    /// the grant could outlive it; it becomes the command when it has been handed what it needs.
    private func runAgent() async throws -> Int32 {
        let client = try identity.client(socket)
        // What the broker would refuse shows before a process is made.
        try await client.connect()
        let process = try WaitingProcess(
            command: command, takes: environment ? .variable : .descriptor)
        process.forwardSignals()
        do {
            try process.hand(try await makeAgent(client, process.id))
        } catch {
            process.abandon()
            throw error
        }
        client.close()
        return process.waitForExit()
    }

    private func makeAgent(
        _ client: MayflyClient, _ id: UInt32
    ) async throws -> LockedSecret {
        let seed = LockedSecret.random()
        let agent = try await client.spawn(
            terms.request(
                orchestration: orchestration ?? identity.app, binding: .process(id: id),
                key: AgentKey(seed: seed)))
        if environment {
            return Array(agent.token.utf8).withUnsafeBytes { LockedSecret(copying: $0) }
        }
        let path = socket.path ?? SocketPath.agents()
        guard let text = HandoverText.text(of: agent, seed: seed, socketPath: path) else {
            throw Failure.usage("The path of the socket has a character that JSON must escape.")
        }
        return text
    }
}
