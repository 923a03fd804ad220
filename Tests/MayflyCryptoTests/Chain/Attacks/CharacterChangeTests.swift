import MayflyCrypto
import Testing

/// Fifty tokens with every character changed, one at a time.
///
/// Most of them are short, because each change of a long one costs a signature check over all of it.
@Suite struct CharacterChangeTests {
    static let forges: [ChainForge] =
        many(14, .reference()) + many(16, ChainForge(0))
        + many(3, ChainForge(0) { $0.audiences = [ChainForge.audience] })
        + many(3, ChainForge(0) { $0.editToken = { $0["online"] = "true" } })
        + many(6, ChainForge(1)) + many(4, ChainForge(2)) + many(2, ChainForge(3))
        + many(1, ChainForge(4))
        + many(1, ChainForge(5))

    /// The same in as many lanes: every id, agent and key is another.
    private static func many(_ count: Int, _ forge: ChainForge) -> [ChainForge] {
        (0..<count).map { lane in
            var forge = forge
            forge.lane = lane % 8
            forge.brokerSeed = UInt8(1 + lane / 8)
            return forge
        }
    }

    private static let alphabet = utf8(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    /// The next in the alphabet differs in the lowest bits, which at the end of a part carry
    /// nothing; the one half round differs in the highest; the third is none of the alphabet.
    private func replacements(for character: UInt8, at place: Int) -> [UInt8] {
        let outside = utf8(".=+/ \n%\u{0}\u{7F}")
        let other = outside[place % outside.count]
        guard let index = Self.alphabet.firstIndex(of: character) else {
            return [UInt8(ascii: "A"), other]
        }
        return [Self.alphabet[(index + 1) % 64], Self.alphabet[(index + 32) % 64], other]
    }

    @Test func `there are fifty, no two alike, of every kind and depth`() throws {
        #expect(Self.forges.count == 50)
        #expect(Set(Self.forges.map(\.token)).count == 50)
        #expect(Set(Self.forges.map(\.depth)) == Set(0...5))
        for forge in Self.forges { #expect(try refusal(forge.token) == nil) }
    }

    @Test(arguments: forges.indices)
    func `a token with any character changed is refused`(index: Int) throws {
        var token = Self.forges[index].token
        for place in token.indices {
            let original = token[place]
            for replacement in replacements(for: original, at: place) where replacement != original
            {
                token[place] = replacement
                if try refusal(token) == nil {
                    Issue.record("character \(place) as \(replacement) was accepted")
                }
            }
            token[place] = original
        }
    }
}
