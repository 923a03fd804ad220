internal import ArgumentParser
internal import MayflyClient

struct TokenVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies tokens and their whole lineage without the broker.",
        discussion: """
            Reads tokens from standard input, one a line. Nothing but the broker's public key is \
            needed, so that it can be done anywhere; whether the grant has ended since, only the \
            broker knows (`mayfly validate`). Exit status 0 when all were sound, 1 when one was not.
            """)

    @OptionGroup var output: OutputOptions

    @Option(
        parsing: .upToNextOption,
        help: """
            What `mayfly keys --json` wrote into a file; or the broker's public key, in base64url, \
            or a file with that or with PEM.
            """)
    var key: [String]
    @Option(help: "The issuer that tokens must have. Default: the one in the file of keys.")
    var issuer: String?
    @Option(help: "An audience that tokens must name.")
    var audience: String?
    @Option(help: "Verify for this time instead of now.")
    var at: TimeArgument?
    @Option(help: "How far the clocks may be apart.")
    var leeway: Lifetime?

    func run() async throws {
        try await reporting {
            let keys = try TokenKeys.read(key, issuer: issuer)
            var unsound = 0
            try await forEachToken { text in
                do throws(VerificationRefusal) {
                    let token = try verifyChain(
                        text, keys: keys, audience: audience, at: at?.time,
                        leeway: leeway?.duration ?? .zero)
                    output.write(VerifiedText.json(token), VerifiedText.text(token))
                } catch {
                    unsound += 1
                    output.write(
                        .object([
                            ("verified", .flag(false)), ("reason", .text(error.code)),
                            ("message", .text(error.message)),
                        ]),
                        "NOT VERIFIED: \(error)\n")
                }
            }
            if unsound > 0 { throw ExitCode(ExitStatus.refused.rawValue) }
        }
    }
}

/// Verified tokens as they are shown.
enum VerifiedText {
    static func json(_ token: VerifiedToken) -> JSON {
        var members: [(String, JSON)] = [
            ("verified", .flag(true)),
            ("online", .flag(token.isOnline)),
            ("by_reference", .flag(token.isReference)),
            ("kid", .text(token.keyID)),
        ]
        if !token.lineage.isEmpty {
            members.append(
                (
                    "lineage",
                    .list(
                        token.lineage.map {
                            .object([
                                ("agent_id", .text($0.agentID)), ("grant_id", .text($0.grantID)),
                            ])
                        })
                ))
        }
        members.append(("claims", .encoded(token.claims.text)))
        return .object(members)
    }

    static func text(_ token: VerifiedToken) -> String {
        var rows = [["verified", token.isOnline ? "yes, and the broker has to be asked" : "yes"]]
        if let subject = token.subject { rows.append(["agent", subject]) }
        if token.isReference { rows.append(["by reference", "only the broker says what for"]) }
        if !token.scope.isEmpty {
            rows.append(["scope", token.scope.joined(separator: " ")])
        }
        if !token.audience.isEmpty {
            rows.append(["audience", token.audience.joined(separator: " ")])
        }
        rows.append(["expires", token.expiresAt.description])
        rows.append(["issuer", token.issuer])
        rows.append(["token", token.tokenID])
        rows.append(["grant", token.grantID])
        guard token.lineage.count > 1 else { return table(rows) }
        for (depth, link) in token.lineage.enumerated() {
            let indent = depth == 0 ? "" : String(repeating: "   ", count: depth - 1) + "└─ "
            rows.append([
                depth == 0 ? "lineage" : "", "\(indent)\(link.agentID)  grant \(link.grantID)",
            ])
        }
        return table(rows)
    }
}
