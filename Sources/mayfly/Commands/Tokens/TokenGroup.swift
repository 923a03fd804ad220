internal import ArgumentParser
internal import MayflyClient

/// What an agent does with its token, and what anybody can find out about one.
struct TokenGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Renews, delegates, verifies and shows tokens.",
        subcommands: [
            TokenRenew.self, TokenDelegate.self, TokenHeartbeat.self, TokenVerify.self,
            TokenInspect.self,
        ])
}

struct TokenRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew", abstract: "Gives a token's grant a new token; the old one is dead.",
        discussion: "Reads the token from standard input. Proven by the agent's key.")

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: TokenOutputOptions

    @Option(help: "The file with the agent's private key, as --key-out wrote it.")
    var key: String
    @Option(parsing: .upToNextOption, help: "A narrower scope. Default: the same.")
    var scope: [String] = []
    @Option(name: .customLong("ttl"), help: "Life of the new token. Default: as the old one's.")
    var lifetime: Lifetime?

    func run() async throws {
        try await reporting {
            let key = try AgentKey(contentsOf: key)
            output.write(
                try await socket.client().renew(
                    token: try oneToken(), key: key, scope: scope.isEmpty ? nil : scope,
                    lifetime: lifetime?.duration))
        }
    }
}

struct TokenDelegate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegate",
        abstract: "Gives another live agent a part of what a token states.",
        discussion: """
            Reads the delegator's token from standard input and shows the delegate's. The \
            delegator's key signs the delegation; the new token is bound to the delegate's key.
            """)

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: TokenOutputOptions

    @Option(help: "The file with the delegator's private key, as --key-out wrote it.")
    var key: String
    @Option(name: .customLong("to"), help: "The delegate's SPIFFE ID.")
    var delegate: String
    @Option(parsing: .upToNextOption, help: "What it gets, within what the delegator holds.")
    var scope: [String]
    @Option(parsing: .upToNextOption, help: "Who the token is for. Default: as the delegator's.")
    var audience: [String] = []
    @Option(
        name: .customLong("ttl"),
        help: "Life of the new grant. Default: what is left of the delegator's token.")
    var lifetime: Lifetime?
    @Option(help: "Uses that the delegator gives away. Default: no limit of its own.")
    var maxUses: UInt32?
    @Flag(help: "A short token that the broker resolves, to travel in HTTP headers.")
    var byReference = false

    func run() async throws {
        try await reporting {
            let key = try AgentKey(contentsOf: key)
            let terms = DelegationTerms(
                scope: scope, audience: audience.isEmpty ? nil : audience,
                lifetime: lifetime?.duration, maximumUses: maxUses, byReference: byReference)
            output.write(
                try await socket.client().delegate(
                    token: try oneToken(), key: key, to: delegate, terms))
        }
    }
}

struct TokenHeartbeat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeat", abstract: "Says that an agent is alive, and what it is doing.",
        discussion: "Reads the agent's token from standard input.")

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "active, idle or completing.")
    var state: State = .active

    enum State: String, ExpressibleByArgument, CaseIterable {
        case active
        case idle
        case completing
    }

    func run() async throws {
        try await reporting {
            let state: AgentState =
                switch state {
                case .active: .active
                case .idle: .idle
                case .completing: .completing
                }
            let expiresAt = try await socket.client().heartbeat(try oneToken(), state)
            output.write(
                .object([("expires_at", .number(expiresAt.seconds))]), "alive until \(expiresAt)\n")
        }
    }
}
