import MayflyCrypto

/// Hops signed by their delegators that are in another form, or pass on what they should not.
enum HopAttacks {
    static let all: [Attack] = HopPlace.all.flatMap(attacks(at:))

    private static func attacks(at place: HopPlace) -> [Attack] {
        let tables: [(HopPlace) -> [Attack]] = [
            headers, claims, values, payloads, texts, strangers, widened,
        ]
        return tables.flatMap { $0(place) }
    }

    private static let names = [
        "iss", "challenge", "proof_seq", "delegator", "delegator_key", "delegate", "delegate_key",
        "held", "scope", "iat", "exp", "parent", "depth", "prev",
    ]

    private static func headers(_ place: HopPlace) -> [Attack] {
        [
            #"{"alg":"none","typ":"mayfly-hop+jwt"}"#, #"{"alg":"None","typ":"mayfly-hop+jwt"}"#,
            #"{"alg":"HS256","typ":"mayfly-hop+jwt"}"#, #"{"alg":"eddsa","typ":"mayfly-hop+jwt"}"#,
            #"{"alg":"EdDSA","typ":"JWT"}"#, #"{"alg":"EdDSA","typ":"mayfly-hop+JWT"}"#,
            #"{"alg":"EdDSA"}"#, #"{"typ":"mayfly-hop+jwt","alg":"EdDSA"}"#, "{}", "",
            #"{"alg":"EdDSA","typ":"mayfly-hop+jwt","kid":"x"}"#,
            #"{"alg":"EdDSA","typ":"mayfly-hop+jwt","jwk":{}}"#,
            #"{"alg":"EdDSA","typ":"mayfly-hop+jwt","crit":["exp"]}"#,
            #"{"alg":"EdDSA","alg":"EdDSA","typ":"mayfly-hop+jwt"}"#,
            #"{"alg":"EdDSA","typ":"mayfly-hop+jwt"} "#,
            "\u{FEFF}{\"alg\":\"EdDSA\",\"typ\":\"mayfly-hop+jwt\"}",
        ].map { header in
            place.attack("header \(header)", .hopMalformed) { forge in
                forge.hopHeader = {
                    $0 == place.hop ? header : #"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#
                }
            }
        }
    }

    /// Each claim missing, given twice, and in another place.
    private static func claims(_ place: HopPlace) -> [Attack] {
        names.map { place.attack(.hopMalformed, $0, nil) }
            + names.map { name in
                place.attackClaims("\(name) twice") {
                    $0.insert(name, $0[name] ?? "", before: name)
                }
            }
            + names.indices.dropLast().map { index in
                place.attackClaims("\(names[index]) later") { $0.claims.swapAt(index, index + 1) }
            } + [
                place.attackClaims("another claim") { $0["sub"] = quoted("x") },
                place.attackClaims("uses behind the times") {
                    $0.insert("max_uses", "1", before: "parent")
                },
                place.attackClaims("uses before the audience") { claims in
                    claims.insert("max_uses", "1", before: "iat")
                    claims.insert("aud", quoted(["a"]), before: "iat")
                },
            ]
    }

    private static func values(_ place: HopPlace) -> [Attack] {
        let key = base64(agentKey(0).publicKey.bytes)
        let many = quoted([String](repeating: "read:data:a", count: 33))
        let values: [(String, [String])] = [
            ("iss", ["1", "null", #""""#, quoted("a b"), quoted("https://broker.example\u{0}")]),
            ("challenge", [#""""#, quoted("AAAA"), quoted(key + "="), "1"]),
            ("proof_seq", ["-1", "01", "1.0", "1e0", "18446744073709551616", #""1""#, "null"]),
            (
                "delegate",
                [quoted("x"), quoted(agentName(1) + "/"), "null", quoted(agentName(1) + "\u{301}")]
            ),
            ("delegate_key", [quoted(key + "="), quoted(String(key.dropLast())), #""""#, "{}"]),
            ("held", ["[]", many, quoted(["read:data"]), #""read:data:*""#]),
            ("scope", ["[]", many, "null", quoted(["read:data:\u{212A}-1"]), quoted([""]), "[1]"]),
            ("aud", ["[]", "null", quoted(["a,b"]), quoted([String](repeating: "a", count: 9))]),
            ("max_uses", ["0", "-1", "null", "4294967296", "1.0", "01", #""1""#]),
            ("iat", ["-1", "1.5", #""1790000000""#]),
            ("exp", ["-1", "1.5", "1e12", #""1790000000""#, "null"]),
            ("parent", [#""""#, quoted(ChainForge.rootGrant(0).uppercased()), "1"]),
            ("depth", ["0", "6", "255", "256", "-1", "01", #""1""#]),
            ("prev", [#""""#, quoted(key + "="), quoted(key + "A"), "null"]),
        ]
        return values.flatMap { claim, jsons in
            jsons.map { place.attack(.hopMalformed, claim, $0) }
        }
    }

    private static func payloads(_ place: HopPlace) -> [Attack] {
        let changes: [(String, @Sendable (String) -> String)] = [
            ("empty", { _ in "" }), ("an empty object", { _ in "{}" }),
            ("space before", { " " + $0 }),
            ("space behind", { $0 + " " }), ("line end", { $0 + "\n" }),
            ("zero behind", { $0 + "\u{0}" }),
            ("byte order mark", { "\u{FEFF}" + $0 }), ("cut", { String($0.dropLast()) }),
            ("twice", { $0 + $0 }), ("in a list", { "[\($0)]" }),
            ("trailing comma", { $0.dropLast() + ",}" }),
            ("space behind a colon", { $0.replacing("\"exp\":", with: "\"exp\": ") }),
            ("an escape in a name", { $0.replacing("\"exp\"", with: #""\u0065xp""#) }),
            ("an escape in a scope", { $0.replacing("read", with: #"\u0072ead"#) }),
            ("an escaped slash", { $0.replacing("//", with: #"\/\/"#) }),
            ("a name in another case", { $0.replacing("\"exp\"", with: "\"Exp\"") }),
        ]
        return changes.map { name, change in
            place.attack("payload: \(name)", .hopMalformed) { forge in
                forge.editHopPayload = { if $0 == place.hop { $1 = change($1) } }
            }
        }
    }

    private static func texts(_ place: HopPlace) -> [Attack] {
        let changes: [(String, @Sendable (String) -> String)] = [
            ("padded", { $0 + "==" }), ("a fourth part", { $0 + ".AAAA" }),
            ("a dot more", { $0 + "." }),
            ("no signature", { $0.split(separator: ".").dropLast().joined(separator: ".") }),
            (
                "an empty signature",
                { $0.split(separator: ".").dropLast().joined(separator: ".") + "." }
            ),
            ("a signature cut", { String($0.dropLast(2)) }),
            ("a signature twice", { $0 + $0.suffix(86) }),
            ("stray bits", { $0.dropLast() + "_" }), ("standard base64", { $0.dropLast() + "+" }),
            ("a space", { " " + $0 }), ("percent", { $0.replacing(".", with: "%2E") }),
            ("empty", { _ in "" }),
            ("parts swapped", { $0.split(separator: ".").reversed().joined(separator: ".") }),
            ("a wide dot", { $0.replacing(".", with: "\u{FF0E}") }),
        ]
        return changes.map { name, change in
            place.attack("text: \(name)", .hopMalformed) { forge in
                forge.editHopText = { if $0 == place.hop { $1 = change($1) } }
            }
        }
    }

    /// Hops by whom they should not be by, or about another chain.
    private static func strangers(_ place: HopPlace) -> [Attack] {
        let (hop, delegator) = (place.hop, place.hop - 1)
        let strangerKey = quoted(base64(agentKey(delegator, lane: 1).publicKey.bytes))
        let digest = SHA256.digest(utf8("x")).bytes
        return [
            place.attack(.issuerMismatch, "iss", quoted("https://other.example")),
            place.attack(.issuerMismatch, "iss", quoted(ChainForge.issuer + "/")),
            place.attack(.delegatorMismatch, "delegator", quoted(agentName(delegator, lane: 1))),
            place.attack(.delegatorMismatch, "delegator", quoted(agentName(hop))),
            place.attack(.delegatorMismatch, "delegator_key", strangerKey),
            place.attack("a stranger's key and signature", .delegatorMismatch) { forge in
                forge.setHop(hop, "delegator_key", strangerKey)
                forge.hopSigner = { $0 == hop ? (place: delegator, lane: 1) : nil }
            },
            place.attack("a stranger's signature", .hopSignatureInvalid) { forge in
                forge.hopSigner = { $0 == hop ? (place: delegator, lane: 1) : nil }
            },
            place.attack("the delegate's signature", .hopSignatureInvalid) { forge in
                forge.hopSigner = { $0 == hop ? (place: hop, lane: 0) : nil }
            },
            place.attack("another hop's signature", .hopSignatureInvalid) { forge in
                let other = utf8(ChainForge(1) { $0.lane = 1 }.chain.hops[0])
                forge.editHopText = { if $0 == hop { $1 = $1.replacingPart(2, like: other) } }
            },
            place.attack("a signature of zeros", .hopSignatureInvalid) { forge in
                forge.editHopText = {
                    if $0 == hop { $1 = $1.dropLast(86) + String(repeating: "A", count: 86) }
                }
            },
            place.attack(.parentMismatch, "parent", quoted(ChainForge.rootGrant(1))),
            place.attack(.hopOrder, "depth", "\(hop % 5 + 1)"),
            place.attack(.hopOrder, "prev", quoted(base64(digest))),
        ]
    }

    private static func widened(_ place: HopPlace) -> [Attack] {
        let hop = place.hop
        let forge = ChainForge(place.depth)
        let (held, granted) = (forge.scope(hop - 1), forge.scope(hop))
        func widerScope(_ scope: String) -> Attack {
            place.attack(.scopeWidened, "scope", quoted(granted + [scope]))
        }
        return [
            "delete:data:customer-12345", "read:data-2:customer-12345", "admin:broker:*",
            "app:all:*",
            "Read:data:customer-12345", "read:reports:q3", "write:reports:*", "write:reports:Q3",
            "write:reports:q3:", "write:reports:q33",
        ].map(widerScope) + [
            place.attack(.heldWidened, "held", quoted(held + ["delete:data:a"])),
            place.attack(
                .heldWidened, "held", quoted(["write:reports:*"] + held)),
            place.attack(.audienceWidened, "aud", quoted(["https://c.example"])),
            place.attack("a second audience", .audienceWidened) { forge in
                forge.audiences = [ChainForge.audience]
                forge.setHop(hop, "aud", quoted([ChainForge.audience, "https://c.example"]))
            },
            place.attack("an audience in another case", .audienceWidened) { forge in
                forge.audiences = [ChainForge.audience]
                forge.setHop(hop, "aud", quoted(["https://Data.example"]))
            },
            place.attack(.expiryWidened, "exp", "\(ChainForge.expiry(hop - 1) + 1)"),
            place.attack(.expiryWidened, "exp", "\(UInt64.max)"),
        ]
            + (hop == 1
                ? []
                : [
                    place.attack("more uses", .usesWidened) { forge in
                        for earlier in 1..<hop { forge.setHop(earlier, "max_uses", "3") }
                        forge.setHop(hop, "max_uses", "4")
                    },
                    place.attack("no limit any more", .usesWidened) { forge in
                        for earlier in 1..<hop { forge.setHop(earlier, "max_uses", "3") }
                    },
                ])
    }
}
