internal import MayflyCrypto

/// Texts that are not a live token and were made of one. Where the attack is in the content the
/// broker's own key has signed it: only that the broker knows its tokens' bytes can refuse it.
struct LiveForgeries {
    let token: [UInt8]
    let signer: TokenSigner
    /// Another live token, of another agent and chain.
    let donor: [UInt8]

    private static let dot = UInt8(ascii: ".")
    private var parts: [[UInt8]] { token.split(separator: Self.dot).map { [UInt8]($0) } }
    private var payload: LivePayload { LivePayload(of: token) }
    private var kid: String { String(decoding: signer.key.publicKey.thumbprint, as: UTF8.self) }

    var all: [(name: String, token: [UInt8])] { headers + claims + lineages + forms }

    private func joined(_ parts: [UInt8]...) -> [UInt8] {
        Array(parts.joined(separator: [Self.dot]))
    }

    // MARK: Headers that try to choose

    private static let headerTexts =
        [
            "none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS256", "PS256", "ES256",
            "ES512",
            "Ed25519", "Ed448", "eddsa", "EDDSA", "EdDSA ", #"EdDSA\u0000"#, #"\u0045dDSA"#,
        ].map { #"{"alg":"\#($0)","typ":"JWT","kid":"KID"}"# }
        + ["null", "true", "0", "{}", #"["EdDSA"]"#].map {
            #"{"alg":\#($0),"typ":"JWT","kid":"KID"}"#
        }
        + ["jwt", "at+jwt", "mayfly-hop+jwt", ""].map {
            #"{"alg":"EdDSA","typ":"\#($0)","kid":"KID"}"#
        }
        + ["", "KID=", "0", "../../dev/null", "' OR '1'='1"].map {
            #"{"alg":"EdDSA","typ":"JWT","kid":"\#($0)"}"#
        }
        + [
            #""jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, #""jku":"https://evil.example/k""#,
            #""x5u":"https://evil.example/c""#, #""x5c":["AAAA"]"#, #""crit":["exp"]"#,
            #""b64":false"#, #""crit":["b64"],"b64":false"#, #""zip":"DEF""#, #""enc":"A128GCM""#,
            #""kid":"KID""#, #""alg":"none""#, #""x":1"#,
        ].map { #"{"alg":"EdDSA","typ":"JWT","kid":"KID",\#($0)}"# }
        + [
            #"{"alg":"none","alg":"EdDSA","typ":"JWT","kid":"KID"}"#,
            #"{"typ":"JWT","alg":"EdDSA","kid":"KID"}"#,
            #" {"alg":"EdDSA","typ":"JWT","kid":"KID"}"#,
            #"{"alg":"EdDSA","typ":"JWT","kid":"KID"} "#, #"{"alg":"EdDSA","typ":"JWT"}"#,
            #"{"Alg":"EdDSA","typ":"JWT","kid":"KID"}"#,
            #"{"alg":"EdDSA","typ":"JWT","kid":"KID",}"#,
            "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"\u{212A}id\":\"KID\"}",
            "\u{FEFF}{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"KID\"}",
            "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"KID\"}\u{0}", "{}", "[]", "null", "x",
        ]

    private var headers: [(String, [UInt8])] {
        Self.headerTexts.flatMap { text -> [(String, [UInt8])] in
            let header = Base64URL.encode([UInt8](text.replacing("KID", with: kid).utf8))
            let signed = joined(header, parts[1])
            return [
                (
                    "\(text), signed anew",
                    joined(signed, Base64URL.encode(signer.key.signature(for: signed)))
                ),
                ("\(text), with the old signature", joined(header, parts[1], parts[2])),
                ("\(text), without a signature", joined(header, parts[1], [])),
            ]
        }
    }

    // MARK: Claims, validly signed

    private static let replacements: [String: [String]] = [
        "grant": [#""00000000000000000000000000000000""#, #""""#, "null", "1", "[]"],
        "jti": [#""00000000000000000000000000000000""#, "null", #""x""#],
        "iss": [#""mayfly2""#, #""""#, "null", #"["mayfly"]"#],
        "sub": [#""admin""#, #""spiffe://mayfly.local/agent/orch/task/0000000000000000""#, "null"],
        "exp": ["9999999999", "18446744073709551615", "-1", "1e99", #""9999999999""#, "null"],
        "nbf": ["0", "9999999999"], "iat": ["0", "9999999999"],
        "scope": [#"["read:data:*"]"#, #"["admin:revoke:*"]"#, "[]", "null", #""read:data:*""#],
        "task_id": [#""other""#, "null"], "orch_id": [#""other""#], "app_id": [#""other""#],
        "cnf": [#"{"jkt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#, "{}", "null"],
        "binding": [#""process""#], "proof": [#""attested""#, #""legacy""#],
        "online": ["false", "null", #""true""#], "root": [#""""#, "null"],
        "delegation_chain": ["[]", "null"],
        "chain_hash": [#""0000000000000000000000000000000000000000000000000000000000000000""#],
    ]

    private var claims: [(String, [UInt8])] {
        var made: [(String, LivePayload)] = []
        let other = LivePayload(of: donor)
        for (name, json) in payload.members {
            made.append(("without \(name)", payload.removing(name)))
            made.append(("\(name) twice", payload.adding(name, json)))
            made.append(("\(name) twice, first", payload.adding(name, json, first: true)))
            for value in Self.replacements[name] ?? [] {
                made.append(("\(name) \(value)", payload.replacing(name) { _ in value }))
                made.append(("\(name) \(value) behind", payload.adding(name, value)))
                made.append(("\(name) \(value) before", payload.adding(name, value, first: true)))
            }
            if let stolen = other[name], stolen != json {
                made.append(("another's \(name)", payload.replacing(name) { _ in stolen }))
            }
        }
        for (name, json) in [
            ("online", "true"), ("admin", "true"), ("aud", #"["https://data.example"]"#),
            ("x", "1"),
            ("act", #"{"sub":"admin"}"#),
        ] where payload[name] == nil {
            made.append(("with \(name)", payload.adding(name, json)))
            made.append(("with \(name) first", payload.adding(name, json, first: true)))
        }
        var reversed = payload
        reversed.members.reverse()
        made.append(("the other way round", reversed))
        return made.map { ($0, $1.token(by: signer)) } + texts
    }

    /// The payload's bytes, changed so that some reader may find the same in them.
    private var texts: [(String, [UInt8])] {
        let json = payload.json
        let changes: [(String, String)] = [
            ("a space before", " " + json), ("a space behind", json + " "),
            ("a line behind", json + "\n"), ("a byte-order mark", "\u{FEFF}" + json),
            ("a NUL behind", json + "\u{0}"), ("twice", json + json), ("in an array", "[\(json)]"),
            ("a comma at the end", String(json.dropLast()) + ",}"),
            ("spaces", json.replacing(":", with: ": ")),
            ("an escape", json.replacing("grant", with: "gr\\u0061nt")),
            ("an escaped slash", json.replacing("mayfly", with: "may\\/fly")),
            ("equivalent Unicode", json.replacing("mayfly", with: "mayﬂy")),
            ("full-width", json.replacing("iss", with: "ｉss")),
            ("a combining mark", json.replacing("\"iss\"", with: "\"iss\u{301}\"")),
            ("capitals", json.uppercased()), ("cut", String(json.dropLast())),
            ("nothing", "{}"), ("null", "null"), ("a text", "\"\(json.count)\""),
        ]
        return changes.filter { $0.1 != json }.map { name, text in
            ("the payload with \(name)", LivePayload.token([UInt8](text.utf8), by: signer))
        }
    }

    // MARK: Lineages

    private var lineages: [(String, [UInt8])] {
        let other = LivePayload(of: donor)
        guard let chain = payload["delegation_chain"],
            let stolen = other["delegation_chain"], let root = other["root"]
        else { return [] }
        let hops = chain.dropFirst().dropLast().split(separator: ",").map(String.init)
        let theirs = stolen.dropFirst().dropLast().split(separator: ",").map(String.init)
        func with(_ hops: [String]) -> LivePayload {
            payload.replacing("delegation_chain") { _ in "[" + hops.joined(separator: ",") + "]" }
        }
        var made: [(String, LivePayload)] = [
            ("no hops", with([])), ("reversed", with(hops.reversed())),
            ("every hop twice", with(hops + hops)), ("another's hops", with(theirs)),
            ("another's root", payload.replacing("root") { _ in root }),
            ("another's lineage", with(theirs).replacing("root") { _ in root }),
        ]
        for place in hops.indices {
            var fewer = hops
            fewer.remove(at: place)
            made.append(("without hop \(place)", with(fewer)))
            made.append(("cut after hop \(place)", with(Array(hops.prefix(place)))))
            var twice = hops
            twice.insert(hops[place], at: place)
            made.append(("hop \(place) twice", with(twice)))
            for their in theirs {
                var swapped = hops
                swapped[place] = their
                made.append(("another's hop at \(place)", with(swapped)))
                swapped.insert(hops[place], at: place)
                made.append(("another's hop behind \(place)", with(swapped)))
            }
            let body = hops[place].dropFirst().dropLast().split(separator: ".")
            guard body.count == 3 else { continue }
            let thief = AgentKeyPair()
            let input = "\(body[0]).\(body[1])"
            let signature = String(
                decoding: Base64URL.encode(thief.signature(for: [UInt8](input.utf8))),
                as: UTF8.self)
            var resigned = hops
            resigned[place] = "\"\(input).\(signature)\""
            made.append(("hop \(place) signed by a thief", with(resigned)))
        }
        return made.map { ($0, $1.token(by: signer)) }
    }

    // MARK: Forms

    private var forms: [(String, [UInt8])] {
        let thief = AgentKeyPair()
        let input = joined(parts[0], parts[1])
        let signature = Base64URL.decode(parts[2]) ?? []
        let text = String(decoding: token, as: UTF8.self)
        let words = parts.map { String(decoding: $0, as: UTF8.self) }
        let serialized = LivePayload(members: [
            ("protected", "\"\(words[0])\""), ("payload", "\"\(words[1])\""),
            ("signature", "\"\(words[2])\""),
        ]).json
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        var made: [(String, [UInt8])] = [
            ("signed by a thief", joined(input, Base64URL.encode(thief.signature(for: input)))),
            ("another's signature", joined(input, [UInt8](donor.split(separator: Self.dot)[2]))),
            ("no signature", input), ("an empty signature", joined(input, [])),
            ("half a signature", joined(input, Base64URL.encode([UInt8](signature.prefix(32))))),
            ("a signature and a byte", joined(input, Base64URL.encode(signature + [0]))),
            (
                "a signature of zeros",
                joined(input, Base64URL.encode(.init(repeating: 0, count: 64)))
            ),
            (
                "the same signature with another s",
                joined(input, Base64URL.encode(malleable(signature)))
            ),
            ("four parts", joined(token, parts[2])),
            ("five parts", joined(token, parts[1], parts[2])),
            ("a dot behind", token + [Self.dot]), ("a dot before", [Self.dot] + token),
            ("two dots", [UInt8](text.replacing(".", with: "..").utf8)),
            ("a space behind", token + [0x20]), ("a line behind", token + [0x0A]),
            ("a scheme", [UInt8]("Bearer \(text)".utf8)), ("quotes", [UInt8]("\"\(text)\"".utf8)),
            ("percent", [UInt8](text.replacing(".", with: "%2E").utf8)), ("twice", token + token),
            ("JSON serialization", [UInt8](serialized.utf8)),
            ("small letters", [UInt8](text.lowercased().utf8)),
            ("another order", joined(parts[1], parts[0], parts[2])),
        ]
        if standard != text { made.append(("the other alphabet", [UInt8](standard.utf8))) }
        for place in 0..<3 {
            var padded = parts
            padded[place].append(UInt8(ascii: "="))
            made.append(("padding in part \(place)", joined(padded[0], padded[1], padded[2])))
            var longer = parts
            longer[place].append(UInt8(ascii: "A"))
            made.append(("an A more in part \(place)", joined(longer[0], longer[1], longer[2])))
            var shorter = parts
            shorter[place].removeLast()
            made.append(("one less in part \(place)", joined(shorter[0], shorter[1], shorter[2])))
        }
        return made
    }

    /// s + L, which the equation of Ed25519 takes as well as s: only who insists on s < L refuses.
    private func malleable(_ signature: [UInt8]) -> [UInt8] {
        let order: [UInt8] = [
            0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9,
            0xDE,
            0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ]
        var changed = signature
        var carry = 0
        for place in order.indices where changed.count == 64 {
            let sum = Int(changed[32 + place]) + Int(order[place]) + carry
            changed[32 + place] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        return changed
    }
}
