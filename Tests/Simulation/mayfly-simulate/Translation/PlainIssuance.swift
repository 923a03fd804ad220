internal import MayflyCore

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
            grant.isByReference
            ? TokenText.reference(Grant(grant)) : full(Grant(grant), app: app, lineage: lineage)
        return UnsignedToken(
            signingInput: Array(text.utf8), digest: bytes32(Fingerprints.of(text)))
    }

    func claims(of grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]) -> [UInt8] {
        Array(full(Grant(grant), app: app, lineage: lineage).utf8)
    }

    func rootStatement(of grant: borrowing GrantRecord) -> [UInt8] {
        Array(TokenText.root(of: Grant(grant)).utf8)
    }

    func chainDigest(of link: [UInt8]) -> Digest { bytes32(Fingerprints.of(link)) }

    private func full(_ grant: Grant, app: Name, lineage: [[UInt8]]) -> String {
        TokenText.full(
            grant, app: app.text,
            lineage: lineage.map { String(decoding: $0, as: UTF8.self) })
    }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; which is small, so that the bias does not show.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func oneIn(_ odds: Int) -> Bool { below(odds) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }
}
