import MayflyCrypto

extension ChainCase {
    /// Faults of the chain as a whole.
    static let brokenChains: [ChainCase] = [
        ChainCase("no root", .claimMissing, ChainForge(1) { $0.editToken = { $0["root"] = nil } }),
        ChainCase(
            "no hops", .claimMissing,
            ChainForge(1) { $0.editToken = { $0["delegation_chain"] = nil } }),
        ChainCase(
            "no chain hash", .claimMissing,
            ChainForge(1) { $0.editToken = { $0["chain_hash"] = nil } }),
        ChainCase(
            "an empty chain", .claimMalformed,
            ChainForge(1) { $0.editToken = { $0["delegation_chain"] = "[]" } }),
        ChainCase(
            "a chain hash in upper case", .claimMalformed,
            ChainForge(1) {
                $0.editToken = { $0["chain_hash"] = $0["chain_hash"]?.uppercased() }
            }),
        ChainCase("six hops", .depthExceeded, ChainForge(6)),
        ChainCase(
            "a root with a claim of its own", .rootMalformed,
            ChainForge(1) { $0.editRoot = { $0["more"] = "1" } }),
        ChainCase(
            "a root in another order", .rootMalformed,
            ChainForge(1) { $0.editRoot = { $0.claims.swapAt(0, 1) } }),
        ChainCase(
            "a root that is padded", .rootMalformed,
            ChainForge(1) { $0.editRootText = { $0 += "=" } }),
        ChainCase(
            "another agent's root", .hopOrder,
            ChainForge(1) {
                let root = ChainForge(1) { $0.lane = 1 }.chain.root
                $0.editToken = { $0["root"] = quoted(root) }
            }),
        ChainCase(
            "the root's scope widened afterwards", .hopOrder,
            ChainForge(1) {
                let root = ChainForge(1) { $0.scopes[0] = ["read:data:*", "write:reports:*"] }.chain
                    .root
                $0.editToken = { $0["root"] = quoted(root) }
            }),
        ChainCase("hops swapped", .hopOrder, ChainForge(2) { $0.editHops = { $0.swapAt(0, 1) } }),
        ChainCase(
            "the first hop left out", .hopOrder,
            ChainForge(3) { $0.editHops = { _ = $0.remove(at: 0) } }),
        ChainCase(
            "a hop in the middle left out", .hopOrder,
            ChainForge(3) { $0.editHops = { _ = $0.remove(at: 1) } }),
        ChainCase(
            "a hop twice", .hopOrder, ChainForge(2) { $0.editHops = { $0.insert($0[0], at: 1) } }),
        ChainCase(
            "a hop of another chain", .hopOrder,
            ChainForge(3) {
                let other = ChainForge(3) { $0.lane = 1 }.chain.hops
                $0.editHops = { $0[1] = other[1] }
            }),
        ChainCase(
            "the last hop left out, and the token what it was", .chainHashMismatch,
            ChainForge(2) {
                let (hops, all) = (ChainForge(1).chain.hops, ChainForge(2).chain.hops)
                $0.editToken = {
                    $0["delegation_chain"] = quoted(hops)
                    $0["chain_hash"] = quoted(hex(SHA256.digest(utf8(all[1])).bytes))
                }
            }),
        ChainCase(
            "the hash of another hop", .chainHashMismatch,
            ChainForge(2) {
                let hop = ChainForge(2).chain.hops[0]
                $0.editToken = { $0["chain_hash"] = quoted(hex(SHA256.digest(utf8(hop)).bytes)) }
            }),
        ChainCase(
            "another grant", .grantMismatch,
            ChainForge(2) { $0.editToken = { $0["grant"] = quoted(ChainForge.rootGrant(0)) } }),
        ChainCase(
            "the delegator as the subject", .subjectMismatch,
            ChainForge(2) { $0.editToken = { $0["sub"] = quoted(agentName(1)) } }),
        ChainCase(
            "the delegator's key", .keyMismatch,
            ChainForge(2) {
                let key = text(agentKey(1).publicKey.thumbprint)
                $0.editToken = { $0["cnf"] = #"{"jkt":"\#(key)"}"# }
            }),
    ]

    /// Faults of one hop.
    static let brokenHops: [ChainCase] = [
        ChainCase(
            "a hop with a kid", .hopMalformed,
            ChainForge(1) {
                $0.hopHeader = { _ in #"{"alg":"EdDSA","typ":"mayfly-hop+jwt","kid":"x"}"# }
            }),
        ChainCase(
            "a hop with alg none", .hopMalformed,
            ChainForge(1) { $0.hopHeader = { _ in #"{"alg":"none","typ":"mayfly-hop+jwt"}"# } }),
        ChainCase(
            "a hop with a token's header", .hopMalformed,
            ChainForge(1) { $0.hopHeader = { _ in #"{"alg":"EdDSA","typ":"JWT"}"# } }),
        ChainCase(
            "a hop with an unknown claim", .hopMalformed,
            ChainForge(1) { $0.setHop(1, "more", "1", before: "prev") }),
        ChainCase(
            "a hop without proof_seq", .hopMalformed,
            ChainForge(1) { $0.setHop(1, "proof_seq", nil) }),
        ChainCase(
            "a hop in another order", .hopMalformed,
            ChainForge(1) { $0.editHop = { _, hop in hop.claims.swapAt(7, 8) } }),
        ChainCase(
            "a hop with white space", .hopMalformed,
            ChainForge(1) { $0.editHopPayload = { _, json in json += " " } }),
        ChainCase(
            "a hop with an escape", .hopMalformed,
            ChainForge(1) {
                $0.editHopPayload = { _, json in json = json.replacing("read", with: #"\u0072ead"#)
                }
            }),
        ChainCase(
            "a hop without uses", .hopMalformed, ChainForge(1) { $0.setHop(1, "max_uses", "0") }),
        ChainCase(
            "a hop for nobody", .hopMalformed, ChainForge(1) { $0.setHop(1, "aud", "[]") }),
        ChainCase(
            "a hop that counts its depth from two", .hopOrder,
            ChainForge(1) { $0.setHop(1, "depth", "2") }),
        ChainCase(
            "a hop that names another root", .hopOrder,
            ChainForge(1) { $0.setHop(1, "prev", quoted(base64(SHA256.digest(utf8("x")).bytes))) }),
        ChainCase(
            "a hop for another broker", .issuerMismatch,
            ChainForge(2) { $0.setHop(2, "iss", quoted("https://other.example")) }),
        ChainCase(
            "a delegator of another name", .delegatorMismatch,
            ChainForge(2) { $0.setHop(2, "delegator", quoted(agentName(1, lane: 1))) }),
        ChainCase(
            "a delegator's key that nobody gave it, which signs", .delegatorMismatch,
            ChainForge(2) {
                $0.setHop(2, "delegator_key", quoted(base64(agentKey(1, lane: 1).publicKey.bytes)))
                $0.hopSigner = { $0 == 2 ? (place: 1, lane: 1) : nil }
            }),
        ChainCase(
            "a hop signed by the delegate", .hopSignatureInvalid,
            ChainForge(2) { $0.hopSigner = { $0 == 2 ? (place: 2, lane: 0) : nil } }),
        ChainCase(
            "a hop signed by the delegator before", .hopSignatureInvalid,
            ChainForge(2) { $0.hopSigner = { $0 == 2 ? (place: 0, lane: 0) : nil } }),
        ChainCase(
            "a hop changed after it was signed", .hopSignatureInvalid,
            ChainForge(1) {
                let signed = utf8(ChainForge(1).chain.hops[0])
                $0.setHop(1, "proof_seq", "9")
                $0.editHopText = { _, hop in hop = hop.replacingPart(2, like: signed) }
            }),
        ChainCase(
            "a first hop under another parent", .parentMismatch,
            ChainForge(1) { $0.setHop(1, "parent", quoted(ChainForge.rootGrant(1))) }),
        ChainCase(
            "a second hop under the root", .parentMismatch,
            ChainForge(2) { $0.setHop(2, "parent", quoted(ChainForge.rootGrant(0))) }),
    ]

    /// Authority that grows.
    static let widened: [ChainCase] = [
        ChainCase(
            "a delegator claims to hold more than the root", .heldWidened,
            ChainForge(1) {
                $0.setHop(1, "held", quoted(["read:data:*", "write:reports:*"]))
            }),
        ChainCase(
            "a delegator claims to hold what only the root held", .heldWidened,
            ChainForge(2) { $0.setHop(2, "held", quoted(["read:data:*"])) }),
        ChainCase(
            "a hop grants another action", .scopeWidened,
            ChainForge(1) { $0.setHop(1, "scope", quoted(["write:data:customer-12345"])) }),
        ChainCase(
            "a hop grants a star for a name", .scopeWidened,
            ChainForge(2) { $0.setHop(2, "scope", quoted(["read:data:*"])) }),
        ChainCase(
            "a hop grants another case", .scopeWidened,
            ChainForge(2) { $0.setHop(2, "scope", quoted(["read:data:Customer-12345"])) }),
        ChainCase(
            "a hop grants one scope too many", .scopeWidened,
            ChainForge(1) {
                $0.setHop(1, "scope", quoted(["read:data:customer-12345", "delete:data:a"]))
            }),
        ChainCase(
            "the token states more than the last hop", .scopeWidened,
            ChainForge(2) { $0.editToken = { $0["scope"] = quoted(["write:reports:q3"]) } }),
        ChainCase(
            "a hop names an audience of its own", .audienceWidened,
            ChainForge(1) {
                $0.audiences = [ChainForge.audience]
                $0.setHop(1, "aud", quoted([ChainForge.audience, "https://c.example"]))
            }),
        ChainCase(
            "a hop names an audience where the root has none", .audienceWidened,
            ChainForge(1) { $0.setHop(1, "aud", quoted([ChainForge.audience])) }),
        ChainCase(
            "a hop takes back what one before it narrowed", .audienceWidened,
            ChainForge(2) {
                $0.audiences = [ChainForge.audience, "https://b.example"]
                $0.setHop(1, "aud", quoted([ChainForge.audience]))
                $0.setHop(2, "aud", quoted(["https://b.example"]))
                $0.editToken = { $0["aud"] = quoted(["https://b.example"]) }
            }),
        ChainCase(
            "the token is for more than the last hop", .audienceWidened,
            ChainForge(2) {
                $0.audiences = [ChainForge.audience, "https://b.example"]
                $0.setHop(2, "aud", quoted([ChainForge.audience]))
            }),
        ChainCase(
            "the token has lost its audience", .audienceWidened,
            ChainForge(1) {
                $0.audiences = [ChainForge.audience]
                $0.editToken = { $0["aud"] = nil }
            }),
        ChainCase(
            "more uses than before", .usesWidened,
            ChainForge(2) {
                $0.setHop(1, "max_uses", "3")
                $0.setHop(2, "max_uses", "4")
            }),
        ChainCase(
            "uses without limit behind a limit", .usesWidened,
            ChainForge(2) { $0.setHop(1, "max_uses", "3") }),
        ChainCase(
            "a hop outlives the root", .expiryWidened,
            ChainForge(1) { $0.setHop(1, "exp", "\(ChainForge.expiry(0) + 1)") }),
        ChainCase(
            "a hop outlives the hop before", .expiryWidened,
            ChainForge(2) { $0.setHop(2, "exp", "\(ChainForge.expiry(1) + 1)") }),
        ChainCase(
            "the token outlives the last hop", .expiryWidened,
            ChainForge(2) { $0.editToken = { $0["exp"] = "\(ChainForge.expiry(2) + 1)" } }),
    ]
}
