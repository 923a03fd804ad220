import Testing

@testable import MayflyCore

@Suite struct NameTests {
    @Test(arguments: [
        "a", "Z", "0", "-", "_", "...", ".a", "a.", "customer-12345", "A.b_C-9",
        String(repeating: "x", count: 128),
    ])
    func `a name is 1 to 128 bytes of letters, digits, dot, underscore and dash`(
        text: String
    ) throws {
        let name = try #require(Name(text))
        #expect(name.text == text)
        #expect(name.bytes == [UInt8](text.utf8))
    }

    @Test(arguments: [
        "", ".", "..", " ", "a b", "a/b", "a:b", "a*", "a\0", "a\n", "ä", "a\u{7F}", "a,b", "a\"b",
        String(repeating: "x", count: 129),
    ])
    func `anything else is no name`(text: String) {
        #expect(Name(text) == nil)
    }

    @Test func `exactly 65 of the 256 bytes may stand in a name`() {
        let allowed = (0...255).filter { Name.isIdentifierByte(UInt8($0)) }
        #expect(allowed.count == 26 + 26 + 10 + 3)
        for byte in 0...255 where byte != 0x2E {
            #expect((Name([UInt8(byte)]) != nil) == allowed.contains(byte))
        }
    }

    @Test func `names are equal only byte for byte`() {
        #expect(Name("a") != Name("A"))
        #expect(Name("a") == Name([0x61]))
    }
}
