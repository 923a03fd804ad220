internal import ArgumentParser
internal import MayflyClient

/// Ending what was granted before its time.
struct RevokeGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Ends a token, an agent, a task or a chain, and all that hangs on it.",
        discussion: """
            When it says so, every validation, renewal and delegation that begins from then on sees \
            it. A revoked task's name is refused to new grants until its record lapses or is lifted.
            """,
        subcommands: [
            RevokeToken.self, RevokeAgent.self, RevokeTask.self, RevokeChain.self,
            RevokeList.self, RevokeLift.self,
        ])
}

/// Where the operator asks, and how answers look.
struct RevokeOptions: ParsableArguments {
    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    func revoke(_ target: RevocationTarget) async throws {
        let revocation = try await socket.client().revoke(target)
        var members: [(String, JSON)] = [("count", .number(revocation.count))]
        var text = "revoked; it matched \(revocation.count) live grants\n"
        if let record = revocation.recordID {
            members.append(("record_id", .number(record)))
            text += "record \(record)"
            if let lapsesAt = revocation.lapsesAt {
                members.append(("lapses_at", .number(lapsesAt.seconds)))
                text += " until \(lapsesAt)"
            }
            text += "\n"
        }
        output.write(.object(members), text)
    }
}

struct RevokeToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Ends the grant of one token.",
        discussion: "Without a target it reads the token itself from standard input.")

    @OptionGroup var options: RevokeOptions

    @Argument(help: "The token's jti: 32 hexadecimal characters. Not the token.")
    var target: String?

    func run() async throws {
        try await reporting {
            try await options.revoke(.token(try target ?? TokenName.id(in: oneToken())))
        }
    }
}

struct RevokeAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Ends an agent's own grant and all that it holds.")

    @OptionGroup var options: RevokeOptions

    @Argument(help: "Its SPIFFE ID.")
    var target: String

    func run() async throws {
        try await reporting { try await options.revoke(.agent(target)) }
    }
}

struct RevokeTask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Ends all that was granted under a task.")

    @OptionGroup var options: RevokeOptions

    @Argument(help: "The task id.")
    var target: String
    @Option(
        name: [.customLong("orch"), .customLong("orchestration")],
        help: "Only of this orchestration. Default: of all.")
    var orchestration: String?
    @Flag(help: "Cover only what was granted before; new grants under the name go on.")
    var allowNew = false

    func run() async throws {
        try await reporting {
            try await options.revoke(
                .task(target, orchestration: orchestration, allowNew: allowNew))
        }
    }
}

struct RevokeChain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain", abstract: "Ends a whole tree of delegations, from its root.")

    @OptionGroup var options: RevokeOptions

    @Argument(help: "Any grant id or SPIFFE ID in it.")
    var target: String

    func run() async throws {
        try await reporting { try await options.revoke(.chain(target)) }
    }
}

struct RevokeList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the records of revoked tasks that are in force.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let records = try await socket.client().revocations()
            if output.json {
                for record in records { output.write(Self.json(record), "") }
                return
            }
            guard !records.isEmpty else { return note("there are no records") }
            let rows = records.map { record in
                [
                    String(record.id), record.orchestration ?? "*", record.task,
                    record.allowsNew ? "before it" : "all", record.createdAt.description,
                    record.lapsesAt.description,
                ]
            }
            let head = ["RECORD", "ORCHESTRATION", "TASK", "COVERS", "SINCE", "LAPSES"]
            output.write(.list([]), table([head] + rows))
        }
    }

    private static func json(_ record: RevocationRecord) -> JSON {
        .object([
            ("record_id", .number(record.id)),
            ("task_id", .text(record.task)),
            ("orch_id", .text(record.orchestration ?? "")),
            ("allow_new", .flag(record.allowsNew)),
            ("created_at", .number(record.createdAt.seconds)),
            ("lapses_at", .number(record.lapsesAt.seconds)),
        ])
    }
}

struct RevokeLift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift", abstract: "Lets a revoked task's name be used again.",
        discussion: "What was revoked stays so.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The record, as `mayfly revoke list` shows it.")
    var record: UInt64

    func run() async throws {
        try await reporting {
            try await socket.client().liftRevocation(record)
            output.write(
                .object([("record_id", .number(record))]), "lifted record \(record)\n")
        }
    }
}
