import MayflyCrypto

/// Payloads signed by the broker's key that state nothing, state it twice, or in a form that is not
/// the claim's.
enum ClaimAttacks {
    static let all: [Attack] = [missing, renamed, twice, values, payloads].flatMap { $0 }

    private static let always = [
        "grant", "jti", "iss", "exp", "sub", "nbf", "iat", "scope", "cnf",
    ]
    private static let ofChains = ["root", "delegation_chain", "chain_hash"]

    private static func attack(
        _ name: String, _ refusal: ChainRefusal, depth: Int,
        _ change: @escaping @Sendable (inout ClaimList) -> Void
    ) -> Attack {
        Attack("depth \(depth): \(name)", refusal, ChainForge(depth) { $0.editToken = change })
    }

    private static let missing =
        always.map { claim in
            attack("no \(claim)", .claimMissing, depth: 0) { $0[claim] = nil }
        }
        + (always + ofChains).map { claim in
            attack("no \(claim)", .claimMissing, depth: 2) { $0[claim] = nil }
        }
        + ofChains.map { claim in
            attack("only \(claim)", .claimMissing, depth: 2) { claims in
                for other in ofChains where other != claim { claims[other] = nil }
            }
        }

    /// A name in another case, with a space or a zero byte is another name.
    private static let renamed: [Attack] = ["exp", "sub", "scope", "cnf"].flatMap(renamed(_:))

    private static func renamed(_ claim: String) -> [Attack] {
        let names: [String] = [claim.uppercased(), "_\(claim)", "\(claim) ", "\(claim)\u{301}"]
        return names.map { name in
            attack("\(claim) as '\(name)'", .claimMissing, depth: 0) { claims in
                guard let place = claims.claims.firstIndex(where: { $0.name == claim }) else {
                    return
                }
                claims.claims[place].name = name
            }
        }
    }

    private static let twice: [Attack] =
        always.flatMap { twice($0, depth: 0) } + (always + ofChains).flatMap { twice($0, depth: 2) }

    private static func twice(_ claim: String, depth: Int) -> [Attack] {
        [
            attack("\(claim) twice", .payloadMalformed, depth: depth) {
                $0.claims.append((claim, $0[claim] ?? ""))
            },
            attack("\(claim) twice, null first", .payloadMalformed, depth: depth) {
                $0.claims.insert((claim, "null"), at: 0)
            },
        ]
    }

    private static let values: [Attack] = malformed.flatMap { depth, claim, values in
        values.map { json in
            attack("\(claim) \(json)", .claimMalformed, depth: depth) { $0[claim] = json }
        }
    }

    private static let notTexts = ["1", "null", "true", "[]", "{}", #"["a"]"#, #""""#]
    private static let notNumbers = [
        "-1", "-0", "1.0", "1790000300.5", "1e9", "18446744073709551616", "null", "true", "[]",
        "{}",
        #""1790000300""#,
    ]
    private static let notHex: [String] = {
        let hex = ChainForge.rootGrant(0)
        return [hex + "a0", "g" + hex.dropFirst(), hex.uppercased(), " " + hex.dropFirst(), "a"]
            .map { quoted($0) }
    }()

    private static let malformed: [(Int, String, [String])] = [
        (0, "grant", notTexts + notHex),
        (0, "jti", notTexts + notHex),
        (
            0, "iss",
            notTexts + ["a b", "a\u{E9}", String(repeating: "a", count: 250)].map { quoted($0) }
        ),
        (0, "exp", notNumbers),
        (0, "nbf", notNumbers),
        (0, "iat", notNumbers),
        (0, "sub", notTexts + foreignAgents),
        (0, "scope", notTexts + foreignScopes + [quoted(many("a:b:c", 33))]),
        (
            0, "aud",
            [
                #""a""#, "1", "null", "[]", "{}", #"[""]"#, "[1]", #"["a b"]"#, #"["a,b"]"#,
                quoted(many("a", 9)),
            ]
        ),
        (0, "cnf", ["1", "null", "[]", "{}", #""x""#] + foreignThumbprints),
        (0, "online", ["false", "1", "0", "null", #""true""#, "[]"]),
        (1, "root", ["1", "null", "{}", "[]"]),
        (
            1, "delegation_chain",
            ["1", "null", "{}", "[]", #""a.b.c""#, "[1]", "[null]", #"[["a"]]"#]
        ),
        (
            1, "chain_hash",
            notTexts + ["00", String(repeating: "G0", count: 32)].map { quoted($0) }
        ),
    ]

    private static func many(_ text: String, _ count: Int) -> [String] {
        [String](repeating: text, count: count)
    }

    private static let foreignAgents = [
        "x", "https://mayfly.local/agent/a/b/0000000000000000", agentName(0) + "/",
        agentName(0) + "\u{301}",
        agentName(0).replacing("nightly", with: ".."), agentName(0).uppercased(),
        agentName(0).replacing("task-0", with: "tas\u{212A}-0"),
    ].map { quoted($0) }

    private static let foreignScopes =
        [
            [""], ["read:data"], ["read:data:"], ["read:data:a b"], ["read:data:\u{212A}-1"],
            ["*:data:a"], ["read:*:a"], ["read:data:a", "x"],
            ["a:b:" + String(repeating: "c", count: 253)],
        ].map { quoted($0) } + ["[1]", "[null]", #"[["read:data:a"]]"#, #""read:data:a""#]

    private static let foreignThumbprints: [String] = {
        let thumbprint = text(agentKey(0).publicKey.thumbprint)
        return [
            #"{"jkt":""}"#, #"{"jkt":1}"#, #"{"jkt":null}"#, #"{"jkt":"\#(thumbprint)="}"#,
            #"{"jkt":"\#(thumbprint.dropLast())"}"#, #"{"jkt":"\#(thumbprint)A"}"#,
            #"{"JKT":"\#(thumbprint)"}"#, #"{"kid":"\#(thumbprint)"}"#,
            #"{"jkt":["\#(thumbprint)"]}"#,
        ]
    }()

    private static let payloads: [Attack] =
        ["null", "[]", "0", "true", quoted("x"), "\u{0}", " "].map { json in
            Attack(
                "payload \(json)", .payloadMalformed,
                ChainForge(0) { $0.editPayload = { $0 = utf8(json) } })
        }
        + [0, 1].flatMap { depth in
            jsonChanges.map { name, change in
                Attack(
                    "depth \(depth): \(name)", .payloadMalformed,
                    ChainForge(depth) { $0.editPayload = change })
            }
        }

    private static let jsonChanges: [(String, @Sendable (inout [UInt8]) -> Void)] = [
        ("in a list", { $0 = utf8("[") + $0 + utf8("]") }), ("twice", { $0 += $0 }),
        ("cut", { $0.removeLast() }), ("surplus", { $0 += utf8("}") }),
        ("trailing comma", { $0 = $0.dropLast() + utf8(",}") }),
        ("byte order mark", { $0 = [0xEF, 0xBB, 0xBF] + $0 }), ("zero behind", { $0.append(0) }),
        ("zero before", { $0.insert(0, at: 0) }), ("space", { $0 = utf8(" ") + $0 }),
        ("line end", { $0.append(0x0A) }),
        ("invalid UTF-8", { $0 = $0.dropLast() + utf8(#","x":""#) + [0xFF] + utf8("\"}") }),
        ("overlong UTF-8", { $0 = $0.dropLast() + utf8(#","x":""#) + [0xC1, 0xA1] + utf8("\"}") }),
        (
            "surrogate",
            { $0 = $0.dropLast() + utf8(#","x":""#) + [0xED, 0xA0, 0x80] + utf8("\"}") }
        ),
        ("zero in a text", { $0 = $0.dropLast() + utf8(",\"x\":\"\u{0}\"}") }),
        ("control character", { $0 = $0.dropLast() + utf8(",\"x\":\"\u{1B}\"}") }),
        ("escaped name", { $0 = utf8(text($0).replacing("\"sub\"", with: #""\u0073ub""#)) }),
        ("escape", { $0 = $0.dropLast() + utf8(#","x":"\n"}"#) }),
        ("comment", { $0 = $0.dropLast() + utf8("/**/}") }),
        ("single quotes", { $0 = utf8(text($0).replacing("\"", with: "'")) }),
        ("leading zero", { $0 = $0.dropLast() + utf8(#","x":01}"#) }),
        ("NaN", { $0 = $0.dropLast() + utf8(#","x":NaN}"#) }),
        ("nine levels", { $0 = $0.dropLast() + utf8(#","x":[[[[[[[[]]]]]]]]}"#) }),
        ("a name twice further in", { $0 = $0.dropLast() + utf8(#","x":{"y":1,"y":2}}"#) }),
        (
            "a thousand levels",
            {
                $0 = $0.dropLast() + utf8(#","x":"# + String(repeating: "[", count: 1_000))
            }
        ),
        (
            "too many members",
            {
                $0 = $0.dropLast() + utf8((0..<64).map { #","x\#($0)":0"# }.joined() + "}")
            }
        ),
    ]
}
