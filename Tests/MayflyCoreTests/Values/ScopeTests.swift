import Testing

@testable import MayflyCore

@Suite struct ScopeTests {
    @Test(arguments: [
        "read:data:*", "a:b:c", "read:data:customer-12345", "a.b:c_d:e/f?g=h", "a:b::", "a:b:c:d",
        "read:files:/srv/data/~x'y",
        "a:b:" + String(repeating: "c", count: 252),
    ])
    func `a scope has an action, a resource and an identifier`(text: String) throws {
        #expect(try #require(Scope(text)).text == text)
    }

    @Test(arguments: [
        "", "a", "a:b", "a:b:", ":b:c", "a::c", "::", "a b:c:d", "a:b c:d", "a:b:c d", "a:b:c\"",
        "a:b:c\\", "a:b:c,d", "a:b:\0", "a:b:\u{7F}", "a:b:ä", "*:b:c", "a:*:c", "a/b:c:d",
        "a:b:" + String(repeating: "c", count: 253),
    ])
    func `anything else is no scope`(text: String) {
        #expect(Scope(text) == nil)
    }

    @Test(arguments: [
        ("read:data:*", "read:data:customer-1", true),
        ("read:data:*", "read:data:*", true),
        ("read:data:*", "read:data:a:b:*", true),
        ("read:data:x", "read:data:x", true),
        ("read:data:x", "read:data:*", false),
        ("read:data:x", "read:data:y", false),
        ("read:data:x", "read:data:xy", false),
        ("read:data:x*", "read:data:xy", false),
        ("read:data:**", "read:data:xy", false),
        ("read:data:*", "write:data:x", false),
        ("read:data:*", "read:date:x", false),
        ("read:data:*", "Read:data:x", false),
        ("rea:ddata:*", "read:data:x", false),
        ("a:bc:*", "ab:c:x", false),
    ])
    func `only a held star covers more than itself`(held: String, wanted: String, covers: Bool)
        throws
    {
        #expect(try #require(Scope(held)).covers(#require(Scope(wanted))) == covers)
    }

    @Test(arguments: [
        ("admin:x:y", true), ("app:x:y", true), ("admin:x:*", true), ("apps:x:y", false),
        ("administrate:x:y", false), ("ap:p:y", false), ("read:admin:x", false),
        ("read:app:admin:x", false),
    ])
    func `the families admin and app are reserved`(text: String, isReserved: Bool) throws {
        #expect(try #require(Scope(text)).isReserved == isReserved)
    }

    @Test func `exactly the printable bytes without quote, backslash and comma may be held`() {
        for byte in UInt8.min...UInt8.max {
            let isOutside = byte <= 0x20 || byte >= 0x7F
            let isForbidden = [0x22, 0x5C, 0x2C].contains(byte)
            #expect(Scope.isPrintable(byte) == !(isOutside || isForbidden))
        }
    }

    @Test func `a scope that covers another covers whatever the other covers`() throws {
        let texts = ["read:data:*", "read:data:x", "read:data:y", "write:data:*", "write:data:x"]
        let scopes = try texts.map { try #require(Scope($0)) }
        for first in scopes {
            for second in scopes where first.covers(second) {
                for third in scopes where second.covers(third) { #expect(first.covers(third)) }
            }
        }
    }
}
