internal import ArgumentParser
internal import MayflyClient

struct AppList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all apps.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let apps = try await socket.client().listApps()
            if output.json {
                for app in apps { output.write(AppText.json(app), "") }
                return
            }
            guard !apps.isEmpty else { return note("there are no apps") }
            let rows = apps.map { app in
                [
                    app.name, app.uids.map(String.init).joined(separator: ","),
                    String(app.liveGrants), app.ceiling.joined(separator: " "),
                ]
            }
            output.write(.list([]), table([["NAME", "UIDS", "LIVE", "CEILING"]] + rows))
        }
    }
}

struct AppShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one app.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The app.")
    var name: String

    func run() async throws {
        try await reporting {
            let app = try await socket.client().app(named: name)
            output.write(AppText.json(app), AppText.text(app))
        }
    }
}

struct AppRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes an app and ends all its live grants.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The app.")
    var name: String

    func run() async throws {
        try await reporting {
            let ended = try await socket.client().removeApp(named: name)
            output.write(
                .object([("name", .text(name)), ("ended_grants", .number(ended))]),
                "removed \(printable(name)); \(ended) live grants ended with it\n")
        }
    }
}
