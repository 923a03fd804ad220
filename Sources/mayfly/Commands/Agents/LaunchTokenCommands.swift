internal import ArgumentParser
internal import MayflyClient

/// Secrets with which agents register themselves.
struct LaunchTokenGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch-token",
        abstract: "Makes secrets with which agents register themselves.",
        subcommands: [LaunchTokenCreate.self])
}

struct LaunchTokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a launch token, which is shown once.",
        discussion: """
            One agent process uses it, once, with `mayfly register`. Give it through a pipe: an \
            argument would show in the process list.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var operatorSocket: OperatorSocketOptions
    @OptionGroup var identity: AppOptions
    @OptionGroup var output: OutputOptions

    @Option(
        parsing: .upToNextOption,
        help: "The most that the agent may ask for: action:resource:identifier.")
    var scope: [String]
    @Option(name: .customLong("ttl"), help: "Life of the launch token, at most 1h. Default: 30s.")
    var lifetime: Lifetime?
    @Option(
        name: .customLong("max-agent-ttl"),
        help: "Longest life of the agent's grant. Default: the app's maximum.")
    var maximumAgentLifetime: Lifetime?
    @Option(help: "What the audit calls it: an identifier.")
    var label: String?
    @Flag(help: "Ask as the operator, over the operator socket, instead of as the app.")
    var asOperator = false
    @Flag(help: "Write the launch token and nothing else.")
    var tokenOnly = false

    func validate() throws {
        guard !(tokenOnly && output.json) else {
            throw ValidationError("--token-only and --json exclude each other.")
        }
    }

    func run() async throws {
        try await reporting {
            let token = try await create()
            if tokenOnly { return output.write(.text(token.secret), token.secret + "\n") }
            output.write(
                .object([
                    ("launch_token", .text(token.secret)),
                    ("expires_at", .number(token.expiresAt.seconds)),
                ]),
                table([
                    ["launch token", token.secret], ["expires", token.expiresAt.description],
                ]))
        }
    }

    private func create() async throws -> LaunchToken {
        guard asOperator else {
            return try await identity.client(socket).createLaunchToken(
                ceiling: scope, lifetime: lifetime?.duration,
                maximumAgentLifetime: maximumAgentLifetime?.duration, label: label)
        }
        guard let app = identity.app else { throw Failure.usage("Name the app with --app.") }
        return try await operatorSocket.client().createLaunchToken(
            app: app, ceiling: scope, lifetime: lifetime?.duration,
            maximumAgentLifetime: maximumAgentLifetime?.duration, label: label)
    }
}
