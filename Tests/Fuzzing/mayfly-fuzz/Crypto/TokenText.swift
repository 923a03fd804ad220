@testable internal import MayflyClient
@testable internal import MayflyCrypto

/// Texts around contents that the fuzzer makes.
enum TokenText {
    private static let dot = UInt8(ascii: ".")

    /// A hop of any payload, well signed.
    static func hop(payload: UnsafeRawBufferPointer, key: some Ed25519Signing) -> [UInt8] {
        let header = Array(#"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#.utf8)
        var hop = Base64URL.encode(header) + [dot]
        Base64URL.append(payload, to: &hop)
        return hop + [dot] + Base64URL.encode(key.signature(for: hop))
    }

    /// A note of any text, well signed.
    static func note(
        _ text: UnsafeRawBufferPointer, key: some Ed25519Signing, name: NoteName
    ) -> [UInt8] {
        let text = [UInt8](text)
        let signature =
            NoteVerifierKey(name: name, key: key.publicKey).id + key.signature(for: text)
        return text + Array("\n\u{2014} \(name) ".utf8) + Base64.encode(signature)
            + [UInt8(ascii: "\n")]
    }

    static func decode(_ text: String) -> [UInt8] { Base64URL.decode([UInt8](text.utf8)) ?? [] }

    /// The three parts of a compact JWS.
    static func parts(_ token: [UInt8]) -> [[UInt8]] {
        token.split(separator: dot, omittingEmptySubsequences: false).map(Array.init)
    }
}

/// What the vectors' tokens are made of, and one of each other text.
struct TokenSeeds {
    let tokens: [[UInt8]]
    let payloads: [[UInt8]]
    let hops: [[UInt8]]
    let hopPayloads: [[UInt8]]
    let roots: [[UInt8]]
    let statements: [[UInt8]]
    let checkpoint: [UInt8]
    let note: [UInt8]
    let verifierKey: [UInt8]
    let keyFile: [UInt8]
    let privateKey: [UInt8]

    init(vectors: ChainVectors, key: Ed25519PrivateKey, name: NoteName) {
        tokens = vectors.tokens
        payloads = tokens.compactMap { token in
            TokenText.parts(token).dropFirst().first.flatMap { Base64URL.decode($0) }
        }
        let claims = payloads.compactMap { $0.withUnsafeBytes { JSONReader.read($0) } }
        hops = Array(claims.compactMap { $0["delegation_chain"]?.texts }.joined().prefix(12))
        hopPayloads = hops.prefix(4).compactMap { hop in
            TokenText.parts(hop).dropFirst().first.flatMap { Base64URL.decode($0) }
        }
        roots = Array(claims.compactMap { $0["root"]?.text }.prefix(3))
        statements = roots.compactMap { Base64URL.decode($0) }
        let signed = Checkpoint(origin: name, size: 42, root: SHA256.digest([1]))
        checkpoint = signed.text
        note = SignedNote.sign(signed, with: key, name: name)
        verifierKey = Array("\(NoteVerifierKey(name: name, key: key.publicKey))".utf8)
        keyFile = KeyFile.generate().encoded().withBytes { [UInt8]($0) }
        privateKey = PrivateKeyText.text(seed: LockedSecret.random()).withBytes { [UInt8]($0) }
    }
}
