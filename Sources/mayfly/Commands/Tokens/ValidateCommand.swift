internal import ArgumentParser
internal import MayflyClient

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Says whether tokens are valid at this moment.",
        discussion: """
            Reads tokens from standard input, one a line, and answers each as it comes. Exit status \
            0 when all were valid, 1 when one was not.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var identity: AppOptions

    @Option(parsing: .upToNextOption, help: "Not valid unless the token covers all of these.")
    var scope: [String] = []
    @Option(help: "Not valid unless the token is for this audience.")
    var audience: String?
    @Flag(help: "Consume one use of each; name an app to speak for.")
    var consumeUse = false

    func run() async throws {
        try await reporting {
            let client = identity.isGiven ? try identity.client(socket) : socket.client()
            var invalid = 0
            try await forEachToken { token in
                let validation = try await client.validate(
                    token, requiredScope: scope, requiredAudience: audience,
                    consumeUse: consumeUse)
                if !validation.isValid { invalid += 1 }
                write(validation)
            }
            if invalid > 0 { throw ExitCode(ExitStatus.refused.rawValue) }
        }
    }

    private func write(_ validation: Validation) {
        var members: [(String, JSON)] = [("valid", .flag(validation.isValid))]
        if let expiresAt = validation.expiresAt {
            members.append(("expires_at", .number(expiresAt.seconds)))
        }
        if consumeUse { members.append(("uses_left", .number(UInt64(validation.usesLeft)))) }
        let claims = validation.claims?.text ?? ""
        if !claims.isEmpty { members.append(("claims", .encoded(claims))) }
        let expiry = validation.expiresAt.map { " until \($0)" } ?? ""
        output.write(
            .object(members),
            validation.isValid ? "valid\(expiry)\n\(printable(claims))\n" : "not valid\n")
    }
}

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Ends the grants behind tokens.",
        discussion: """
            Reads tokens from standard input, one a line. A token that is not live is nothing wrong: \
            it is said, and the exit status is 0. With --grant it ends grants by their ids instead, \
            which only their own app may.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var identity: AppOptions

    @Option(parsing: .upToNextOption, help: "Ids of grants of the app that is named.")
    var grant: [String] = []

    func run() async throws {
        try await reporting {
            guard grant.isEmpty else {
                let client = try identity.client(socket)
                for id in grant { write(try await client.release(grantID: id)) }
                return
            }
            let client = socket.client()
            try await forEachToken { token in write(try await client.release(token)) }
        }
    }

    private func write(_ isEnded: Bool) {
        output.write(
            .object([("ended", .flag(isEnded))]), isEnded ? "released\n" : "not live\n")
    }
}
