import MayflyCrypto

/// Headers that try to choose the algorithm or the key. `KID` stands for the broker's thumbprint.
enum HeaderAttacks {
    static let all: [Attack] = forges.flatMap { name, forge in
        headers.map { header in
            var forge = forge
            forge.header = header
            return Attack("\(name): \(header)", .foreignHeader, forge)
        }
    }

    private static let forges = [
        ("plain", ChainForge(0)), ("delegated", ChainForge(2)), ("reference", .reference()),
    ]

    private static let headers = algorithms + types + keys + extras + forms

    private static let algorithms =
        [
            "none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS256", "PS256", "ES256",
            "ES256K", "ES512", "Ed25519", "Ed448", "eddsa", "EDDSA", "EdDSA ", " EdDSA",
            #"EdDSA\u0000"#, #"\u0045dDSA"#, "EdDSA,none",
        ].map { #"{"alg":"\#($0)","typ":"JWT","kid":"KID"}"# }
        + ["null", "true", "0", "{}", "[]", #"["EdDSA"]"#].map {
            #"{"alg":\#($0),"typ":"JWT","kid":"KID"}"#
        } + [#"{"typ":"JWT","kid":"KID"}"#]

    private static let types =
        ["jwt", "JOSE", "at+jwt", "mayfly-hop+jwt", "", "JWT "].map {
            #"{"alg":"EdDSA","typ":"\#($0)","kid":"KID"}"#
        } + [#"{"alg":"EdDSA","kid":"KID"}"#]

    private static let keys =
        ["", "KID=", "KID KID", "../../../dev/null", "' OR '1'='1", "https://evil.example/k", "0"]
        .map { #"{"alg":"EdDSA","typ":"JWT","kid":"\#($0)"}"# }
        + ["null", "0", "[]", #"["KID"]"#, #"{"KID":1}"#].map {
            #"{"alg":"EdDSA","typ":"JWT","kid":\#($0)}"#
        } + [#"{"alg":"EdDSA","typ":"JWT"}"#]

    private static let extras = [
        #""jwk":{"kty":"OKP","crv":"Ed25519","x":"\#(base64(agentKey(0).publicKey.bytes))"}"#,
        #""jku":"https://evil.example/keys""#, #""x5u":"https://evil.example/certificate""#,
        #""x5c":["AAAA"]"#, #""x5t":"AAAA""#, #""crit":["exp"]"#, #""crit":[]"#, #""b64":false"#,
        #""crit":["b64"],"b64":false"#, #""zip":"DEF""#, #""enc":"A128GCM""#, #""cty":"JWT""#,
        #""kid":"KID""#, #""alg":"none""#, #""alg":"EdDSA""#, #""typ":"JWT""#, #""x":1"#,
    ].map { #"{"alg":"EdDSA","typ":"JWT","kid":"KID",\#($0)}"# }

    private static let forms = [
        #"{"alg":"none","alg":"EdDSA","typ":"JWT","kid":"KID"}"#,
        #"{"typ":"JWT","alg":"EdDSA","kid":"KID"}"#, #"{"kid":"KID","alg":"EdDSA","typ":"JWT"}"#,
        #" {"alg":"EdDSA","typ":"JWT","kid":"KID"}"#, #"{"alg":"EdDSA","typ":"JWT","kid":"KID"} "#,
        #"{"alg": "EdDSA","typ":"JWT","kid":"KID"}"#, #"{"alg":"EdDSA","typ":"JWT","kid":"KID",}"#,
        #"{"Alg":"EdDSA","typ":"JWT","kid":"KID"}"#, #"{"alg":"EdDSA","typ":"JWT","KID":"KID"}"#,
        #"{"\u0061lg":"EdDSA","typ":"JWT","kid":"KID"}"#,
        "\u{FEFF}{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"KID\"}",
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"KID\"}\u{0}",
        "{\"alg\":\"EdDSA\u{0}\",\"typ\":\"JWT\",\"kid\":\"KID\"}",
        "{\"a\u{301}lg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"KID\"}",
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"\u{212A}id\":\"KID\"}",
        "{}", "[]", "null", "x",
    ]
}
