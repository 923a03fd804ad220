internal import ArgumentParser
private import Glibc
internal import MayflyClient

/// What the operator does with apps.
struct AppGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app", abstract: "Registers and changes apps.",
        subcommands: [
            AppAdd.self, AppList.self, AppShow.self, AppSet.self, AppRemove.self,
        ])
}

struct AppAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Registers an app.",
        discussion: """
            A uid proves the uid only: every process of that user can speak for the app, also an \
            agent that it started. Give each app a user of its own, and run its agents as another.
            """)

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Its name: 1 to 64 of a-z, 0-9 and -, from a letter.")
    var name: String
    @Option(
        parsing: .upToNextOption,
        help: "What its agents may have at most: action:resource:identifier, * for any identifier.")
    var ceiling: [String]
    @Option(
        parsing: .upToNextOption,
        help: "Users that are this app, by number. Default: the caller's own.")
    var uid: [UInt32] = []
    @Option(parsing: .upToNextOption, help: "Orchestration ids that only this app may use.")
    var orchestration: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: "Public keys that may attest batches: base64url, or a file with it or with PEM.")
    var attestationKey: [String] = []
    @Option(name: .customLong("default-ttl"), help: "Life of a token where none is asked: 300, 5m.")
    var defaultLifetime: Lifetime?
    @Option(name: .customLong("max-ttl"), help: "Longest life of a grant.")
    var maximumLifetime: Lifetime?
    @Flag(help: "Another app has one of the uids, and their ceilings may merge.")
    var sharedUid = false
    @Flag(help: "No uid is this app: it makes itself known with its secret only.")
    var noUid = false
    @Option(help: "What becomes of agents that miss their heartbeats: none, flag:30s, end:2m.")
    var heartbeat: HeartbeatArgument?
    @Flag(help: "Its agents may delegate to those of other apps that say the same.")
    var crossApp = false
    @Flag(help: "Make a client id and a secret for it, which are shown once.")
    var issueSecret = false

    func validate() throws {
        guard !noUid || (uid.isEmpty && issueSecret) else {
            throw ValidationError("--no-uid goes with --issue-secret and without --uid.")
        }
    }

    func run() async throws {
        try await reporting {
            var terms = AppTerms(
                name: name, ceiling: ceiling, uids: uid.isEmpty && !noUid ? [getuid()] : uid,
                orchestrations: orchestration, defaultLifetime: defaultLifetime?.duration,
                maximumLifetime: maximumLifetime?.duration, sharesUid: sharedUid,
                heartbeat: heartbeat?.policy ?? .none, delegatesAcrossApps: crossApp,
                issuesSecret: issueSecret)
            for argument in attestationKey {
                terms.attestationKeys.append(try PublicKeyText.read(argument))
            }
            let app = try await socket.client().createApp(terms)
            output.write(AppText.json(app), AppText.text(app))
            AppText.warnOfUids(app)
        }
    }
}
