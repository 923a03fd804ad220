internal import ArgumentParser
internal import MayflyCrypto

struct TokenInspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows what tokens say, true or not.",
        discussion: """
            Reads tokens from standard input, one a line, and decodes them. Nothing is verified: see \
            `mayfly token verify` and `mayfly validate`. Exit status 1 when one was no token.
            """)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            var unreadable = 0
            try await forEachToken { text in
                guard let content = Content(text) else {
                    unreadable += 1
                    return output.write(.object([("readable", .flag(false))]), "not a token\n")
                }
                output.write(content.json, content.text)
            }
            if unreadable > 0 { throw ExitCode(ExitStatus.refused.rawValue) }
        }
    }

    /// What is between the dots, decoded.
    private struct Content {
        let header: String
        let payload: String
        /// The payloads of the hops, oldest first.
        let hops: [String]

        init?(_ token: String) {
            let parts = Self.parts(token)
            guard parts.count == 3, let header = Self.json(parts[0]),
                let payload = Self.json(parts[1])
            else { return nil }
            self.header = header
            self.payload = payload
            let claims = [UInt8](payload.utf8).withUnsafeBytes { JSONReader.read($0) }
            hops = (claims?["delegation_chain"]?.texts ?? []).compactMap { hop in
                let parts = Self.parts(String(decoding: hop, as: UTF8.self))
                return parts.count == 3 ? Self.json(parts[1]) : nil
            }
        }

        private static func parts(_ token: String) -> [String] {
            token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }

        /// Only what is JSON: it is written into JSON as it is.
        private static func json(_ part: String) -> String? {
            guard let bytes = Base64URL.decode([UInt8](part.utf8)),
                bytes.withUnsafeBytes({ JSONReader.read($0) }) != nil
            else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }

        var json: JSON {
            .object([
                ("readable", .flag(true)), ("verified", .flag(false)),
                ("header", .encoded(header)), ("claims", .encoded(payload)),
                ("hops", .list(hops.map { .encoded($0) })),
            ])
        }

        var text: String {
            var rows = [["header", header], ["claims", payload]]
            for (place, hop) in hops.enumerated() { rows.append(["hop \(place + 1)", hop]) }
            return table(rows) + "nothing of this was verified\n"
        }
    }
}
