internal import ArgumentParser
internal import MayflyClient

/// The broker's keys.
struct KeysGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Shows and rotates the broker's keys.",
        discussion: "`mayfly keys` alone is `mayfly keys list`.",
        subcommands: [KeysList.self, KeysRotate.self], defaultSubcommand: KeysList.self)
}

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows the broker's public keys.",
        discussion: "With --json it writes what `mayfly token verify --key` takes as a file.")

    @OptionGroup var socket: AgentSocketOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Only the line that `mayfly audit verify --key` takes; keep it elsewhere.")
    var verifierKey = false

    func run() async throws {
        try await reporting {
            let keys = try await socket.client().keys()
            if verifierKey {
                guard let key = keys.keys.last(where: { $0.use == .checkpoint }) else {
                    throw Failure(.refused, "NO_KEY", "The broker has no key for checkpoints.")
                }
                return output.write(
                    .object([("verifier_key", .text(key.verifierKey))]), key.verifierKey + "\n")
            }
            output.write(KeysText.json(keys), KeysText.text(keys))
        }
    }
}

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Makes a new key sign tokens.",
        discussion: """
            Tokens of the key before stay valid until they expire. With --emergency, for a key that \
            leaked, everything that it signed is dead at once: every agent of this broker.
            """)

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "End at once everything that was signed before.")
    var emergency = false

    func run() async throws {
        try await reporting {
            let key = try await socket.client().rotateKey(emergency: emergency)
            output.write(KeysText.json(key), KeysText.text(key))
        }
    }
}

/// Keys as they are shown.
enum KeysText {
    static func json(_ keys: BrokerKeys) -> JSON {
        .object([
            ("issuer", .text(keys.issuer)),
            ("keys", .list(keys.keys.map(json))),
        ])
    }

    static func json(_ key: BrokerKey) -> JSON {
        .object([
            ("use", .text(key.use.rawValue)),
            ("kid", .text(key.keyID)),
            ("public_key", .text(PublicKeyText.text(key.publicKey))),
            ("not_before", .number(key.notBefore.seconds)),
            ("not_after", .number(key.notAfter?.seconds ?? 0)),
            ("verifier_key", .text(key.verifierKey)),
        ])
    }

    static func text(_ keys: BrokerKeys) -> String {
        table([["issuer", keys.issuer]] + keys.keys.flatMap(rows))
    }

    static func text(_ key: BrokerKey) -> String { table(rows(key)) }

    private static func rows(_ key: BrokerKey) -> [[String]] {
        var rows = [
            [key.use.rawValue, PublicKeyText.text(key.publicKey)], ["  kid", key.keyID],
        ]
        if key.notBefore.seconds > 0 { rows.append(["  from", key.notBefore.description]) }
        if let end = key.notAfter { rows.append(["  until", end.description]) }
        if !key.verifierKey.isEmpty { rows.append(["  verifier key", key.verifierKey]) }
        return rows
    }
}
