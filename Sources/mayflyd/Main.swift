// mayflyd is thin: it reads what it was told, makes the process fit to hold secrets, wires the
// server and waits for the signal that ends it. What a broker does is in the rooms.
internal import ArgumentParser
private import CLinux
private import Glibc
private import Logging
private import MayflyServer

@main
struct Mayflyd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mayflyd",
        abstract: "The Mayfly broker: identities and tokens for the agents of this host.",
        discussion: """
            Every setting is a flag, an environment variable (MAYFLY_AGENT_SOCKET for \
            --agent-socket) and a key of the configuration file (agent-socket); a flag wins over \
            the environment, the environment over the file.
            """,
        version: mayflyVersion)

    @Option(help: "The configuration file (TOML).")
    var config: String?

    @Flag(help: "Show the effective configuration, or every problem with it, and exit.")
    var checkConfig = false

    @OptionGroup(title: "Settings")
    var flags: SettingFlags

    func run() throws {
        let environment: Environment = { name in getenv(name).map { String(cString: $0) } }
        let loaded = ConfigurationLoader(
            flags: flags.layer, environment: environment,
            explicitFile: config ?? environment("MAYFLY_CONFIG"),
            paths: StandardPaths(userID: geteuid(), environment: environment),
            processors: Int(clinux_usable_processors()),
            readFile: { path throws(SystemFailure) in
                try readTextFile(path, limit: ConfigurationFile.maximumBytes)
            }
        ).load()
        guard loaded.problems.isEmpty else {
            writeText(loaded.problemReport, to: STDERR_FILENO)
            throw ExitCode(ExitStatus.configuration.rawValue)
        }
        if checkConfig {
            writeText(loaded.report, to: STDOUT_FILENO)
            return
        }
        let status = Daemon(configuration: loaded.configuration, environment: environment).run()
        guard status == .stopped else { throw ExitCode(status.rawValue) }
    }
}
