import MayflyCrypto
import Testing

@Suite struct SecretTextTests {
    private func digester(_ byte: UInt8) -> SecretDigester {
        SecretDigester(key: LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: byte) })
    }

    private func digest(_ text: [UInt8]) -> Digest32? {
        text.withUnsafeBytes { SecretText.digest(of: $0, by: digester(1)) }
    }

    @Test func `a fresh secret is 64 characters, and its text has the digest it was made with`() {
        var random = RandomSource()
        var target = utf8("before")
        let made = SecretText.make(from: &random, for: digester(1), appendingTo: &target)
        #expect(target.starts(with: utf8("before")))
        let text = [UInt8](target.dropFirst(6))
        #expect(text.count == SecretText.count)
        #expect(text.count == 64)
        #expect(digest(text) == made)
    }

    @Test func `no two secrets are equal, nor their digests`() {
        var random = RandomSource()
        var texts: Set<[UInt8]> = []
        var digests: Set<Digest32> = []
        for _ in 0..<1_000 {
            var text: [UInt8] = []
            digests.insert(SecretText.make(from: &random, for: digester(1), appendingTo: &text))
            texts.insert(text)
        }
        #expect(texts.count == 1_000)
        #expect(digests.count == 1_000)
    }

    @Test func `the digest is keyed BLAKE2b-256 of the 32 bytes`() throws {
        let text = utf8(String(repeating: "00ff5a10", count: 8))
        let bytes = try #require(hex(String(decoding: text, as: UTF8.self)))
        let key = LockedSecret { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        #expect(digest(text) == bytes.withUnsafeBytes { Blake2b.digest256($0, key: key) })
        #expect(digest(text) == bytes.withUnsafeBytes { digester(1).digest($0) })
        #expect(digest(text) != bytes.withUnsafeBytes { digester(2).digest($0) })
    }

    static let digits = String(repeating: "0123456789abcdef", count: 4)

    static let foreign: [String] = [
        "", "\(digits.dropLast())", "\(digits.dropLast(2))", "\(digits)0", "\(digits)00",
        "\(digits)\n", " \(digits.dropLast())", "A\(digits.dropFirst())", digits.uppercased(),
        "g\(digits.dropFirst())", "\(digits.dropLast())g", "/\(digits.dropFirst())",
        ":\(digits.dropFirst())", "`\(digits.dropFirst())", "\(digits.dropLast())\u{0}",
        "0x\(digits.dropFirst(2))", "é\(digits.dropFirst(2))",
    ]

    @Test(arguments: foreign)
    func `anything else is the text of no secret`(text: String) {
        #expect(digest(utf8(text)) == nil)
    }
}
