/// What a token's payload says, each claim in its form. Only the broker's signature makes it true.
///
/// Claims are found by name, in any order; unknown ones are not looked at, so that a later broker
/// can add some; a name given twice is refused by `JSONReader`.
struct TokenClaims: Equatable, Sendable {
    /// What a token by reference leaves out.
    struct Authority: Equatable, Sendable {
        let subject: AgentURI
        let audience: [AudienceText]
        let notBeforeSeconds: UInt64
        let issuedAtSeconds: UInt64
        let scope: [ScopeText]
        let keyThumbprint: Digest32
        let delegation: Delegation?
    }

    /// The claims of a delegated token, not looked into yet.
    struct Delegation: Equatable, Sendable {
        let root: [UInt8]
        let hops: [[UInt8]]
        let lastHopDigest: Digest32
    }

    let grant: GrantReference
    let token: TokenReference
    let issuer: IssuerText
    let expiresAtSeconds: UInt64
    let isOnline: Bool
    /// nil in a token by reference.
    let authority: Authority?

    init(payload: [UInt8]) throws(ChainRefusal) {
        guard let json = payload.withUnsafeBytes({ JSONReader.read($0) }), case .object = json
        else {
            throw .payloadMalformed
        }
        grant = try json.claim("grant") { $0.text.flatMap { GrantReference($0) } }
        token = try json.claim("jti") { $0.text.flatMap { TokenReference($0) } }
        issuer = try json.claim("iss") { $0.text.flatMap { IssuerText($0) } }
        expiresAtSeconds = try json.claim("exp") { $0.wholeNumber }
        isOnline = try json.claimIfPresent("online") { $0 == .boolean(true) ? true : nil } ?? false
        authority = isOnline && json.statesNoAuthority ? nil : try Authority(json)
    }
}

extension TokenClaims.Authority {
    fileprivate init(_ json: JSONValue) throws(ChainRefusal) {
        subject = try json.claim("sub") { $0.text.flatMap { AgentURI($0) } }
        audience =
            try json.claimIfPresent("aud") {
                $0.list(maximumCount: AudienceText.maximumListCount) { AudienceText($0) }
            } ?? []
        notBeforeSeconds = try json.claim("nbf") { $0.wholeNumber }
        issuedAtSeconds = try json.claim("iat") { $0.wholeNumber }
        scope = try json.claim("scope") {
            $0.list(maximumCount: ScopeText.maximumListCount) { ScopeText($0) }
        }
        keyThumbprint = try json.claim("cnf") { $0["jkt"]?.digest }
        delegation = try TokenClaims.Delegation(json)
    }
}

extension TokenClaims.Delegation {
    /// nil where the token has none of the three claims.
    fileprivate init?(_ json: JSONValue) throws(ChainRefusal) {
        let claims = [json["root"], json["delegation_chain"], json["chain_hash"]]
        if claims.allSatisfy({ $0 == nil }) { return nil }
        root = try json.claim("root") { $0.text }
        hops = try json.claim("delegation_chain") { $0.texts.flatMap { $0.isEmpty ? nil : $0 } }
        lastHopDigest = try json.claim("chain_hash") { $0.text.flatMap { Digest32(hex: $0) } }
    }
}

extension JSONValue {
    fileprivate func claim<Value>(
        _ name: StaticString, _ make: (JSONValue) -> Value?
    ) throws(ChainRefusal) -> Value {
        guard let value = try claimIfPresent(name, make) else { throw .claimMissing }
        return value
    }

    fileprivate func claimIfPresent<Value>(
        _ name: StaticString, _ make: (JSONValue) -> Value?
    ) throws(ChainRefusal) -> Value? {
        guard let claim = self[name] else { return nil }
        guard let value = make(claim) else { throw .claimMalformed }
        return value
    }

    /// Whether this can be the payload of a token by reference: a token that has lost a claim is
    /// not one.
    fileprivate var statesNoAuthority: Bool {
        let names: [StaticString] = [
            "sub", "aud", "nbf", "iat", "scope", "cnf", "root", "delegation_chain", "chain_hash",
        ]
        return names.allSatisfy { self[$0] == nil }
    }

    /// An array of one to `maximumCount` texts.
    fileprivate func list<Text: ClaimText>(
        maximumCount: Int, _ make: ([UInt8]) -> Text?
    ) -> [Text]? {
        guard let texts, 1...maximumCount ~= texts.count else { return nil }
        let list = texts.compactMap(make)
        return list.count == texts.count ? list : nil
    }

    /// 32 bytes in base64url.
    fileprivate var digest: Digest32? {
        text.flatMap { Base64URL.decode($0) }.flatMap { Digest32($0) }
    }
}

extension Digest32 {
    /// From 64 lower-case hexadecimal characters; nil for anything else.
    fileprivate init?(hex text: [UInt8]) {
        var bytes = [UInt8](repeating: 0, count: Digest32.count)
        let isValid = text.withUnsafeBytes { text in
            bytes.withUnsafeMutableBytes { Hex.decode(text, into: $0) }
        }
        guard isValid else { return nil }
        self.init(bytes)
    }
}
