@testable import MayflyCore

/// Names and tokens without cryptography: what is distinct stays distinct, nothing is secret.
struct PlainIssuance: Issuance {
    func instance(for serial: Serial) -> InstanceID {
        // Multiplying by an odd number is a bijection.
        InstanceID(rawValue: serial.rawValue &* 0x9E37_79B9_7F4A_7C15)
    }

    func seal(
        _ grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]
    ) -> UnsignedToken {
        let text =
            "\(grant.id.high).\(grant.id.low).\(grant.token.high).\(grant.token.low).\(app.text)"
            + ".\(grant.expiresAt.milliseconds).\(grant.scope.joined.count).\(lineage.count)"
        return UnsignedToken(
            signingInput: [UInt8](text.utf8), digest: PlainIssuance.digest([UInt8](text.utf8)))
    }

    func claims(of grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]) -> [UInt8] {
        [UInt8]("claims of \(grant.id.high).\(grant.id.low)".utf8)
    }

    func rootStatement(of grant: borrowing GrantRecord) -> [UInt8] {
        [UInt8]("root.\(grant.id.high).\(grant.id.low)".utf8) + grant.scope.joined
    }

    func chainDigest(of link: [UInt8]) -> Digest { PlainIssuance.digest(link) }

    /// What presenting the signed token comes to.
    static func tokenDigest(_ signingInput: [UInt8]) -> Digest {
        digest(signingInput + [UInt8](".signed".utf8))
    }

    static func digest(_ bytes: [UInt8]) -> Digest {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return key(hash)
    }

    /// Thirty-two bytes that stand for a number.
    static func key(_ number: UInt64) -> Bytes32 {
        var random = SeededRandom(seed: number)
        var words = [UInt64](repeating: 0, count: 4)
        for index in words.indices { words[index] = random.next() }
        let bytes = words.withUnsafeBytes { [UInt8]($0) }
        guard let value = Bytes32(bytes) else { preconditionFailure("four words are 32 bytes") }
        return value
    }
}
