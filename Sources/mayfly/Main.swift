// mayfly is thin: it reads arguments, makes one call of MayflyClient, and writes what came of it.
// It knows no wire and no domain; only `audit verify` looks into a database, without a broker.
internal import ArgumentParser

@main
struct Mayfly: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mayfly",
        abstract: "Operates a Mayfly broker, and speaks for an app by hand.",
        discussion: """
            Tokens and secrets are read from standard input or files, and never taken as \
            arguments. With \
            --json every answer is one JSON object a line, with the names of proto/mayfly/v1.

            Exit status: 0 done; 1 refused or not valid; 64 a mistake in the arguments; 69 no broker \
            or no answer.
            """,
        subcommands: [
            RunCommand.self, BecomeCommand.self,
            AppGroup.self, LaunchTokenGroup.self, SpawnCommand.self, RegisterCommand.self,
            ValidateCommand.self, ReleaseCommand.self, TokenGroup.self, GrantsGroup.self,
            TreeCommand.self, RevokeGroup.self, WatchCommand.self, AuditGroup.self,
            StatusCommand.self,
            MetricsCommand.self, KeysGroup.self, KeyGroup.self, TimeGroup.self,
        ])
}
