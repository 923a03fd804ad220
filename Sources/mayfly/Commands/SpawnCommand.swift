internal import ArgumentParser
internal import MayflyClient
internal import MayflyCrypto

struct SpawnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spawn", abstract: "Spawns one agent for an app and shows its token.",
        discussion: """
            The agent's key is forgotten unless --key-out names a file for it. What is shown is a \
            credential: send it where it belongs, for example into `mayfly validate`.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "The app to speak for; it must be open to the caller's uid.")
    var app: String
    @Option(name: [.customLong("orch"), .customLong("orchestration")], help: "Orchestration id.")
    var orchestration: String
    @Option(help: "Task id.")
    var task: String
    @Option(parsing: .upToNextOption, help: "What it may do: action:resource:identifier.")
    var scope: [String]
    @Option(parsing: .upToNextOption, help: "Who the token is for.")
    var audience: [String] = []
    @Option(name: .customLong("ttl"), help: "Life of the token: 300, 5m. Default: the app's.")
    var lifetime: Lifetime?
    @Option(help: "A new file, mode 0600, for the agent's private key (PKCS #8 in PEM).")
    var keyOut: String?
    @Flag(help: "Write the token and nothing else.")
    var tokenOnly = false

    func validate() throws {
        guard !(tokenOnly && output.json) else {
            throw ValidationError("--token-only and --json exclude each other.")
        }
    }

    func run() async throws {
        try await reporting {
            let agent = try await spawn()
            if tokenOnly {
                return output.write(.text(agent.token), agent.token + "\n")
            }
            output.write(
                .object([
                    ("agent_id", .text(agent.id)),
                    ("token", .text(agent.token)),
                    ("grant_id", .text(agent.grantID)),
                    ("expires_at", .number(agent.expiresAt.seconds)),
                ]),
                table([
                    ["agent", agent.id],
                    ["token", agent.token],
                    ["grant", agent.grantID],
                    ["expires", agent.expiresAt.description],
                ]))
        }
    }

    private func spawn() async throws -> Agent {
        guard let keyOut else { return try await spawn(key: nil) }
        let seed = LockedSecret.random()
        // Written before the agent is spawned: no agent is left without its key.
        var file = try Files.createPrivate(keyOut)
        try PrivateKeyText.text(seed: seed).withBytes { bytes throws(Failure) in
            try file.write(bytes)
        }
        let agent = try await spawn(key: AgentKey(seed: seed))
        file.keep()
        return agent
    }

    private func spawn(key: AgentKey?) async throws(MayflyError) -> Agent {
        try await socket.client(app: app).spawn(
            orchestration: orchestration, task: task, scope: scope, audience: audience,
            lifetime: lifetime?.duration, key: key)
    }
}
