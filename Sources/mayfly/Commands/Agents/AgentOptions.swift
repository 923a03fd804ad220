internal import ArgumentParser
internal import MayflyClient
internal import MayflyCrypto

/// What a grant is to have.
struct TermsOptions: ParsableArguments {
    @Option(help: "Task id.")
    var task: String
    @Option(parsing: .upToNextOption, help: "What it may do: action:resource:identifier.")
    var scope: [String]
    @Option(parsing: .upToNextOption, help: "Who the token is for.")
    var audience: [String] = []
    @Option(name: .customLong("ttl"), help: "Life of the token: 300, 5m. Default: the app's.")
    var lifetime: Lifetime?
    @Option(
        name: .customLong("renewable-for"),
        help: "How long renewals may go on, from now. Default: as long as the first token.")
    var totalLifetime: Lifetime?
    @Option(help: "How many uses it and all delegated from it may consume. Default: no limit.")
    var maxUses: UInt32?
    @Flag(help: "A short token that the broker resolves, to travel in HTTP headers.")
    var byReference = false

    func request(
        orchestration: String?, binding: AgentBinding = .none, key: AgentKey?
    ) -> AgentRequest {
        AgentRequest(
            orchestration: orchestration, task: task, scope: scope, audience: audience,
            lifetime: lifetime?.duration, totalLifetime: totalLifetime?.duration,
            maximumUses: maxUses, byReference: byReference, binding: binding, key: key)
    }
}

/// What an agent is to have, for `spawn` and `register`.
struct AgentOptions: ParsableArguments {
    @Option(name: [.customLong("orch"), .customLong("orchestration")], help: "Orchestration id.")
    var orchestration: String
    @OptionGroup var terms: TermsOptions
    @Option(help: "A new file, mode 0600, for the agent's private key (PKCS #8 in PEM).")
    var keyOut: String?

    /// Makes an agent with a key that is in its file before the agent is: no agent is left without
    /// its key.
    func make(_ issue: (AgentRequest) async throws(MayflyError) -> Agent) async throws -> Agent {
        guard let keyOut else {
            return try await issue(terms.request(orchestration: orchestration, key: nil))
        }
        let seed = LockedSecret.random()
        var file = try Files.createPrivate(keyOut)
        try PrivateKeyText.text(seed: seed).withBytes { bytes throws(Failure) in
            try file.write(bytes)
        }
        let agent = try await issue(
            terms.request(orchestration: orchestration, key: AgentKey(seed: seed)))
        file.keep()
        return agent
    }
}

/// How a token that was issued is written.
struct TokenOutputOptions: ParsableArguments {
    @OptionGroup var output: OutputOptions
    @Flag(help: "Write the token and nothing else.")
    var tokenOnly = false

    func validate() throws {
        guard !(tokenOnly && output.json) else {
            throw ValidationError("--token-only and --json exclude each other.")
        }
    }

    func write(_ agent: Agent) {
        write(id: agent.id, token: agent.token, grant: agent.grantID, expiresAt: agent.expiresAt)
    }

    func write(_ issued: IssuedToken) {
        write(
            id: issued.agentID, token: issued.token, grant: issued.grantID,
            expiresAt: issued.expiresAt)
    }

    private func write(id: String, token: String, grant: String, expiresAt: UnixTime) {
        if tokenOnly { return output.write(.text(token), token + "\n") }
        output.write(
            .object([
                ("agent_id", .text(id)),
                ("token", .text(token)),
                ("grant_id", .text(grant)),
                ("expires_at", .number(expiresAt.seconds)),
            ]),
            table([
                ["agent", id], ["token", token], ["grant", grant],
                ["expires", expiresAt.description],
            ]))
    }
}
