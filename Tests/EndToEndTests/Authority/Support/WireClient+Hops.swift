internal import MayflyCrypto
internal import MayflyWire

/// Delegation: hops as their delegators sign them.
extension WireClient {
    /// What a delegator says, for this connection: everything follows from the giver's grant unless
    /// it is changed.
    func hopContent(
        from giver: LiveAgent, to taker: LiveAgent, scope: [String]? = nil,
        _ edit: (inout Hop.Content) -> Void = { _ in }
    ) throws -> Hop.Content {
        let opened = try openRegistration()
        func known<Value>(_ value: Value?) throws -> Value {
            guard let value else { throw Failure.malformed("not a part of a hop") }
            return value
        }
        var content = Hop.Content(
            issuer: try known(IssuerText(opened.issuer)),
            challenge: try known(Challenge(opened.challenge)),
            proofSequence: try nextProofSequence(), delegator: try known(AgentURI(giver.id)),
            delegatorKey: giver.key.publicKey, delegate: try known(AgentURI(taker.id)),
            delegateKey: taker.key.publicKey,
            held: try giver.scope.map { try known(ScopeText($0)) },
            scope: try (scope ?? giver.scope).map { try known(ScopeText($0)) }, audience: nil,
            maximumUses: nil, issuedAtSeconds: opened.nowMilliseconds / 1_000,
            expiresAtSeconds: giver.notAfter, parent: try known(GrantReference(giver.grant)),
            depth: min(giver.depth + 1, Hop.maximumDepth),
            previous: SHA256.digest(giver.lastLink))
        edit(&content)
        return content
    }

    func delegateRequest(
        _ token: [UInt8], _ hop: [UInt8], byReference: Bool = false
    ) -> DelegateRequestMessage {
        var message = DelegateRequestMessage()
        message.token = ByteView(copying: token)
        message.hop = ByteView(copying: hop)
        message.byReference = byReference
        return message
    }

    func delegate(
        from giver: LiveAgent, to taker: LiveAgent, scope: [String]? = nil,
        byReference: Bool = false, _ edit: (inout Hop.Content) -> Void = { _ in }
    ) throws -> LiveAgent {
        let content = try hopContent(from: giver, to: taker, scope: scope, edit)
        let hop = Hop.sign(content, with: giver.key)
        let told = try issued(
            .delegate, delegateRequest(giver.token, hop, byReference: byReference))
        return LiveAgent(
            key: taker.key, id: told.agentID, token: told.token, grant: told.grantID,
            expiresAt: told.expiresAt, notAfter: content.expiresAtSeconds,
            scope: content.scope.map(\.description), depth: content.depth, lastLink: hop)
    }

    /// What a delegation is answered with, as a word, from a connection of its own.
    func delegationWord(
        from giver: LiveAgent, to taker: LiveAgent, scope: [String]? = nil,
        signedBy signer: AgentKeyPair? = nil, _ edit: (inout Hop.Content) -> Void = { _ in }
    ) throws -> String {
        let content = try hopContent(from: giver, to: taker, scope: scope, edit)
        let hop = Hop.sign(content, with: giver.key, signedBy: signer)
        return word(try call(.delegate, delegateRequest(giver.token, hop)))
    }
}

extension Hop {
    /// A hop that another key may have signed than the one it names.
    static func sign(
        _ content: Content, with key: AgentKeyPair, signedBy signer: AgentKeyPair?
    ) -> [UInt8] {
        guard content.delegatorKey == key.publicKey, signer == nil else {
            // A content that names another key is signed by whoever it is given to.
            return forge(content, by: signer ?? key)
        }
        return sign(content, with: key)
    }

    private static func forge(_ content: Content, by signer: AgentKeyPair) -> [UInt8] {
        // Signed by a stand-in of the named key, and then, over the true payload, by the signer.
        let standIn = AgentKeyPair()
        var named = content
        named.delegatorKey = standIn.publicKey
        let dot = UInt8(ascii: ".")
        let parts = sign(named, with: standIn).split(separator: dot).map(Array.init)
        let payload = String(decoding: Base64URL.decode(parts[1]) ?? [], as: UTF8.self)
        func member(_ key: Ed25519PublicKey) -> String {
            "\"delegator_key\":\"" + String(decoding: Base64URL.encode(key.bytes), as: UTF8.self)
                + "\""
        }
        let text = payload.replacing(
            member(standIn.publicKey), with: member(content.delegatorKey))
        let signed = parts[0] + [dot] + Base64URL.encode([UInt8](text.utf8))
        return signed + [dot] + Base64URL.encode(signer.signature(for: signed))
    }
}
