internal import ArgumentParser
private import Glibc
internal import MayflyWire

/// What Operator.Status says, as JSON; with --wait, as soon as it says something.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print what the broker says of itself, waiting until it answers.")

    @OptionGroup(title: "Where") var sockets: SocketOptions

    @Option(help: "Seconds to wait for a broker that is starting.")
    var wait = 0.0

    /// Short, because the time until a broker is ready is measured with it.
    private static let retryMicroseconds: UInt32 = 2_000

    func run() throws {
        let operation = Operator(path: sockets.operatorPath)
        let start = Moment.now()
        while true {
            do throws(LoadFailure) {
                let status = try operation.status()
                let waited = Moment.now().seconds(since: start)
                return writeLine(Self.json(status, waitedSeconds: waited), to: STDOUT_FILENO)
            } catch {
                guard ExitStatus(error) == .unavailable, Moment.now().seconds(since: start) < wait
                else {
                    writeLine("mayfly-load: \(error)", to: STDERR_FILENO)
                    throw ExitCode(ExitStatus(error).rawValue)
                }
            }
            usleep(Self.retryMicroseconds)
        }
    }

    private static func json(_ status: StatusResponseMessage, waitedSeconds: Double) -> String {
        var text = JSONText()
        text.add("version", status.version)
        text.add("pid", status.pid)
        text.add("reactors", status.reactors)
        text.add("waited_seconds", waitedSeconds)
        text.add("live_grants", status.liveGrants)
        text.add("apps", status.apps)
        text.add("connections", status.connections)
        text.add("log_events", status.logPosition)
        text.add("durable_events", status.durablePosition)
        text.add("cpu_microseconds", BrokerFigures.cpu(status))
        text.add("resident_bytes", status.residentBytes)
        text.add("open_descriptors", status.openDescriptors)
        text.add("written_bytes", status.writtenBytes)
        text.add("commits", status.commits)
        text.add("wal_checkpoints", status.walCheckpoints)
        text.add("spawned", status.spawned)
        text.add("released", status.released)
        text.add("validated", status.validated)
        text.add("expired", status.expired)
        text.add("refused", status.refused)
        text.add("registered", status.registered)
        text.add("renewed", status.renewed)
        text.add("delegated", status.delegated)
        text.add("revoked", status.revoked)
        text.add("launch_tokens", status.launchTokens)
        text.add("revocation_records", status.revocationRecords)
        text.add("watchers", status.watchers)
        text.add("clock_deviation_milliseconds", status.clockDeviationMilliseconds)
        return text.text
    }
}
