// mayfly-load puts a broker under load and says what it took: operations a second, latencies, errors,
// and the broker's own figures for the time between. It speaks the wire itself, on its own threads
// and without a task per request, so that it stays cheap beside what it measures. It may not know
// the broker's rooms: what it says of a broker it has from the sockets.
internal import ArgumentParser

@main
struct MayflyLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mayfly-load",
        abstract: "Load for a Mayfly broker, and what it took.",
        subcommands: [
            RunCommand.self, CheckCommand.self, RevokeTaskCommand.self, KillCommand.self,
            HostileCommand.self, VerifyCommand.self, StatusCommand.self,
            FloorCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}
