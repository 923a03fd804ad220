import MayflyCrypto
import Testing

@Suite struct JSONReaderTests {
    private func read(_ bytes: [UInt8]) -> JSONValue? {
        bytes.withUnsafeBytes { JSONReader.read($0) }
    }

    private func read(_ text: String) -> JSONValue? { read(utf8(text)) }

    @Test func `every kind of value is read as it was written`() throws {
        let value = try #require(
            read(#"{"a":"x","b":[1,-2.5e+3,true,false,null],"c":{},"d":[],"é":"ü"}"#))
        #expect(
            value
                == .object([
                    JSONMember(name: utf8("a"), value: .text(utf8("x"))),
                    JSONMember(
                        name: utf8("b"),
                        value: .array([
                            .number(utf8("1")), .number(utf8("-2.5e+3")), .boolean(true),
                            .boolean(false), .null,
                        ])),
                    JSONMember(name: utf8("c"), value: .object([])),
                    JSONMember(name: utf8("d"), value: .array([])),
                    JSONMember(name: utf8("é"), value: .text(utf8("ü"))),
                ]))
        #expect(value["a"]?.text == utf8("x"))
        #expect(value["A"] == nil)
        #expect(value["a"]?["a"] == nil)
    }

    @Test(arguments: ["0", "1", "42", "18446744073709551615"])
    func `a whole number is read`(text: String) {
        #expect(read(text)?.wholeNumber == UInt64(text))
    }

    @Test(arguments: [
        "-1", "-0", "1.0", "0.5", "1e3", "1E0", "18446744073709551616", "\"1\"", "[1]",
    ])
    func `a number in another form is no whole number`(text: String) {
        #expect(read(text) != nil)
        #expect(read(text)?.wholeNumber == nil)
    }

    @Test func `only a list of nothing but texts has texts`() {
        #expect(read(#"["a","b"]"#)?.texts == [utf8("a"), utf8("b")])
        #expect(read("[]")?.texts == [])
        #expect(read(#"["a",1]"#)?.texts == nil)
        #expect(read(#""a""#)?.texts == nil)
    }

    static let refused: [String] = [
        "", " ", "{", "}", "[", "]", "\"", "{}x", "{} ", " {}", "{}\n", "{}{}", "[]]", "{,}", "[,]",
        "[1,]", "[,1]", "[1,,2]", "[1 ,2]", "[1, 2]", #"{"a":1,}"#, #"{"a"}"#, #"{"a":}"#,
        #"{:1}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{"a" :1}"#, #"{"a": 1}"#, "\u{FEFF}{}",
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"b":{"a":1,"a":2}}"#,
        #""\u0061""#, #""\n""#, #""\\""#, #""\"""#, "\"\u{0}\"", "\"\n\"", "\"\t\"", "\"\u{1F}\"",
        "01", "+1", "-", "1.", ".1", "1e", "1e+", "0x1", "1_000", "NaN", "Infinity", "-01",
        "True", "tru", "truex", "nul", "undefined", "// x\n1", "/**/1",
    ]

    @Test(arguments: refused)
    func `what programs read in different ways is refused`(text: String) {
        #expect(read(text) == nil)
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xC3, 0x22],
        [0x22, 0xED, 0xA0, 0x80, 0x22],
        [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0x00], [0x31, 0x00],
    ])
    func `bytes that are not UTF-8, a byte order mark and a zero byte are refused`(bytes: [UInt8]) {
        #expect(read(bytes) == nil)
    }

    @Test func `names are told apart by their bytes, not by what they look like`() {
        #expect(read("{\"\u{E9}\":1,\"e\u{301}\":2}") != nil)
        #expect(read("{\"\u{E9}\":1,\"\u{E9}\":2}") == nil)
    }

    @Test func `eight levels are read, nine are not, and a million do not end the process`() {
        func nested(_ depth: Int, _ first: String, _ last: String) -> String {
            String(repeating: first, count: depth) + String(repeating: last, count: depth)
        }
        #expect(read(nested(JSONReader.maximumDepth, "[", "]")) != nil)
        #expect(read(nested(JSONReader.maximumDepth + 1, "[", "]")) == nil)
        #expect(read(nested(500_000, "[", "]")) == nil)
        #expect(read(String(repeating: #"{"a":"#, count: 100_000)) == nil)
    }

    @Test func `an object has at most 64 members`() {
        func object(_ count: Int) -> String {
            "{" + (0..<count).map { #""n\#($0)":0"# }.joined(separator: ",") + "}"
        }
        #expect(read(object(JSONReader.maximumMembers)) != nil)
        #expect(read(object(JSONReader.maximumMembers + 1)) == nil)
    }

    @Test func `a text of 1 MiB is read and a longer one is not`() {
        func text(_ count: Int) -> [UInt8] {
            utf8("\"") + [UInt8](repeating: 0x61, count: count - 2) + utf8("\"")
        }
        #expect(read(text(JSONReader.maximumCount)) != nil)
        #expect(read(text(JSONReader.maximumCount + 1)) == nil)
    }

    @Test func `a line break is read where it is allowed, and no other escape ever`() {
        func read(_ text: String, _ allows: Bool) -> JSONValue? {
            utf8(text).withUnsafeBytes { JSONReader.read($0, allowsLineBreaks: allows) }
        }
        #expect(read(#"{"a":"x\ny"}"#, true)?["a"]?.text == utf8("x\ny"))
        #expect(read(#"{"a":"x\ny"}"#, false) == nil)
        for escape in [#"\t"#, #"\""#, #"\u000a"#, #"\"#] {
            #expect(read("{\"a\":\"\(escape)\"}", true) == nil, "\(escape)")
        }
    }
}
