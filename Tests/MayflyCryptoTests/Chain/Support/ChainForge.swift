import MayflyCrypto

/// Makes tokens with chains of any depth, and lets a test change each step: what comes after a
/// change still follows from it, so that a token has the one fault that the test gave it and is
/// signed by whom it should be.
struct ChainForge: Sendable {
    static let issuer = "https://broker.example"
    static let now: UInt64 = 1_790_000_000
    static let leeway: UInt64 = 5
    static let audience = "https://data.example"
    /// Seeds of the broker's two keys.
    static let brokerSeeds: [UInt8] = [1, 2]
    static let brokerKeys = brokerSeeds.map { privateKey($0).publicKey }

    /// Hops.
    var depth: Int
    /// Which agents and ids: chains of different lanes have nothing in common.
    var lane = 0
    var brokerSeed: UInt8 = 1
    /// What the root and each hop grant; the last of them goes on for deeper hops.
    var scopes = [
        ["read:data:*", "write:reports:q3"], ["read:data:customer-12345", "write:reports:q3"],
        ["read:data:customer-12345"],
    ]
    /// Of the root, and the token's unless it is changed.
    var audiences: [String] = []

    var editRoot: @Sendable (inout ClaimList) -> Void = { _ in }
    var editRootText: @Sendable (inout String) -> Void = { _ in }
    /// With the hop's depth, from 1.
    var editHop: @Sendable (Int, inout ClaimList) -> Void = { _, _ in }
    var editHopPayload: @Sendable (Int, inout String) -> Void = { _, _ in }
    var hopHeader: @Sendable (Int) -> String = { _ in #"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"# }
    /// Place and lane of the agent that signs the hop.
    var hopSigner: @Sendable (Int) -> (place: Int, lane: Int)? = { _ in nil }
    var editHopText: @Sendable (Int, inout String) -> Void = { _, _ in }
    /// All hops, before the token is made of them.
    var editHops: @Sendable (inout [String]) -> Void = { _ in }
    var editToken: @Sendable (inout ClaimList) -> Void = { _ in }
    var editPayload: @Sendable (inout [UInt8]) -> Void = { _ in }
    /// `KID` stands for the thumbprint of the broker's key.
    var header = #"{"alg":"EdDSA","typ":"JWT","kid":"KID"}"#
    var editText: @Sendable (inout String) -> Void = { _ in }

    init(_ depth: Int = 0, _ change: (inout ChainForge) -> Void = { _ in }) {
        self.depth = depth
        change(&self)
    }

    func scope(_ depth: Int) -> [String] { scopes[min(depth, scopes.count - 1)] }

    /// Each hop ends a minute before what it was made from.
    static func expiry(_ depth: Int) -> UInt64 { now + 3_600 - 60 * UInt64(depth) }

    var token: [UInt8] {
        let (root, hops) = chain
        var claims = depth == 0 ? plainClaims : delegatedClaims(root, hops)
        editToken(&claims)
        var payload = utf8(claims.json)
        editPayload(&payload)
        let key = privateKey(brokerSeed)
        let header = header.replacing(
            "KID", with: String(decoding: key.publicKey.thumbprint, as: UTF8.self))
        var text = compact(header, payload) { key.signature(for: $0) }
        editText(&text)
        return utf8(text)
    }

    /// The root's text and the hops.
    var chain: (root: String, hops: [String]) {
        var claims = rootClaims
        editRoot(&claims)
        var root = base64(utf8(claims.json))
        editRootText(&root)
        var hops: [String] = []
        var (previous, parent) = (root, claims["grant"] ?? quoted(Self.rootGrant(lane)))
        for depth in 1..<(depth + 1) {
            var claims = hopClaims(depth, after: previous, parent: parent)
            editHop(depth, &claims)
            var payload = claims.json
            editHopPayload(depth, &payload)
            let signer = hopSigner(depth) ?? (place: depth - 1, lane: lane)
            let key = agentKey(signer.place, lane: signer.lane)
            var hop = compact(hopHeader(depth), utf8(payload)) { key.signature(for: $0) }
            editHopText(depth, &hop)
            hops.append(hop)
            (previous, parent) = (hop, quoted(Self.grant(ofHop: hop)))
        }
        editHops(&hops)
        return (root, hops)
    }

    static func rootGrant(_ lane: Int) -> String {
        hex([UInt8](repeating: UInt8(0xA0 + lane), count: 16))
    }

    static func grant(ofHop hop: String) -> String {
        hex([UInt8](SHA256.digest(utf8(hop)).bytes.prefix(16)))
    }

    // MARK: Claims

    private var rootClaims: ClaimList {
        var claims = ClaimList([
            ("agent", quoted(agentName(0, lane: lane))), ("key", key(0)),
            ("scope", quoted(scope(0))),
        ])
        if !audiences.isEmpty { claims["aud"] = quoted(audiences) }
        claims["not_after"] = "\(Self.expiry(0))"
        claims["grant"] = quoted(Self.rootGrant(lane))
        return claims
    }

    private func hopClaims(_ depth: Int, after previous: String, parent: String) -> ClaimList {
        ClaimList([
            ("iss", quoted(Self.issuer)),
            ("challenge", quoted(base64([UInt8](repeating: UInt8(0xC0 + depth), count: 32)))),
            ("proof_seq", "\(depth)"),
            ("delegator", quoted(agentName(depth - 1, lane: lane))),
            ("delegator_key", key(depth - 1)),
            ("delegate", quoted(agentName(depth, lane: lane))),
            ("delegate_key", key(depth)),
            ("held", quoted(scope(depth - 1))),
            ("scope", quoted(scope(depth))),
            ("iat", "\(Self.now - 60)"),
            ("exp", "\(Self.expiry(depth))"),
            ("parent", parent),
            ("depth", "\(depth)"),
            ("prev", quoted(base64(SHA256.digest(utf8(previous)).bytes))),
        ])
    }

    private var plainClaims: ClaimList {
        var claims = ClaimList([
            ("grant", quoted(Self.rootGrant(lane))),
            ("jti", quoted(hex([UInt8](repeating: UInt8(0xB0 + depth), count: 16)))),
            ("iss", quoted(Self.issuer)),
            ("sub", quoted(agentName(depth, lane: lane))),
        ])
        if !audiences.isEmpty { claims["aud"] = quoted(audiences) }
        claims.claims += [
            ("exp", "\(Self.now + 300)"), ("nbf", "\(Self.now)"), ("iat", "\(Self.now)"),
            ("scope", quoted(scope(depth))), ("task_id", quoted("task-\(depth)")),
            ("orch_id", quoted("nightly")), ("app_id", quoted("reports")),
            ("cnf", #"{"jkt":"\#(thumbprint(depth))"}"#), ("binding", quoted("none")),
            ("proof", quoted("agent")),
        ]
        return claims
    }

    private func delegatedClaims(_ root: String, _ hops: [String]) -> ClaimList {
        var claims = plainClaims
        let last = hops.last ?? ""
        claims["grant"] = quoted(Self.grant(ofHop: last))
        claims["root"] = quoted(root)
        claims["delegation_chain"] = quoted(hops)
        claims["chain_hash"] = quoted(hex(SHA256.digest(utf8(last)).bytes))
        return claims
    }

    /// A token by reference: the five claims that it has.
    static func reference(_ change: (inout ChainForge) -> Void = { _ in }) -> ChainForge {
        var forge = ChainForge(0)
        forge.editToken = { claims in
            claims.claims.removeAll { !["grant", "jti", "iss", "exp"].contains($0.name) }
            claims["online"] = "true"
        }
        change(&forge)
        return forge
    }

    private func key(_ place: Int) -> String {
        quoted(base64(agentKey(place, lane: lane).publicKey.bytes))
    }

    private func thumbprint(_ place: Int) -> String {
        String(decoding: agentKey(place, lane: lane).publicKey.thumbprint, as: UTF8.self)
    }
}

func base64(_ bytes: [UInt8]) -> String { text(Base64URL.encode(bytes)) }

/// `header.payload.signature`
func compact(_ header: String, _ payload: [UInt8], _ sign: ([UInt8]) -> [UInt8]) -> String {
    let input = "\(base64(utf8(header))).\(base64(payload))"
    return "\(input).\(base64(sign(utf8(input))))"
}
