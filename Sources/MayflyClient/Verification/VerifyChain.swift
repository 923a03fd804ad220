internal import MayflyCrypto

/// Verifies a token and the whole lineage in it with nothing but the broker's public keys: the
/// broker's signature over all of it, each hop by the key that the root or the hop before names,
/// their order, and that nothing grew on the way (proto/PROTOCOL.md, "Delegation").
///
/// About 50 microseconds, and as much again for each hop.
///
/// - Parameters:
///   - token: a compact JWS.
///   - keys: the broker's, fetched before; those for tokens are used, and no token chooses another.
///   - issuer: the `iss` that it must have; nil takes the keys' own.
///   - audience: one that it must name; nil where any token will do. A token by reference names none:
///     its audience is for the broker to say.
///   - time: nil takes this process's clock.
///   - leeway: how far that clock and the broker's may be apart.
/// - Returns: what the token says. `isOnline` and `RevocationSet.revokes` say whether that is enough.
/// - Throws: why it was not verified.
public func verifyChain(
    _ token: String, keys: BrokerKeys, issuer: String? = nil, audience: String? = nil,
    at time: UnixTime? = nil, leeway: Duration = .zero
) throws(VerificationRefusal) -> VerifiedToken {
    try LineageVerifier(keys: keys, issuer: issuer).verify(
        token, audience: audience, at: time ?? .now, leeway: leeway)
}

/// A broker's keys and issuer, made ready once for many tokens.
struct LineageVerifier: Sendable {
    private let verifier: ChainVerifier

    init(keys: BrokerKeys, issuer: String?) throws(VerificationRefusal) {
        // No token has an issuer that is none.
        guard let issuer = IssuerText(issuer ?? keys.issuer) else {
            throw VerificationRefusal(.issuerMismatch)
        }
        verifier = ChainVerifier(
            keys: keys.keys.filter { $0.use == .token }
                .compactMap { Ed25519PublicKey($0.publicKey) },
            issuer: issuer)
    }

    func verify(
        _ token: String, audience: String? = nil, at time: UnixTime, leeway: Duration
    ) throws(VerificationRefusal) -> VerifiedToken {
        var wanted: AudienceText?
        if let audience {
            guard let text = AudienceText(audience) else {
                throw VerificationRefusal(.audienceMismatch)
            }
            wanted = text
        }
        let verified = verifier.verify(
            [UInt8](token.utf8), for: wanted, now: time.seconds,
            leeway: leeway.wholeNanoseconds / 1_000_000_000)
        switch verified {
        case .success(let chain): return VerifiedToken(chain)
        case .failure(let refusal): throw VerificationRefusal(refusal)
        }
    }
}
