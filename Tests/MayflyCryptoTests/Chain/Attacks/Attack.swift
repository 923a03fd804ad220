import MayflyCrypto

/// A token that must be refused, and for what. Where the attack is in the content, the broker's key
/// and the agents' have signed it: only the check that is under test can refuse it.
struct Attack: Sendable {
    let name: String
    let refusal: ChainRefusal
    let token: [UInt8]

    init(_ name: String, _ refusal: ChainRefusal, _ forge: ChainForge) {
        self.name = name
        self.refusal = refusal
        token = forge.token
    }
}

/// A hop and the number of hops in its chain: attacks are tried on the first, a middle and the last.
struct HopPlace: Sendable {
    let hop: Int
    let depth: Int

    static let all = [(1, 1), (1, 3), (2, 3), (3, 3), (5, 5)].map { HopPlace(hop: $0, depth: $1) }

    func attack(
        _ name: String, _ refusal: ChainRefusal, _ change: (inout ChainForge) -> Void
    ) -> Attack {
        Attack("hop \(hop) of \(depth): \(name)", refusal, ChainForge(depth, change))
    }

    /// With one claim of the hop replaced, put in before another, or taken out.
    func attack(
        _ refusal: ChainRefusal, _ claim: String, _ json: String?, before next: String = "iat"
    ) -> Attack {
        attack("\(claim) \(json ?? "missing")", refusal) {
            $0.setHop(hop, claim, json, before: next)
        }
    }

    /// With the hop's claims changed as a whole.
    func attackClaims(_ name: String, _ change: @escaping @Sendable (inout ClaimList) -> Void)
        -> Attack
    {
        attack(name, .hopMalformed) { forge in
            forge.editHop = { [hop] place, claims in if place == hop { change(&claims) } }
        }
    }
}
