internal import ArgumentParser
internal import MayflyClient

/// What is live.
struct GrantsGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "Looks at live grants.", subcommands: [GrantsList.self],
        defaultSubcommand: GrantsList.self)
}

/// Which grants are wanted, and who asks.
struct GrantFilterOptions: ParsableArguments {
    @OptionGroup var operatorSocket: OperatorSocketOptions
    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var identity: AppOptions

    @Option(
        name: [.customLong("orch"), .customLong("orchestration")], help: "An orchestration id.")
    var orchestration: String?
    @Flag(help: "Ask as the app, over the agent socket: it sees its own grants only.")
    var asApp = false

    private static let pageSize = 1_000

    func grants(task: String?) throws(Failure) -> LiveGrants {
        guard asApp || identity.clientId != nil else {
            return operatorSocket.client().grants(
                app: identity.app, orchestration: orchestration, task: task,
                pageSize: Self.pageSize)
        }
        return try identity.client(socket).grants(
            orchestration: orchestration, task: task, pageSize: Self.pageSize)
    }
}

struct GrantsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists live grants.",
        discussion: """
            Asks as the operator, for the grants of all apps or of the one that --app names; with \
            --as-app, or a client id, as that app.
            """)

    @OptionGroup var filter: GrantFilterOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "A task id.")
    var task: String?
    @Option(help: "At most so many; 0 for all.")
    var limit = 1_000

    func run() async throws {
        try await reporting {
            guard limit >= 0 else { throw Failure.usage("A limit is not negative.") }
            var rows = [["GRANT", "AGENT", "DEPTH", "EXPIRES", "STATE", "SCOPE"]]
            var shown = 0
            for try await grant in try filter.grants(task: task) {
                if output.json {
                    output.write(GrantText.json(grant), "")
                } else {
                    rows.append([
                        grant.id, grant.agentID, String(grant.depth),
                        grant.expiresAt.description, GrantText.state(grant),
                        grant.scope.joined(separator: " "),
                    ])
                }
                shown += 1
                if shown == limit { break }
            }
            if output.json { return }
            guard shown > 0 else { return note("there are no such grants") }
            output.write(.list([]), table(rows))
        }
    }
}

struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree", abstract: "Draws the delegations of a task.",
        discussion: """
            Every agent of the task with what it holds, and below it those that it delegated to. \
            Asks as the operator, or with --as-app as the app.
            """)

    @OptionGroup var filter: GrantFilterOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "The task id.")
    var task: String

    func run() async throws {
        try await reporting {
            var grants: [Grant] = []
            for try await grant in try filter.grants(task: task) { grants.append(grant) }
            let forest = GrantForest(grants)
            if grants.isEmpty, !output.json { return note("the task has no live grant") }
            output.write(
                .object([("task_id", .text(task)), ("trees", .list(forest.json))]), forest.text)
        }
    }
}
