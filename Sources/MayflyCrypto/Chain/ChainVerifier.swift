/// A token that the broker issued, with its whole lineage verified; only a `ChainVerifier` makes it.
///
/// It says what was granted, by whom and until when. That nothing has ended since only the broker
/// can tell: `lineage` has what its revocations name.
package struct VerifiedChain: Equatable, Sendable {
    /// An agent and the grant by which it holds its authority.
    package struct Link: Equatable, Sendable {
        package let agent: AgentURI
        package let grant: GrantReference
    }

    package struct Authority: Equatable, Sendable {
        package let subject: AgentURI
        /// 1 to 32.
        package let scope: [ScopeText]
        /// Empty where the token names none.
        package let audience: [AudienceText]
        package let issuedAtSeconds: UInt64
        /// Of the key that the subject can be asked to sign with (RFC 7638).
        package let keyThumbprint: Digest32
        /// From the root to the subject: one link for a token that was not delegated, at most six.
        package let lineage: [Link]
    }

    /// The claims' JSON, exactly as signed.
    package let payload: [UInt8]
    package let signer: Ed25519PublicKey
    package let issuer: IssuerText
    package let grant: GrantReference
    package let token: TokenReference
    /// Seconds since the Unix epoch.
    package let expiresAtSeconds: UInt64
    /// Whether the token is worth nothing until the broker has been asked.
    package let isOnline: Bool
    /// nil for a token by reference: what it stands for only the broker can say.
    package let authority: Authority?

    fileprivate init(
        _ token: VerifiedToken, _ claims: TokenClaims, isOnline: Bool, authority: Authority?
    ) {
        payload = token.payload
        signer = token.signer
        issuer = claims.issuer
        grant = claims.grant
        self.token = claims.token
        expiresAtSeconds = claims.expiresAtSeconds
        self.isOnline = isOnline
        self.authority = authority
    }
}

/// Verifies tokens and the delegations in them with nothing but the broker's public keys.
package struct ChainVerifier: Sendable {
    private let verifier: TokenVerifier
    private let issuer: IssuerText

    /// The keys that the broker signs tokens with, and the issuer it is known as.
    package init(keys: [Ed25519PublicKey], issuer: IssuerText) {
        verifier = TokenVerifier(keys: keys)
        self.issuer = issuer
    }

    /// - Parameters:
    ///   - audience: one that the token must name; nil where any token will do. A token by reference
    ///     names none: its audience is for the broker to say.
    ///   - now: seconds since the Unix epoch.
    ///   - leeway: how far the clocks may be apart, in seconds.
    package func verify(
        _ bytes: UnsafeRawBufferPointer, for audience: AudienceText? = nil, now: UInt64,
        leeway: UInt64
    ) -> Result<VerifiedChain, ChainRefusal> {
        Result { () throws(ChainRefusal) in
            let token: VerifiedToken
            switch verifier.verify(bytes) {
            case .success(let verified): token = verified
            case .failure(let refusal): throw ChainRefusal(refusal)
            }
            let claims = try TokenClaims(payload: token.payload)
            guard claims.issuer == issuer else { throw .issuerMismatch }
            try checkTimes(claims, now: now, leeway: leeway)
            guard let stated = claims.authority else {
                return VerifiedChain(token, claims, isOnline: true, authority: nil)
            }
            if let audience, !stated.audience.contains(audience) { throw .audienceMismatch }
            return try follow(stated, of: claims, token)
        }
    }

    package func verify(
        _ bytes: [UInt8], for audience: AudienceText? = nil, now: UInt64, leeway: UInt64
    ) -> Result<VerifiedChain, ChainRefusal> {
        bytes.withUnsafeBytes { verify($0, for: audience, now: now, leeway: leeway) }
    }

    /// Times that no clock reaches are no overflow.
    private func checkTimes(
        _ claims: TokenClaims, now: UInt64, leeway: UInt64
    ) throws(ChainRefusal) {
        let (latest, isBeyond) = now.addingReportingOverflow(leeway)
        let (earliest, isBefore) = now.subtractingReportingOverflow(leeway)
        guard isBefore || earliest < claims.expiresAtSeconds else { throw .expired }
        guard let stated = claims.authority, !isBeyond else { return }
        guard stated.notBeforeSeconds <= latest, stated.issuedAtSeconds <= latest else {
            throw .notYetValid
        }
    }

    private func follow(
        _ stated: TokenClaims.Authority, of claims: TokenClaims, _ token: VerifiedToken
    ) throws(ChainRefusal) -> VerifiedChain {
        var lineage: [VerifiedChain.Link] = []
        var isOnline = claims.isOnline
        if let delegation = stated.delegation {
            guard delegation.hops.count <= Int(Hop.maximumDepth) else { throw .depthExceeded }
            var walk = try ChainWalk(root: delegation.root, issuer: issuer)
            for hop in delegation.hops {
                lineage.append(VerifiedChain.Link(agent: walk.agent, grant: walk.grant))
                try walk.follow(hop)
            }
            try check(stated, of: claims, against: walk, lastHopDigest: delegation.lastHopDigest)
            // Only the broker can count uses, whether or not the token says so.
            isOnline = isOnline || walk.maximumUses != nil
        }
        lineage.append(VerifiedChain.Link(agent: stated.subject, grant: claims.grant))
        let authority = VerifiedChain.Authority(
            subject: stated.subject, scope: stated.scope, audience: stated.audience,
            issuedAtSeconds: stated.issuedAtSeconds, keyThumbprint: stated.keyThumbprint,
            lineage: lineage)
        return VerifiedChain(token, claims, isOnline: isOnline, authority: authority)
    }

    /// The token states what the last hop gave, or less of it.
    private func check(
        _ stated: TokenClaims.Authority, of claims: TokenClaims, against walk: ChainWalk,
        lastHopDigest: Digest32
    ) throws(ChainRefusal) {
        guard lastHopDigest == walk.digest else { throw .chainHashMismatch }
        guard claims.grant == walk.grant else { throw .grantMismatch }
        guard stated.subject == walk.agent else { throw .subjectMismatch }
        guard stated.keyThumbprint == walk.key.thumbprintDigest else { throw .keyMismatch }
        guard walk.scope.cover(stated.scope) else { throw .scopeWidened }
        // A token without an audience would be for whoever does not ask.
        guard stated.audience.allSatisfy(walk.audience.contains),
            stated.audience.isEmpty == walk.audience.isEmpty
        else { throw .audienceWidened }
        guard claims.expiresAtSeconds <= walk.expiresAtSeconds else { throw .expiryWidened }
    }
}
