/// The bytes of a hop: `header.payload.signature` (RFC 7515), the payload's claims in one order.
extension Hop {
    /// The longest hop there is, in characters: with the longest issuer and agents, 32 scopes of
    /// 256 bytes held and granted, and 8 audiences.
    package static let maximumCount = 27_406

    private static let dot = UInt8(ascii: ".")
    /// The header and the dot behind it: compared, never interpreted.
    private static let start =
        Base64URL.encode([UInt8](#"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#.utf8)) + [dot]
    /// The dot before it counted.
    static let encodedSignatureCount = 1 + Base64URL.encodedCount(Ed25519PublicKey.signatureCount)

    // MARK: Writing

    /// The compact JWS; the key is the one that the content names as the delegator's.
    package static func sign(_ content: Content, with key: some Ed25519Signing) -> [UInt8] {
        precondition(key.publicKey == content.delegatorKey, "a hop is signed by its delegator")
        var hop = start
        content.payload().withUnsafeBytes { Base64URL.append($0, to: &hop) }
        let signature = key.signature(for: hop)
        hop.append(dot)
        signature.withUnsafeBytes { Base64URL.append($0, to: &hop) }
        return hop
    }

    // MARK: Reading

    /// nil where the bytes are not the one text of any hop.
    package init?(parsing text: UnsafeRawBufferPointer) {
        guard text.count <= Self.maximumCount, text.starts(with: Self.start),
            let dot = Base64URL.end(ofTextIn: text, from: Self.start.count), dot < text.count,
            text[dot] == Self.dot,
            let payload = Base64URL.decode(
                UnsafeRawBufferPointer(rebasing: text[Self.start.count..<dot])),
            let signature = Base64URL.decode(UnsafeRawBufferPointer(rebasing: text[(dot + 1)...])),
            signature.count == Ed25519PublicKey.signatureCount,
            let content = payload.withUnsafeBytes({ try? Content(payload: $0) })
        else { return nil }
        self.init(content: content, bytes: [UInt8](text), signature: signature)
    }

    package init?(parsing text: [UInt8]) {
        guard let hop = text.withUnsafeBytes({ Hop(parsing: $0) }) else { return nil }
        self = hop
    }
}

extension Hop.Content {
    fileprivate func payload() -> [UInt8] {
        precondition(1...ScopeText.maximumListCount ~= held.count, "1 to 32 scopes are held")
        precondition(1...ScopeText.maximumListCount ~= scope.count, "1 to 32 scopes are granted")
        precondition(1...AudienceText.maximumListCount ~= audience?.count ?? 1, "1 to 8 audiences")
        precondition(maximumUses != 0, "a limit of uses leaves one")
        precondition(1...Hop.maximumDepth ~= depth, "a hop stands at depth 1 to 5")
        var json: [UInt8] = []
        json.reserveCapacity(1_024)
        json.append(#"{"iss":""#)
        json += issuer.bytes
        json.append(#"","challenge":""#)
        challenge.withBytes { Base64URL.append($0, to: &json) }
        json.append(#"","proof_seq":"#)
        DecimalText.append(proofSequence, to: &json)
        json.append(#","delegator":""#)
        json += delegator.bytes
        json.append(#"","delegator_key":""#)
        json.append(base64: delegatorKey)
        json.append(#"","delegate":""#)
        json += delegate.bytes
        json.append(#"","delegate_key":""#)
        json.append(base64: delegateKey)
        json.append(#"","held":"#)
        json.append(array: held)
        json.append(#","scope":"#)
        json.append(array: scope)
        if let audience {
            json.append(#","aud":"#)
            json.append(array: audience)
        }
        if let maximumUses {
            json.append(#","max_uses":"#)
            DecimalText.append(UInt64(maximumUses), to: &json)
        }
        json.append(#","iat":"#)
        DecimalText.append(issuedAtSeconds, to: &json)
        json.append(#","exp":"#)
        DecimalText.append(expiresAtSeconds, to: &json)
        json.append(#","parent":""#)
        parent.appendText(to: &json)
        json.append(#"","depth":"#)
        DecimalText.append(UInt64(depth), to: &json)
        json.append(#","prev":""#)
        json.append(base64: previous)
        json.append(#""}"#)
        return json
    }

    fileprivate init(payload: UnsafeRawBufferPointer) throws(CanonicalReader.Malformed) {
        var reader = CanonicalReader(payload)
        try reader.expect(#"{"iss":""#)
        issuer = try reader.text { IssuerText($0) }
        try reader.expect(#","challenge":""#)
        challenge = try reader.text { Base64URL.decode($0).flatMap { Challenge($0) } }
        try reader.expect(#","proof_seq":"#)
        proofSequence = try reader.number()
        try reader.expect(#","delegator":""#)
        delegator = try reader.text { AgentURI($0) }
        try reader.expect(#","delegator_key":""#)
        delegatorKey = try reader.text { Base64URL.decode($0).flatMap { Ed25519PublicKey($0) } }
        try reader.expect(#","delegate":""#)
        delegate = try reader.text { AgentURI($0) }
        try reader.expect(#","delegate_key":""#)
        delegateKey = try reader.text { Base64URL.decode($0).flatMap { Ed25519PublicKey($0) } }
        try reader.expect(#","held":[""#)
        held = try reader.texts(maximumCount: ScopeText.maximumListCount) { ScopeText($0) }
        try reader.expect(#","scope":[""#)
        scope = try reader.texts(maximumCount: ScopeText.maximumListCount) { ScopeText($0) }
        if reader.skipIfPresent(#","aud":[""#) {
            audience = try reader.texts(maximumCount: AudienceText.maximumListCount) {
                AudienceText($0)
            }
        }
        if reader.skipIfPresent(#","max_uses":"#) {
            maximumUses = try reader.number(in: 1...UInt32.max)
        }
        try reader.expect(#","iat":"#)
        issuedAtSeconds = try reader.number()
        try reader.expect(#","exp":"#)
        expiresAtSeconds = try reader.number()
        try reader.expect(#","parent":""#)
        parent = try reader.text { GrantReference($0) }
        try reader.expect(#","depth":"#)
        depth = try reader.number(in: 1...Hop.maximumDepth)
        try reader.expect(#","prev":""#)
        previous = try reader.text { Base64URL.decode($0).flatMap { Digest32($0) } }
        try reader.expect("}")
        guard reader.isAtEnd else { throw CanonicalReader.Malformed() }
    }
}
