internal import ArgumentParser
internal import MayflyClient
internal import MayflyCrypto

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
