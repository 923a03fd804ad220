import MayflyCrypto
import Testing

@Suite struct RootStatementTests {
    private func parse(_ json: String) -> RootStatement? {
        Base64URL.encode(utf8(json)).withUnsafeBytes { RootStatement(parsing: $0) }
    }

    private func json() throws -> String {
        text(try #require(Base64URL.decode(try sampleRoot().encoded())))
    }

    @Test func `a statement is canonical JSON in base64url`() throws {
        let key = text(Base64URL.encode(agentKey(0).publicKey.bytes))
        #expect(
            try json()
                == #"{"agent":"\#(agentName(0))","key":"\#(key)","#
                + #""scope":["read:data:*","write:reports:q3"],"aud":["https://data.example"],"#
                + #""not_after":1790003600,"grant":"0123456789abcdeffedcba9876543210"}"#)
    }

    @Test func `it is read again, with an audience and without`() throws {
        let root = try sampleRoot()
        let plain = RootStatement(
            agent: root.agent, key: root.key, scope: root.scope, audience: [],
            notAfterSeconds: root.notAfterSeconds, grant: root.grant)
        for root in [root, plain] {
            #expect(root.encoded().withUnsafeBytes { RootStatement(parsing: $0) } == root)
        }
        let decoded = try #require(Base64URL.decode(plain.encoded()))
        #expect(!text(decoded).contains("aud"))
    }

    @Test func `any other text of the same values is refused`() throws {
        let json = try json()
        #expect(parse(json) != nil)
        let foreign = [
            json + "\n", " " + json, json.replacing(":[", with: ": ["),
            json.replacing(",", with: ", "),
            json.replacing(#","aud":["https://data.example"]"#, with: #","aud":[]"#),
            json.replacing("1790003600", with: "01790003600"),
            json.replacing("1790003600", with: "1790003600.0"),
            json.replacing("1790003600", with: "\"1790003600\""),
            json.replacing("1790003600", with: "1790003600e0"),
            json.replacing("read", with: #"\u0072ead"#), json.replacing("}", with: #","x":1}"#),
            json.replacing(#""not_after":"#, with: #""grant":"00","not_after":"#),
            json.replacing("abcdef", with: "ABCDEF"), json.replacing("spiffe", with: "SPIFFE"),
            "{}", "",
            String(json.dropLast()), "\u{FEFF}" + json,
            json.replacing("read:data", with: "re\u{0}d:data"),
        ]
        for foreign in foreign { #expect(parse(foreign) == nil, "\(foreign)") }
        let encoded = try sampleRoot().encoded()
        for foreign in [encoded + utf8("="), encoded + utf8("A"), [UInt8](encoded.dropLast())] {
            #expect(foreign.withUnsafeBytes { RootStatement(parsing: $0) } == nil)
        }
    }
}
