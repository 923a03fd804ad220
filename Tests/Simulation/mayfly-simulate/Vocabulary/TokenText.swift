/// Tokens without cryptography: the claims as a line of text. The broker's issuance writes it of its
/// own record, the auditor of its own row; only if all claims agree are the texts the same.
enum TokenText {
    /// Tokens longer than this are by reference: 16 KiB without a dot and a signature.
    static let inlineBytes = 16_384 - 87

    static func full(_ grant: Grant, app: String, lineage: [String]) -> String {
        let agent = grant.agent
        var text = "\(hex(grant.id)).\(hex(grant.token)) sub=\(agent.orchestration)/\(agent.task)/"
        text += "\(agent.instance) in=\(grant.orchestration)/\(grant.task)/\(app)"
        text += " scope=\(grant.scope.joined(separator: ","))"
        text += " aud=\(grant.audience.joined(separator: ","))"
        text += " iat=\(grant.told(grant.issuedAt) / 1_000) exp=\(seconds(grant))"
        text += " cnf=\(grant.publicKey) kid=\(grant.key) attested=\(grant.isAttested)"
        text += " binding=\(grant.tether?.claim ?? "none")"
        text += " online=\(grant.isByReference || grant.uses != nil)"
        for link in lineage { text += " <\(link)>" }
        return text
    }

    static func reference(_ grant: Grant) -> String {
        "reference=\(hex(grant.id)).\(hex(grant.token)) exp=\(seconds(grant)) kid=\(grant.key)"
    }

    /// What the chains of a root grant begin with.
    static func root(of grant: Grant) -> String {
        let agent = grant.agent
        return "root \(hex(grant.id)) \(agent.orchestration)/\(agent.task)/\(agent.instance)"
            + " \(grant.publicKey) \(grant.scope.joined(separator: ","))"
            + " \(grant.audience.joined(separator: ",")) \(grant.notAfter)"
    }

    private static func seconds(_ grant: Grant) -> UInt64 { grant.told(grant.expiresAt) / 1_000 }

    private static func hex(_ id: WideID) -> String {
        String(id.high, radix: 16) + "-" + String(id.low, radix: 16)
    }
}

extension TokenText {
    /// The id of the token, as whoever reads its claims finds it.
    static func tokenID(in text: String) -> WideID? {
        guard let dot = text.firstIndex(of: ".") else { return nil }
        let words = text[text.index(after: dot)...].prefix { $0 != " " }.split(separator: "-")
        guard words.count == 2, let high = UInt64(words[0], radix: 16),
            let low = UInt64(words[1], radix: 16)
        else { return nil }
        return WideID(high: high, low: low)
    }
}
