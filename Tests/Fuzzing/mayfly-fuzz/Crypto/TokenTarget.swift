@testable internal import MayflyClient
@testable internal import MayflyCrypto
private import Foundation

/// Everything textual that is signed or secret: tokens, hops, statements, notes, keys, and the
/// encodings below them.
///
/// The first byte names the reader. What is read and can be written again gives the same bytes: one
/// content has one text.
final class TokenTarget: FuzzTarget {
    static let name = "tokens"
    static let longestInput = 32 << 10
    static let dictionary = [
        #"{"alg":"EdDSA","typ":"JWT","kid":""#, #"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#,
        #""grant":""#, #""jti":""#, #""iss":""#, #""sub":""#, #""aud":["#, #""exp":"#,
        #""nbf":"#, #""iat":"#, #""scope":["#, #""cnf":{"jkt":""#, #""online":true"#,
        #""root":""#, #""delegation_chain":["#, #""chain_hash":""#, #""max_uses":"#,
        "spiffe://mayfly.local/agent/", "read:data:*", "\u{2014} ", "mayfly-key-file 2",
        "token-signing-seed 1 ", "checkpoint-signing-seed ", "-----BEGIN PRIVATE KEY-----",
        "18446744073709551615", "true", "null", "1e9", ",\"", "\":", "]}",
    ]

    private enum Reader: UInt8, CaseIterable {
        case token
        case signedPayload
        case hop
        case signedHop
        case root
        case statement
        case json
        case base64
        case note
        case signedNote
        case keyFile
        case privateKey
        case texts
    }

    private let vectors: ChainVectors
    private let verifier: ChainVerifier
    private let issuer: IssuerText
    /// Signs what a broker would sign, so that what is behind a signature is reached too.
    private let key = [UInt8](repeating: 7, count: 32).withUnsafeBytes {
        Ed25519PrivateKey(seed: $0)
    }
    private let noteName: NoteName

    init() throws {
        vectors = try ChainVectors.read()
        guard let issuer = IssuerText(vectors.issuer), let name = NoteName(vectors.issuer) else {
            fail("the vectors have an issuer")
        }
        self.issuer = issuer
        noteName = name
        verifier = ChainVerifier(
            keys: vectors.keys.compactMap { Ed25519PublicKey($0) } + [key.publicKey],
            issuer: issuer)
    }

    func run(_ bytes: UnsafeRawBufferPointer) {
        var input = FuzzInput(bytes)
        let kind = input.choice(Reader.allCases.count)
        let text = input.rest
        switch Reader.allCases[kind] {
        case .token: readToken(text)
        case .signedPayload:
            let token = TokenSigner(key: key).token(payload: text)
            token.withUnsafeBytes { readToken($0) }
        case .hop: readHop(text)
        case .signedHop: readHop(TokenText.hop(payload: text, key: key))
        case .root: readRoot(text)
        case .statement:
            readRoot(Base64URL.encode([UInt8](text)))
        case .json: readJSON(text)
        case .base64: Encodings.read(text)
        case .note: readNote(text)
        case .signedNote: readNote(TokenText.note(text, key: key, name: noteName))
        case .keyFile: KeyTexts.readFile(text)
        case .privateKey: KeyTexts.readPrivateKey(text)
        case .texts: Encodings.readClaims(text)
        }
    }

    // MARK: Tokens

    private func readToken(_ text: UnsafeRawBufferPointer) {
        if let token = UntrustedToken(text) {
            expect(token.count == text.count, "a token is all of its text")
            expect(
                token.decodePayload(of: text).count == token.decodedPayloadCount,
                "a payload is as long as it says")
        }
        let first = verifier.verify(text, now: vectors.now, leeway: vectors.leeway)
        expect(
            first == verifier.verify(text, now: vectors.now, leeway: vectors.leeway),
            "a verdict does not change")
        guard case .success(let chain) = first else { return }
        expect(chain.issuer == issuer, "a token is of the issuer that was asked for")
        expect(
            chain.expiresAtSeconds > vectors.now - vectors.leeway, "an expired token is refused")
        expect((chain.authority?.lineage.count ?? 1) <= 6, "a lineage is of six at most")
    }

    private func readHop(_ text: [UInt8]) { text.withUnsafeBytes { readHop($0) } }

    private func readHop(_ text: UnsafeRawBufferPointer) {
        guard let hop = Hop(parsing: text) else { return }
        expect(hop.bytes.elementsEqual(text), "a hop keeps its bytes")
        expect(1...Hop.maximumDepth ~= hop.content.depth, "a hop is within the depth")
        _ = hop.isSigned
        // Signed by our key in the delegator's place, the same content has the same payload.
        var content = hop.content
        content.delegatorKey = key.publicKey
        let again = Hop.sign(content, with: key)
        guard let parsed = Hop(parsing: again) else { fail("what is signed can be read") }
        expect(parsed.content == content, "a content is what was signed")
        expect(parsed.isSigned, "a hop's signature is its delegator's")
        if hop.content.delegatorKey == key.publicKey {
            expect(again.dropLast(87).elementsEqual(text.dropLast(87)), "a content has one text")
        }
    }

    private func readRoot(_ text: [UInt8]) { text.withUnsafeBytes { readRoot($0) } }

    private func readRoot(_ text: UnsafeRawBufferPointer) {
        guard let statement = RootStatement(parsing: text) else { return }
        expect(statement.encoded().elementsEqual(text), "a statement has one text")
    }

    private func readJSON(_ text: UnsafeRawBufferPointer) {
        _ = try? TokenClaims(payload: [UInt8](text))
        guard let value = JSONReader.read(text) else { return }
        // Another reader takes whatever this one takes; it takes much more besides.
        let other = try? JSONSerialization.jsonObject(
            with: Data(text), options: [.fragmentsAllowed])
        let hasHugeNumber = value.hasNumberBeyondDouble
        expect(other != nil || hasHugeNumber, "what is read here is JSON elsewhere")
    }

    private func readNote(_ note: [UInt8]) { note.withUnsafeBytes { readNote($0) } }

    private func readNote(_ note: UnsafeRawBufferPointer) {
        let verifierKey = NoteVerifierKey(name: noteName, key: key.publicKey)
        guard case .success(let checkpoint) = SignedNote.verify(note, with: verifierKey) else {
            return
        }
        expect(note.starts(with: checkpoint.text), "a checkpoint has one text")
    }

    // MARK: Seeds

    func seeds() -> [[UInt8]] {
        let seeds = TokenSeeds(vectors: vectors, key: key, name: noteName)
        func seed(_ reader: Reader, _ text: [UInt8]) -> [UInt8] { [reader.rawValue] + text }
        return seeds.tokens.map { seed(.token, $0) }
            + seeds.payloads.map { seed(.signedPayload, $0) }
            + seeds.payloads.prefix(4).map { seed(.json, $0) }
            + seeds.hops.map { seed(.hop, $0) }
            + seeds.hopPayloads.map { seed(.signedHop, $0) }
            + seeds.roots.map { seed(.root, $0) }
            + seeds.statements.map { seed(.statement, $0) }
            + [
                seed(.note, seeds.note), seed(.signedNote, seeds.checkpoint),
                seed(.keyFile, seeds.keyFile), seed(.privateKey, seeds.privateKey),
                seed(.base64, Array("bWF5Zmx5".utf8)), seed(.base64, Array("bWF5Zg==".utf8)),
                seed(.texts, Array("spiffe://mayfly.local/agent/o/t/0123456789abcdef".utf8)),
                seed(.texts, Array("read:data:*".utf8)), seed(.texts, seeds.verifierKey),
            ]
    }
}

extension JSONValue {
    /// Foundation refuses numbers that no `Double` holds.
    fileprivate var hasNumberBeyondDouble: Bool {
        switch self {
        case .object(let members): members.contains { $0.value.hasNumberBeyondDouble }
        case .array(let values): values.contains { $0.hasNumberBeyondDouble }
        case .number(let text):
            Double(String(decoding: text, as: UTF8.self)).map { !$0.isFinite } ?? true
        case .text, .boolean, .null: false
        }
    }
}
