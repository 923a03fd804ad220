import MayflyCrypto

/// Whole chains put together wrongly, and tokens that do not follow from theirs.
enum ChainAttacks {
    static let all = (1...5).flatMap { hops($0) + roots($0) + tokens($0) } + texts

    private static func attack(
        _ depth: Int, _ name: String, _ refusal: ChainRefusal, _ change: (inout ChainForge) -> Void
    ) -> Attack {
        Attack("depth \(depth): \(name)", refusal, ChainForge(depth, change))
    }

    /// Hops left out, twice, swapped, or from elsewhere.
    private static func hops(_ depth: Int) -> [Attack] {
        let other = ChainForge(depth) { $0.lane = 1 }.chain.hops
        let token = text(ChainForge(0) { $0.lane = 1 }.token)
        let places = 0..<depth
        return places.dropLast().flatMap { place in
            [
                attack(depth, "without hop \(place + 1)", .hopOrder) {
                    $0.editHops = { _ = $0.remove(at: place) }
                },
                attack(depth, "hop \(place + 1) swapped with the next", .hopOrder) {
                    $0.editHops = { $0.swapAt(place, place + 1) }
                },
            ]
        }
            + places.flatMap { place in
                [
                    attack(depth, "hop \(place + 1) twice", depth == 5 ? .depthExceeded : .hopOrder)
                    {
                        $0.editHops = { $0.insert($0[place], at: place) }
                    },
                    attack(depth, "hop \(place + 1) of another chain", .hopOrder) {
                        $0.editHops = { $0[place] = other[place] }
                    },
                    attack(depth, "a token as hop \(place + 1)", .hopMalformed) {
                        $0.editHops = { $0[place] = token }
                    },
                ]
            }
            + (depth == 1
                ? []
                : [
                    attack(depth, "without the last hop", .subjectMismatch) {
                        $0.editHops = { $0.removeLast() }
                    },
                    attack(depth, "all hops of another chain", .hopOrder) {
                        $0.editHops = { $0 = other }
                    },
                ])
            + [
                attack(depth, "an empty hop behind", depth == 5 ? .depthExceeded : .hopMalformed) {
                    $0.editHops = { $0.append("") }
                },
                attack(
                    depth, "hops and an empty one before",
                    depth == 5 ? .depthExceeded : .hopMalformed
                ) {
                    $0.editHops = { $0.insert("", at: 0) }
                },
                attack(depth, "a thousand hops", .depthExceeded) {
                    $0.editHops = { $0 = [String](repeating: "a", count: 1_000) }
                },
            ]
    }

    private static func roots(_ depth: Int) -> [Attack] {
        let other = ChainForge(depth) { $0.lane = 1 }.chain.root
        let malformed: [(String, @Sendable (inout ClaimList) -> Void)] = [
            ("no agent", { $0["agent"] = nil }), ("no key", { $0["key"] = nil }),
            ("no scope", { $0["scope"] = nil }), ("no end", { $0["not_after"] = nil }),
            ("no grant", { $0["grant"] = nil }), ("an empty scope", { $0["scope"] = "[]" }),
            ("an empty audience", { $0.insert("aud", "[]", before: "not_after") }),
            ("another claim", { $0["x"] = "1" }), ("another order", { $0.claims.reverse() }),
            ("an end that is a text", { $0["not_after"] = quoted($0["not_after"] ?? "") }),
            ("a scope twice", { $0.insert("scope", $0["scope"] ?? "", before: "scope") }),
            ("a foreign scope", { $0["scope"] = quoted(["*"]) }),
        ]
        return malformed.map { name, change in
            attack(depth, "root: \(name)", .rootMalformed) { $0.editRoot = change }
        } + [
            attack(depth, "an empty root", .rootMalformed) { $0.editRootText = { $0 = "" } },
            attack(depth, "a root that is padded", .rootMalformed) {
                $0.editRootText = { $0 += "=" }
            },
            attack(depth, "a root in clear", .rootMalformed) {
                $0.editRootText = {
                    $0 = text(Base64URL.decode(utf8($0)) ?? []).replacing("\"", with: "'")
                }
            },
            attack(depth, "the root of another chain", .hopOrder) {
                $0.editToken = { $0["root"] = quoted(other) }
            },
            attack(depth, "a root that holds less than the first hop says", .heldWidened) {
                $0.editRoot = { $0["scope"] = quoted(["read:data:*"]) }
            },
            attack(depth, "a root that ends before the first hop", .expiryWidened) {
                $0.editRoot = { $0["not_after"] = "\(ChainForge.expiry(1) - 1)" }
            },
            attack(depth, "a root of another agent", .delegatorMismatch) {
                $0.editRoot = { $0["agent"] = quoted(agentName(0, lane: 1)) }
            },
            attack(depth, "a root of another key", .delegatorMismatch) {
                $0.editRoot = { $0["key"] = quoted(base64(agentKey(0, lane: 1).publicKey.bytes)) }
            },
        ]
    }

    /// Tokens that state something else than the last hop.
    private static func tokens(_ depth: Int) -> [Attack] {
        let thumbprint = text(agentKey(depth - 1).publicKey.thumbprint)
        let first = utf8(ChainForge(depth).chain.root)
        let edits: [(String, ChainRefusal, @Sendable (inout ClaimList) -> Void)] = [
            (
                "the hash of the root", .chainHashMismatch,
                { $0["chain_hash"] = quoted(hex(SHA256.digest(first).bytes)) }
            ),
            (
                "a hash of zeros", .chainHashMismatch,
                { $0["chain_hash"] = quoted(String(repeating: "00", count: 32)) }
            ),
            ("the root's grant", .grantMismatch, { $0["grant"] = quoted(ChainForge.rootGrant(0)) }),
            (
                "the delegator as subject", .subjectMismatch,
                { $0["sub"] = quoted(agentName(depth - 1)) }
            ),
            (
                "a stranger as subject", .subjectMismatch,
                { $0["sub"] = quoted(agentName(depth, lane: 1)) }
            ),
            ("the delegator's key", .keyMismatch, { $0["cnf"] = #"{"jkt":"\#(thumbprint)"}"# }),
            ("a wider scope", .scopeWidened, { $0["scope"] = quoted(["read:data:*"]) }),
            (
                "a scope more", .scopeWidened,
                { $0["scope"] = quoted(["read:data:customer-12345", "delete:data:a"]) }
            ),
            ("an audience", .audienceWidened, { $0["aud"] = quoted([ChainForge.audience]) }),
            ("a later end", .expiryWidened, { $0["exp"] = "\(ChainForge.expiry(depth) + 1)" }),
            ("another issuer", .issuerMismatch, { $0["iss"] = quoted("https://other.example") }),
            ("expired", .expired, { $0["exp"] = "\(ChainForge.now - ChainForge.leeway)" }),
            ("not yet", .notYetValid, { $0["nbf"] = "\(ChainForge.now + ChainForge.leeway + 1)" }),
            (
                "issued later", .notYetValid,
                { $0["iat"] = "\(ChainForge.now + ChainForge.leeway + 1)" }
            ),
        ]
        return edits.map { name, refusal, change in
            attack(depth, name, refusal) { $0.editToken = change }
        }
    }

    /// Texts that are no token, and a hop in a token's place.
    private static let texts: [Attack] = {
        let changes: [(String, ChainRefusal, @Sendable (String) -> String)] = [

            ("padded", .malformed, { $0 + "==" }), ("a fourth part", .malformed, { $0 + ".AAAA" }),
            (
                "no signature", .malformed,
                { $0.split(separator: ".").dropLast().joined(separator: ".") }
            ),
            ("an empty signature", .malformed, { $0.dropLast(86) + "" }),
            (
                "a signature of zeros", .signatureInvalid,
                { $0.dropLast(86) + String(repeating: "A", count: 86) }
            ),
            ("a signature cut", .malformed, { String($0.dropLast()) }),
            ("stray bits", .malformed, { $0.dropLast() + "_" }),
            ("a line end", .malformed, { $0 + "\n" }),
            ("a space", .malformed, { " " + $0 }), ("zero behind", .malformed, { $0 + "\u{0}" }),
            ("a byte order mark", .malformed, { "\u{FEFF}" + $0 }),
            ("in quotes", .malformed, { "\"\($0)\"" }), ("twice", .malformed, { $0 + "." + $0 }),
            ("bearer", .malformed, { "Bearer " + $0 }),
            (
                "over 16 KiB", .malformed,
                {
                    $0.replacing(
                        ".", with: "." + String(repeating: "A", count: 16_384), maxReplacements: 1)
                }
            ),
            (
                "the JSON form", .malformed,
                { token in
                    let parts = token.split(separator: ".").map(String.init)
                    return
                        #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(parts[2])"}"#
                }
            ),
            (
                "another token's signature", .signatureInvalid,
                { $0.replacingPart(2, like: ChainForge(4).token) }
            ),
            (
                "another token's payload", .signatureInvalid,
                { $0.replacingPart(1, like: ChainForge(4).token) }
            ),
        ]
        let hop = ChainForge(1).chain.hops[0]
        return [
            attack(0, "a hop", .foreignHeader) { $0.editText = { $0 = hop } },
            attack(0, "empty", .malformed) { $0.editText = { $0 = "" } },
        ]
            + [0, 2].flatMap { depth in
                changes.map { name, refusal, change in
                    attack(depth, name, refusal) { $0.editText = { $0 = change($0) } }
                }
            }
    }()
}
