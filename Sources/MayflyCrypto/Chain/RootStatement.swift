/// What a chain of delegations begins with: the grant that an agent was spawned with.
///
/// In a token it is one text, base64url of canonical JSON, made at the spawn and copied verbatim:
///
///     {"agent":"spiffe://…","key":"<32 bytes in base64url>","scope":["…"],"aud":["…"],
///      "not_after":<seconds>,"grant":"<32 hex>"}
///
/// without the line break, and without `aud` where the grant names no audience.
package struct RootStatement: Equatable, Sendable {
    package let agent: AgentURI
    package let key: Ed25519PublicKey
    /// 1 to 32, in the order of the token.
    package let scope: [ScopeText]
    /// 0 to 8.
    package let audience: [AudienceText]
    /// Seconds since the Unix epoch that no renewal and no delegation passes.
    package let notAfterSeconds: UInt64
    package let grant: GrantReference

    package init(
        agent: AgentURI, key: Ed25519PublicKey, scope: [ScopeText], audience: [AudienceText],
        notAfterSeconds: UInt64, grant: GrantReference
    ) {
        precondition(1...ScopeText.maximumListCount ~= scope.count, "a grant has 1 to 32 scopes")
        precondition(audience.count <= AudienceText.maximumListCount, "at most 8 audiences")
        self.agent = agent
        self.key = key
        self.scope = scope
        self.audience = audience
        self.notAfterSeconds = notAfterSeconds
        self.grant = grant
    }

    /// The text that stands in the `root` claim; the first hop names its SHA-256.
    package func encoded() -> [UInt8] {
        var json: [UInt8] = []
        json.append(#"{"agent":""#)
        json += agent.bytes
        json.append(#"","key":""#)
        json.append(base64: key)
        json.append(#"","scope":"#)
        json.append(array: scope)
        if !audience.isEmpty {
            json.append(#","aud":"#)
            json.append(array: audience)
        }
        json.append(#","not_after":"#)
        DecimalText.append(notAfterSeconds, to: &json)
        json.append(#","grant":""#)
        grant.appendText(to: &json)
        json.append(#""}"#)
        return Base64URL.encode(json)
    }

    /// nil where the text is not the one text of any statement.
    package init?(parsing text: UnsafeRawBufferPointer) {
        guard let json = Base64URL.decode(text),
            let statement = json.withUnsafeBytes({ try? Self(json: $0) })
        else { return nil }
        self = statement
    }

    private init(json: UnsafeRawBufferPointer) throws(CanonicalReader.Malformed) {
        var reader = CanonicalReader(json)
        try reader.expect(#"{"agent":""#)
        agent = try reader.text { AgentURI($0) }
        try reader.expect(#","key":""#)
        key = try reader.text { Base64URL.decode($0).flatMap { Ed25519PublicKey($0) } }
        try reader.expect(#","scope":[""#)
        scope = try reader.texts(maximumCount: ScopeText.maximumListCount) { ScopeText($0) }
        if reader.skipIfPresent(#","aud":[""#) {
            audience = try reader.texts(maximumCount: AudienceText.maximumListCount) {
                AudienceText($0)
            }
        } else {
            audience = []
        }
        try reader.expect(#","not_after":"#)
        notAfterSeconds = try reader.number()
        try reader.expect(#","grant":""#)
        grant = try reader.text { GrantReference($0) }
        try reader.expect("}")
        guard reader.isAtEnd else { throw CanonicalReader.Malformed() }
    }
}
