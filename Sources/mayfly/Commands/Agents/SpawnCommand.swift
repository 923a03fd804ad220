internal import ArgumentParser
internal import MayflyClient

struct SpawnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spawn", abstract: "Spawns one agent for an app and shows its token.",
        discussion: """
            The agent's key is forgotten unless --key-out names a file for it; without the key the \
            token can neither be renewed nor delegated from. What is shown is a credential: send it \
            where it belongs, for example into `mayfly validate`.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var identity: AppOptions
    @OptionGroup var agent: AgentOptions
    @OptionGroup var output: TokenOutputOptions

    func run() async throws {
        try await reporting {
            let client = try identity.client(socket)
            output.write(
                try await agent.make { request throws(MayflyError) in
                    try await client.spawn(request)
                })
        }
    }
}
