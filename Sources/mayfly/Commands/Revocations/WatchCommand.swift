internal import ArgumentParser
internal import MayflyClient

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows every end before expiry as it happens.",
        discussion: """
            Ends are hashed, so that names do not leak: proto/PROTOCOL.md, "The stream of ends". Goes \
            on until interrupted; a line without digests says that nothing ended.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only what comes after this position; 0 for everything that is still kept.")
    var after: UInt64 = 0

    func run() async throws {
        try await reporting {
            for try await batch in try await socket.client().watchRevocations(after: after) {
                write(batch)
            }
        }
    }

    private func write(_ batch: RevocationBatch) {
        let digests = batch.digests.map(\.description)
        var text = "\(batch.position)"
        if batch.hasGap { text += "  earlier ends are not kept any more" }
        for digest in digests { text += "\n    \(digest)" }
        output.write(
            .object([
                ("position", .number(batch.position)),
                ("digests", .texts(digests)),
                ("first_issue_at", .number(batch.firstIssueAt.seconds)),
                ("gap", .flag(batch.hasGap)),
            ]),
            text + "\n")
    }
}
