@testable internal import MayflyClient
@testable internal import MayflyCrypto

/// The texts of secrets: read whole or refused, and written back the same.
enum KeyTexts {
    static func readFile(_ text: UnsafeRawBufferPointer) {
        var copy = [UInt8](text)
        let file = copy.withUnsafeMutableBytes { try? KeyFile(wiping: $0) }
        expect(copy.allSatisfy { $0 == 0 }, "what was read is wiped, also when it is refused")
        guard let file else { return }
        let isFirstFormat = text.starts(with: "mayfly-key-file 1".utf8)
        file.encoded().withBytes { again in
            expect(isFirstFormat || again.elementsEqual(text), "keys have one file")
        }
        let ring = TokenKeyRing(file.tokenSigningSeeds)
        expect(ring.numbers == file.tokenSigningSeeds.map(\.number), "a file is a ring of keys")
    }

    static func readPrivateKey(_ text: UnsafeRawBufferPointer) {
        guard let seed = PrivateKeyText.seed(in: text) else { return }
        PrivateKeyText.text(seed: seed).withBytes { again in
            expect(again.elementsEqual(text), "a key has one text")
        }
    }
}
