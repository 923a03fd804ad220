internal import ArgumentParser
internal import MayflyClient

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows the broker's counters and vital signs.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let status = try await socket.client().status()
            output.write(Self.json(status), Self.text(status))
        }
    }

    private static func json(_ status: BrokerStatus) -> JSON {
        .object([
            ("version", .text(status.version)),
            ("issuer", .text(status.issuer)),
            ("trust_domain", .text(status.trustDomain)),
            ("started_at", .number(status.startedAt.seconds)),
            ("live_grants", .number(status.liveGrants)),
            ("apps", .number(status.apps)),
            ("connections", .number(status.connections)),
            ("log_position", .number(status.logPosition)),
            ("durable_position", .number(status.durablePosition)),
            ("cpu_user_microseconds", .number(status.cpuUserMicroseconds)),
            ("cpu_system_microseconds", .number(status.cpuSystemMicroseconds)),
            ("resident_bytes", .number(status.residentBytes)),
            ("open_descriptors", .number(UInt64(status.openDescriptors))),
            ("written_bytes", .number(status.writtenBytes)),
            ("commits", .number(status.commits)),
            ("wal_checkpoints", .number(status.walCheckpoints)),
            ("spawned", .number(status.spawned)),
            ("released", .number(status.released)),
            ("validated", .number(status.validated)),
            ("expired", .number(status.expired)),
            ("refused", .number(status.refused)),
            ("reactors", .number(UInt64(status.reactors))),
            ("pid", .number(UInt64(status.pid))),
            ("clock_deviation_milliseconds", .signed(status.clockDeviationMilliseconds)),
            ("is_issuing_stopped", .flag(status.isIssuingStopped)),
            ("launch_tokens", .number(status.launchTokens)),
            ("revocation_records", .number(status.revocationRecords)),
            ("watchers", .number(status.watchers)),
            ("registered", .number(status.registered)),
            ("renewed", .number(status.renewed)),
            ("delegated", .number(status.delegated)),
            ("revoked", .number(status.revoked)),
        ])
    }

    private static func text(_ status: BrokerStatus) -> String {
        let cpu = status.cpuUserMicroseconds + status.cpuSystemMicroseconds
        return table([
            ["broker", "\(status.issuer), version \(status.version), pid \(status.pid)"],
            ["trust domain", status.trustDomain],
            ["started", status.startedAt.description],
            ["apps", String(status.apps)],
            ["live grants", String(status.liveGrants)],
            ["connections", "\(status.connections) on \(status.reactors) reactors"],
            ["spawned", "\(status.spawned), registered \(status.registered)"],
            ["renewed", "\(status.renewed), delegated \(status.delegated)"],
            ["validated", String(status.validated)],
            [
                "released",
                "\(status.released), expired \(status.expired), revoked \(status.revoked)",
            ],
            ["launch tokens", String(status.launchTokens)],
            [
                "revocations",
                "\(status.revocationRecords) records, \(status.watchers) watchers",
            ],
            ["clock", clock(status)],
            ["refused", String(status.refused)],
            ["audit", "\(status.logPosition) events, \(status.durablePosition) on disk"],
            [
                "disk",
                "\(mebibytes(status.writtenBytes)) written, \(status.commits) commits, "
                    + "\(status.walCheckpoints) log checkpoints",
            ],
            ["memory", mebibytes(status.residentBytes)],
            ["descriptors", String(status.openDescriptors)],
            ["cpu", "\(cpu / 1_000_000).\(String(cpu / 100_000 % 10)) s"],
        ])
    }

    private static func clock(_ status: BrokerStatus) -> String {
        let deviation = "\(status.clockDeviationMilliseconds) ms from the system's"
        return status.isIssuingStopped
            ? "\(deviation); nothing is issued until `mayfly time accept`" : deviation
    }

    private static func mebibytes(_ bytes: UInt64) -> String {
        let tenths = (bytes >> 10) * 10 / 1_024
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}
