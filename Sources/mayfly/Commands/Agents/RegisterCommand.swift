internal import ArgumentParser
internal import MayflyClient

struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Registers an agent with a launch token and shows its token.",
        discussion: """
            Reads the launch token from the first line of standard input, or of the descriptor that \
            --launch-token-fd names. The launch token says for which app; it is used up.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var agent: AgentOptions
    @OptionGroup var output: TokenOutputOptions

    @Option(help: "Read the launch token from this open descriptor. Default: 0.")
    var launchTokenFd: Int32 = 0
    @Flag(
        help: """
            End what was granted before under the same orchestration and task: for an agent that \
            takes the place of a crashed one.
            """)
    var supersede = false

    func run() async throws {
        try await reporting {
            var lines = TokenLines(descriptor: launchTokenFd)
            guard let launchToken = try lines.next() else {
                throw Failure.usage("Give the launch token on descriptor \(launchTokenFd).")
            }
            let client = socket.client()
            output.write(
                try await agent.make { request throws(MayflyError) in
                    try await client.register(
                        request, launchToken: launchToken, supersede: supersede)
                })
        }
    }
}
