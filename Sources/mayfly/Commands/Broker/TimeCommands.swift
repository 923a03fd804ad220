internal import ArgumentParser
internal import MayflyClient

/// The broker's clock.
struct TimeGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time", abstract: "Settles the broker's clock with the system's.",
        subcommands: [TimeAccept.self])
}

struct TimeAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Takes the system's clock as it is now.",
        discussion: """
            When the system's clock departs from the broker's by more than 5 s, nothing is issued \
            until the operator has looked at it and says this. What is live keeps the life that it \
            has left.
            """)

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let accepted = try await socket.client().acceptTime()
            output.write(
                .object([
                    ("shifted_milliseconds", .signed(accepted.shiftedMilliseconds)),
                    ("now_milliseconds", .number(accepted.now.milliseconds)),
                ]),
                "the broker's clock was moved by \(accepted.shiftedMilliseconds) ms, to "
                    + "\(accepted.now)\n")
        }
    }
}
