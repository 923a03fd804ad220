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

    func run() async throws {
        try await reporting {
            let client = socket.client()
            var invalid = 0
            try await forEachToken { token in
                let validation = try await client.validate(token)
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
            it is said, and the exit status is 0.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let client = socket.client()
            try await forEachToken { token in
                let isEnded = try await client.release(token)
                output.write(
                    .object([("ended", .flag(isEnded))]), isEnded ? "released\n" : "not live\n")
            }
        }
    }
}

/// Reads standard input to its end; nothing in it is a mistake of the caller's.
private func forEachToken(_ body: (String) async throws -> Void) async throws {
    var lines = TokenLines()
    var count = 0
    while let token = try lines.next() {
        count += 1
        try await body(token)
    }
    guard count > 0 else {
        throw Failure.usage("Give tokens on standard input, one a line.")
    }
}
