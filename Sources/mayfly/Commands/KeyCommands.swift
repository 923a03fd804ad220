internal import ArgumentParser
internal import MayflyClient
internal import MayflyCrypto

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Shows the broker's public keys.")

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
            output.write(Self.json(keys), Self.text(keys))
        }
    }

    private static func json(_ keys: BrokerKeys) -> JSON {
        .object([
            ("issuer", .text(keys.issuer)),
            (
                "keys",
                .list(
                    keys.keys.map { key in
                        .object([
                            ("use", .text(key.use.rawValue)),
                            ("kid", .text(key.keyID)),
                            ("public_key", .text(PublicKeyText.text(key.publicKey))),
                            ("not_before", .number(key.notBefore.seconds)),
                            ("not_after", .number(key.notAfter?.seconds ?? 0)),
                            ("verifier_key", .text(key.verifierKey)),
                        ])
                    })
            ),
        ])
    }

    private static func text(_ keys: BrokerKeys) -> String {
        var rows = [["issuer", keys.issuer]]
        for key in keys.keys {
            rows.append([key.use.rawValue, PublicKeyText.text(key.publicKey)])
            rows.append(["  kid", key.keyID])
            if key.notBefore.seconds > 0 { rows.append(["  from", key.notBefore.description]) }
            if let end = key.notAfter { rows.append(["  until", end.description]) }
            if !key.verifierKey.isEmpty { rows.append(["  verifier key", key.verifierKey]) }
        }
        return table(rows)
    }
}

/// Keys of an app's own.
struct KeyGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes keys with which an app attests its batches.",
        subcommands: [KeyNew.self, KeyPublic.self])
}

struct KeyNew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Makes a key file and shows the public half.",
        discussion: "The public half is for `mayfly app add --attestation-key`.")

    @OptionGroup var output: OutputOptions

    @Option(help: "A new file, mode 0600, for the private key (PKCS #8 in PEM).")
    var out: String

    func run() async throws {
        try await reporting {
            let seed = LockedSecret.random()
            var file = try Files.createPrivate(out)
            try PrivateKeyText.text(seed: seed).withBytes { bytes throws(Failure) in
                try file.write(bytes)
            }
            file.keep()
            write(AttestationKey(seed: seed), output)
        }
    }
}

struct KeyPublic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public", abstract: "Shows the public half of a key file.")

    @OptionGroup var output: OutputOptions

    @Argument(help: "The key file.")
    var file: String

    func run() async throws {
        try await reporting { write(try AttestationKey(contentsOf: file), output) }
    }
}

private func write(_ key: AttestationKey, _ output: OutputOptions) {
    output.write(
        .object([("public_key", .text(key.publicKeyText))]), key.publicKeyText + "\n")
}
