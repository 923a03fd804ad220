internal import ArgumentParser
private import Glibc
internal import MayflyCrypto
internal import MayflyStore

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks a log from its first event on, without the broker.",
        discussion: """
            The key must come from elsewhere than the database: keep what `mayfly keys \
            --verifier-key` says. Only a checkpoint kept elsewhere (`mayfly audit checkpoint`) shows \
            that the log was cut or rolled back. The broker may be running. Exit status 0 when the \
            log is sound, 1 when it is not.
            """)

    @OptionGroup var output: OutputOptions

    @Option(
        name: [.customLong("data-dir"), .customLong("data-directory")],
        help: "The broker's data directory.")
    var dataDirectory: String?
    @Option(help: "The database itself, for example a copy of it.")
    var database: String?
    @Option(help: "The line name+hash+key of the key that signs checkpoints, or a file with it.")
    var key: String
    @Option(help: "A file with a checkpoint that was kept elsewhere.")
    var checkpoint: String?

    func validate() throws {
        guard (dataDirectory == nil) != (database == nil) else {
            throw ValidationError("Name either --data-dir or --database.")
        }
    }

    func run() async throws {
        try await reporting {
            let path = database ?? (dataDirectory ?? "") + "/mayfly.db"
            let verifier = AuditVerifier(path: path, key: try verifierKey())
            let held = try checkpoint.map { path throws(Failure) in
                try Files.text(path, limit: SignedNote.maximumCount)
            }
            let showsProgress = !output.json && isatty(STDERR_FILENO) != 0
            let report = try verifier.verify(held: held) { read, all in
                if showsProgress { writeText("\r\(read) of \(all) events", to: STDERR_FILENO) }
            }
            if showsProgress { writeText("\r\u{1B}[K", to: STDERR_FILENO) }
            write(report)
            if !report.isSound { throw ExitCode(ExitStatus.refused.rawValue) }
        }
    }

    private func verifierKey() throws(Failure) -> NoteVerifierKey {
        if let key = NoteVerifierKey(key) { return key }
        let text = try Files.text(key, limit: 4_096)
        guard let line = text.split(whereSeparator: \.isNewline).first,
            let key = NoteVerifierKey(String(line))
        else { throw .usage("\(key): holds no verifier key, which is a line name+hash+key.") }
        return key
    }

    private func write(_ report: AuditReport) {
        var members: [(String, JSON)] = [
            ("sound", .flag(report.isSound)),
            ("events", .number(report.events)),
            ("checkpoints", .number(report.checkpoints)),
            ("covered_events", .number(report.coveredEvents)),
            ("root", .text(report.root)),
        ]
        if let fault = report.fault { members.append(("fault", .text(fault.description))) }
        let verdict = report.fault.map { "NOT SOUND: \($0)" } ?? "sound"
        output.write(
            .object(members),
            table([
                ["audit", verdict],
                [
                    "events",
                    "\(report.events), of which signed checkpoints cover "
                        + "\(report.coveredEvents)",
                ],
                ["checkpoints", String(report.checkpoints)],
                ["root", report.root],
            ]))
    }
}
