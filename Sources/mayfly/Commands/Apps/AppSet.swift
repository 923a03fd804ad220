internal import ArgumentParser
internal import MayflyClient

struct AppSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Changes an app.",
        discussion: """
            A list that is given replaces the whole list. Taking a scope from the ceiling ends all \
            live grants of the app.
            """)

    /// Lists that may be empty.
    enum Clearable: String, ExpressibleByArgument, CaseIterable {
        case uids
        case orchestrations
        case attestationKeys = "attestation-keys"
    }

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The app.")
    var name: String
    @Option(parsing: .upToNextOption, help: "Its new ceiling.")
    var ceiling: [String] = []
    @Option(parsing: .upToNextOption, help: "The users that are this app from now on.")
    var uid: [UInt32] = []
    @Option(parsing: .upToNextOption, help: "Users besides those that are this app already.")
    var addUid: [UInt32] = []
    @Option(parsing: .upToNextOption, help: "Users that are not this app any more.")
    var removeUid: [UInt32] = []
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
    @Flag(inversion: .prefixedNo, help: "Another app may have one of the uids.")
    var sharedUid: Bool?
    @Option(help: "What becomes of agents that miss their heartbeats: none, flag:30s, end:2m.")
    var heartbeat: HeartbeatArgument?
    @Flag(
        inversion: .prefixedNo,
        help: "Its agents may delegate to those of other apps that say the same.")
    var crossApp: Bool?
    @Flag(help: "Make a new secret, shown once; the one before is worth nothing from then on.")
    var issueSecret = false
    @Flag(help: "Take its secret away.")
    var removeSecret = false
    @Option(
        parsing: .upToNextOption, help: "Empty a list: uids, orchestrations, attestation-keys.")
    var clear: [Clearable] = []

    func validate() throws {
        guard !(issueSecret && removeSecret) else {
            throw ValidationError("--issue-secret and --remove-secret exclude each other.")
        }
    }

    func run() async throws {
        try await reporting {
            let client = socket.client()
            var change = try staticChange()
            if !addUid.isEmpty || !removeUid.isEmpty {
                guard change.uids == nil else {
                    throw Failure.usage("Either name all uids, or those to add and to remove.")
                }
                let present = try await client.app(named: name).uids
                let added = present + addUid.filter { !present.contains($0) }
                change.uids = added.filter { !removeUid.contains($0) }
            }
            guard change != AppChange() else { throw Failure.usage("Name what is to change.") }
            let app = try await client.updateApp(named: name, change)
            output.write(AppText.json(app), AppText.text(app))
            if change.uids != nil { AppText.warnOfUids(app) }
        }
    }

    /// What can be said without knowing the app.
    private func staticChange() throws(Failure) -> AppChange {
        var change = AppChange()
        if !ceiling.isEmpty { change.ceiling = ceiling }
        if !uid.isEmpty { change.uids = uid }
        if !orchestration.isEmpty { change.orchestrations = orchestration }
        if !attestationKey.isEmpty {
            var keys: [[UInt8]] = []
            for argument in attestationKey { keys.append(try PublicKeyText.read(argument)) }
            change.attestationKeys = keys
        }
        for list in clear {
            switch list {
            case .uids: change.uids = []
            case .orchestrations: change.orchestrations = []
            case .attestationKeys: change.attestationKeys = []
            }
        }
        change.defaultLifetime = defaultLifetime?.duration
        change.maximumLifetime = maximumLifetime?.duration
        change.sharesUid = sharedUid
        change.heartbeat = heartbeat?.policy
        change.delegatesAcrossApps = crossApp
        if issueSecret { change.secret = .issue }
        if removeSecret { change.secret = .remove }
        return change
    }
}
