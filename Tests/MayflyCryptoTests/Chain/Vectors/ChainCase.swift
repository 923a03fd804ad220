import MayflyCrypto

/// One token of `proto/vectors/chains.json` and what a verifier has to say about it.
struct ChainCase: Sendable {
    let name: String
    /// The audience that the verifier asks for.
    let audience: String?
    /// nil where the token is valid.
    let refusal: ChainRefusal?
    let token: [UInt8]

    init(
        _ name: String, _ refusal: ChainRefusal?, for audience: String? = nil, _ forge: ChainForge
    ) {
        self.name = name
        self.audience = audience
        self.refusal = refusal
        token = forge.token
    }
}

extension ChainCase {
    static let all = valid + brokenTokens + brokenClaims + brokenChains + brokenHops + widened

    static let valid: [ChainCase] =
        (0...5).map { ChainCase("a chain of depth \($0)", nil, ChainForge($0)) }
        + (0...2).map { depth in
            ChainCase(
                "depth \(depth), for an audience that it names", nil, for: ChainForge.audience,
                ChainForge(depth) { $0.audiences = [ChainForge.audience, "https://b.example"] })
        } + [
            ChainCase("signed by the broker's other key", nil, ChainForge(1) { $0.brokerSeed = 2 }),
            ChainCase(
                "a hop narrows the audience, the next names none and keeps it", nil,
                for: ChainForge.audience,
                ChainForge(2) {
                    $0.audiences = [ChainForge.audience, "https://b.example"]
                    $0.setHop(1, "aud", quoted([ChainForge.audience]), before: "iat")
                    $0.editToken = { $0["aud"] = quoted([ChainForge.audience]) }
                }),
            ChainCase(
                "uses are limited from the second hop on, and fewer at the third", nil,
                ChainForge(3) {
                    $0.editHop = { depth, hop in
                        if depth > 1 { hop.insert("max_uses", "\(12 - depth)", before: "iat") }
                    }
                    $0.editToken = { $0["online"] = "true" }
                }),
            ChainCase(
                "a star is narrowed to names that it covers", nil,
                ChainForge(2) {
                    $0.scopes = [
                        ["read:data:*"], ["read:data:a:b", "read:data:*"], ["read:data:a:b"],
                    ]
                }),
            ChainCase(
                "a renewal narrowed the delegated token", nil,
                ChainForge(1) { $0.editToken = { $0["scope"] = quoted(["write:reports:q3"]) } }),
            ChainCase(
                "a renewal narrowed the root before it delegated", nil,
                ChainForge(1) {
                    $0.setHop(1, "held", quoted(["read:data:*"]))
                    $0.setHop(1, "scope", quoted(["read:data:customer-12345"]))
                    $0.editToken = { $0["scope"] = quoted(["read:data:customer-12345"]) }
                }),
            ChainCase(
                "every scope goes on unchanged", nil,
                ChainForge(5) { $0.scopes = [["read:data:*", "write:reports:q3"]] }),
            ChainCase(
                "a hop ends when what it was made from does, and the token with it", nil,
                ChainForge(1) {
                    $0.setHop(1, "exp", "\(ChainForge.expiry(0))")
                    $0.editToken = { $0["exp"] = "\(ChainForge.expiry(0))" }
                }),
            ChainCase(
                "claims in another order, and one that is not known", nil,
                ChainForge(1) {
                    $0.editToken = { claims in
                        claims.claims.reverse()
                        claims["later"] = #"{"x":[1,"y",true]}"#
                    }
                }),
            ChainCase("a token by reference", nil, .reference()),
            ChainCase(
                "a token whose uses the broker counts", nil,
                ChainForge(0) { $0.editToken = { $0["online"] = "true" } }),
            ChainCase(
                "the last second", nil,
                ChainForge(0) { $0.editToken = { $0["exp"] = "\(ChainForge.now - 4)" } }),
            ChainCase(
                "the first second", nil,
                ChainForge(0) { $0.editToken = { $0["nbf"] = "\(ChainForge.now + 5)" } }),
        ]

    static let brokenTokens: [ChainCase] = [
        ChainCase("not a JWS", .malformed, ChainForge(0) { $0.editText = { $0 = "token" } }),
        ChainCase("padded", .malformed, ChainForge(0) { $0.editText = { $0 += "==" } }),
        ChainCase("a fourth part", .malformed, ChainForge(0) { $0.editText = { $0 += ".AAAA" } }),
        ChainCase(
            "stray bits behind the signature", .malformed,
            ChainForge(0) { $0.editText = { $0 = String($0.dropLast()) + "_" } }),
        ChainCase("alg none", .foreignHeader, ChainForge(0) { $0.header = #"{"alg":"none"}"# }),
        ChainCase(
            "a header in another order", .foreignHeader,
            ChainForge(0) { $0.header = #"{"typ":"JWT","alg":"EdDSA","kid":"KID"}"# }),
        ChainCase(
            "a header with its own key", .foreignHeader,
            ChainForge(0) {
                let x = base64(agentKey(0).publicKey.bytes)
                $0.header =
                    #"{"alg":"EdDSA","typ":"JWT","kid":"KID","jwk":{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}}"#
            }),
        ChainCase(
            "signed by no key of the broker", .foreignHeader, ChainForge(0) { $0.brokerSeed = 3 }),
        ChainCase(
            "the header of one key, the signature of the other", .signatureInvalid,
            ChainForge(0) {
                let kid = text(privateKey(2).publicKey.thumbprint)
                $0.header = #"{"alg":"EdDSA","typ":"JWT","kid":"\#(kid)"}"#
            }),
        ChainCase(
            "a payload that was changed after it was signed", .signatureInvalid,
            ChainForge(0) { $0.editText = { $0 = $0.replacingPart(1, like: ChainForge(1).token) } }),
    ]

    static let brokenClaims: [ChainCase] = [
        ChainCase(
            "a payload that is a list", .payloadMalformed,
            ChainForge(0) { $0.editPayload = { $0 = utf8("[]") } }),
        ChainCase(
            "a claim given twice", .payloadMalformed,
            ChainForge(0) { $0.editToken = { $0.claims.append(("sub", $0["sub"] ?? "")) } }),
        ChainCase(
            "a comma at the end", .payloadMalformed,
            ChainForge(0) { $0.editPayload = { $0 = $0.dropLast() + utf8(",}") } }),
        ChainCase(
            "no subject", .claimMissing, ChainForge(0) { $0.editToken = { $0["sub"] = nil } }),
        ChainCase("no expiry", .claimMissing, ChainForge(0) { $0.editToken = { $0["exp"] = nil } }),
        ChainCase("no key", .claimMissing, ChainForge(0) { $0.editToken = { $0["cnf"] = nil } }),
        ChainCase(
            "by reference, with a subject", .claimMissing,
            .reference { forge in
                let edit = forge.editToken
                forge.editToken = {
                    edit(&$0); $0["sub"] = quoted(agentName(0))
                }
            }),
        ChainCase(
            "by reference, and not online", .claimMissing,
            .reference { forge in
                let edit = forge.editToken
                forge.editToken = {
                    edit(&$0)
                    $0["online"] = nil
                }
            }),
        ChainCase(
            "online, with everything but a subject", .claimMissing,
            ChainForge(0) {
                $0.editToken = {
                    $0["sub"] = nil
                    $0["online"] = "true"
                }
            }),
        ChainCase(
            "an expiry that is a text", .claimMalformed,
            ChainForge(0) { $0.editToken = { $0["exp"] = quoted("1790000300") } }),
        ChainCase(
            "an expiry with a fraction", .claimMalformed,
            ChainForge(0) { $0.editToken = { $0["exp"] = "1790000300.5" } }),
        ChainCase(
            "an audience that is no list", .claimMalformed,
            ChainForge(0) { $0.editToken = { $0["aud"] = quoted(ChainForge.audience) } }),
        ChainCase(
            "a scope of two parts", .claimMalformed,
            ChainForge(0) { $0.editToken = { $0["scope"] = quoted(["read:data"]) } }),
        ChainCase(
            "another broker's token", .issuerMismatch,
            ChainForge(0) { $0.editToken = { $0["iss"] = quoted("https://other.example") } }),
        ChainCase(
            "expired, leeway and all", .expired,
            ChainForge(0) { $0.editToken = { $0["exp"] = "\(ChainForge.now - 5)" } }),
        ChainCase(
            "not valid for another six seconds", .notYetValid,
            ChainForge(0) { $0.editToken = { $0["nbf"] = "\(ChainForge.now + 6)" } }),
        ChainCase(
            "for another audience", .audienceMismatch, for: "https://c.example",
            ChainForge(0) { $0.audiences = [ChainForge.audience] }),
        ChainCase("for no audience", .audienceMismatch, for: ChainForge.audience, ChainForge(1)),
    ]
}

extension ChainForge {
    /// Changes one claim of one hop; a new claim goes before the one named.
    mutating func setHop(
        _ depth: Int, _ name: String, _ json: String?, before next: String = "iat"
    ) {
        let edit = editHop
        editHop = { place, hop in
            edit(place, &hop)
            guard place == depth else { return }
            if let json, hop[name] == nil {
                hop.insert(name, json, before: next)
            } else {
                hop[name] = json
            }
        }
    }
}

extension String {
    /// With one of its three parts taken from another JWS.
    func replacingPart(_ place: Int, like other: [UInt8]) -> String {
        var parts = split(separator: ".", omittingEmptySubsequences: false)
        let others = text(other).split(separator: ".")
        parts[place] = others[place]
        return parts.joined(separator: ".")
    }
}
