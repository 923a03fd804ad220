@testable internal import MayflyCrypto

/// The encodings of bytes, and the texts that claims are made of: each value has one text.
enum Encodings {
    static func read(_ text: UnsafeRawBufferPointer) {
        if let bytes = Base64.decode(text) {
            expect(Base64.encode(bytes).elementsEqual(text), "bytes have one base64 text")
        }
        let decoded = Base64URL.decode(text)
        expect((decoded != nil) == Base64URL.isCanonical(text), "canonical is what is decoded")
        if let decoded {
            expect(Base64URL.encode(decoded).elementsEqual(text), "bytes have one base64url text")
        }
        if let end = Base64URL.end(ofTextIn: text, from: 0) {
            let prefix = UnsafeRawBufferPointer(rebasing: text[..<end])
            expect(Base64URL.decode(prefix) != nil, "a text that ends can be decoded")
        }
        if let number = DecimalText.parse(text) {
            var again: [UInt8] = []
            DecimalText.append(number, to: &again)
            expect(again.elementsEqual(text), "a number has one text")
        }
        var bytes = [UInt8](repeating: 0, count: text.count / 2)
        if bytes.withUnsafeMutableBytes({ Hex.decode(text, into: $0) }) {
            expect(Hex.encode(bytes).elementsEqual(text), "bytes have one hex text")
        }
        encode([UInt8](text))
    }

    /// And back: whatever bytes are encoded are decoded to the same.
    private static func encode(_ bytes: [UInt8]) {
        expect(Base64.decode(Base64.encode(bytes)) == bytes, "base64 gives the bytes back")
        expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "base64url gives them back")
    }

    static func readClaims(_ text: UnsafeRawBufferPointer) {
        check(IssuerText(text), text)
        check(AudienceText(text), text)
        check(ScopeText(text), text)
        check(AgentURI(text), text)
        if let uri = AgentURI(text) {
            var again = Array("spiffe://".utf8) + uri.trustDomain + Array("/agent/".utf8)
            again += uri.orchestration + [UInt8(ascii: "/")] + uri.task + [UInt8(ascii: "/")]
            withUnsafeBytes(of: uri.instance.bigEndian) { Hex.append($0, to: &again) }
            expect(again.elementsEqual(text), "an agent is its parts")
        }
        if let scope = ScopeText(text) {
            expect(scope.covers(scope), "a scope covers itself")
        }
        if let grant = GrantReference(text) {
            expect("\(grant)".utf8.elementsEqual(text), "a grant has one text")
        }
        let line = String(decoding: text, as: UTF8.self)
        if let key = NoteVerifierKey(line) {
            expect("\(key)" == line, "a verifier key has one line")
        }
    }

    private static func check(_ claim: (some ClaimText)?, _ text: UnsafeRawBufferPointer) {
        guard let claim else { return }
        expect(claim.bytes.elementsEqual(text), "a text keeps its bytes")
        expect(
            !claim.bytes.contains { $0 < 0x21 || $0 > 0x7E || $0 == 0x22 || $0 == 0x5C },
            "a text needs no escape")
    }
}
