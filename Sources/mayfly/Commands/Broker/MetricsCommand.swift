internal import ArgumentParser
internal import MayflyClient

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Shows the broker's counters and histograms.",
        discussion: """
            In the text format of Prometheus. With --textfile it is for node_exporter's textfile \
            collector, for example from a timer: the file is never seen half written.
            """)

    @OptionGroup var socket: OperatorSocketOptions

    @Option(help: "Write into this file, whose name ends with .prom, instead.")
    var textfile: String?

    func run() async throws {
        try await reporting {
            let text = try await socket.client().metrics()
            guard let textfile else { return writeText(text, to: 1) }
            try Files.replace(textfile, with: text)
        }
    }
}
