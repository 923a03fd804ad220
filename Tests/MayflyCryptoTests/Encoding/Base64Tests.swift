import MayflyCrypto
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", "", ""), ("f", "Zg", "Zg=="), ("fo", "Zm8", "Zm8="), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg", "Zm9vYg=="), ("fooba", "Zm9vYmE", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ])
    func `both alphabets give the vectors of RFC 4648`(
        plain: String, url: String, standard: String
    ) {
        #expect(text(Base64URL.encode(utf8(plain))) == url)
        #expect(Base64URL.decode(utf8(url)) == utf8(plain))
        #expect(text(Base64.encode(utf8(plain))) == standard)
        #expect(Base64.decode(utf8(standard)) == utf8(plain))
    }

    @Test func `the last two characters differ between the alphabets`() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF]
        #expect(text(Base64URL.encode(bytes)) == "--__")
        #expect(text(Base64.encode(bytes)) == "++//")
        #expect(Base64URL.decode(utf8("++//")) == nil)
        #expect(Base64.decode(utf8("--__")) == nil)
    }

    @Test(arguments: [
        "Zg==", "Zm8=", "Zm9v=", "Zm9vYg==", "Z", "Zm9vY", "Zh", "Zm9", "Zm9vYh", "Zm9vYmF",
        "Zm 9v", " Zm9v", "Zm9v\n", "Zm9v\r\n", "Zm9.", "Zm9+", "Zm/v", "Zm9\u{0}", "Zé", "=",
        "====",
    ])
    func `base64url refuses what is not the one text of its bytes`(text: String) {
        #expect(Base64URL.decode(utf8(text)) == nil)
        #expect(!utf8(text).withUnsafeBytes { Base64URL.isCanonical($0) })
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zm8", "Zm9v=", "Zm9v====", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=",
        "Zm=v", "Z=9v", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm9v\n\n\n\n", "Zm9-", "Zm_v",
    ])
    func `standard base64 refuses what is not the one text of its bytes`(text: String) {
        #expect(Base64.decode(utf8(text)) == nil)
    }

    @Test func `every byte outside the alphabet is refused at every place`() {
        let allowed = Set(
            utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
        for place in 0..<7 {
            for byte in UInt8.min...UInt8.max where !allowed.contains(byte) {
                var text = utf8("AAAAAAA")
                text[place] = byte
                #expect(Base64URL.decode(text) == nil)
                #expect(!text.withUnsafeBytes { Base64URL.isCanonical($0) })
            }
        }
    }

    @Test func `of all short texts exactly one is accepted for each byte string`() {
        let alphabet = utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var seen: Set<[UInt8]> = []
        for a in alphabet {
            for b in alphabet {
                guard let bytes = Base64URL.decode([a, b]) else { continue }
                #expect(Base64URL.encode(bytes) == [a, b])
                seen.insert(bytes)
            }
        }
        #expect(seen.count == 256)
    }

    @Test func `what was encoded is decoded, for every length`() {
        var generator = SeededGenerator(state: 2)
        for count in 0..<200 {
            let bytes = generator.bytes(count)
            let url = Base64URL.encode(bytes)
            #expect(url.count == Base64URL.encodedCount(count))
            #expect(Base64URL.decodedCount(url.count) == count)
            #expect(Base64URL.decode(url) == bytes)
            #expect(url.withUnsafeBytes { Base64URL.isCanonical($0) })
            let standard = Base64.encode(bytes)
            #expect(standard.count == Base64.encodedCount(count))
            #expect(Base64.decode(standard) == bytes)
        }
    }

    @Test func `what is decoded from noise encodes to the same noise`() {
        let characters = utf8("AQgw-_+/=.\n ")
        var generator = SeededGenerator(state: 3)
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int(generator.next() % 9)
            let noise = (0..<count).map { _ in
                characters[Int(generator.next() % UInt64(characters.count))]
            }
            let isCanonical = noise.withUnsafeBytes { Base64URL.isCanonical($0) }
            if let bytes = Base64URL.decode(noise) {
                accepted += 1
                #expect(isCanonical)
                #expect(Base64URL.encode(bytes) == noise)
            } else {
                #expect(!isCanonical)
            }
            if let bytes = Base64.decode(noise) { #expect(Base64.encode(bytes) == noise) }
        }
        #expect(accepted > 100)
    }

    @Test func `encoding appends, and decoding refuses a target that is too small`() {
        var target = utf8("x.")
        utf8("foo").withUnsafeBytes { Base64URL.append($0, to: &target) }
        #expect(text(target) == "x.Zm9v")
        var room = [UInt8](repeating: 0, count: 2)
        let written = utf8("Zm9v").withUnsafeBytes { text in
            room.withUnsafeMutableBytes { Base64URL.decode(text, into: $0) }
        }
        #expect(written == nil)
    }
}
