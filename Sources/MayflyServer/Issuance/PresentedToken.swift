internal import MayflyCore
internal import MayflyCrypto

/// A token as a peer presents it, before anyone has said that it is one of ours.
struct PresentedToken {
    let presentation: Presentation
    private let payloadStart: Int

    /// Inline tokens are at most this long: bytes.
    static let maximumBytes = Limits.inlineTokenBytes

    private static let payloadStart: StaticString = #"{"grant":""#
    /// The payload up to the end of the grant id is 42 bytes: 56 characters of base64url.
    private static let namedBytes = 42
    private static let namedCharacters = 56

    /// Nil where the bytes cannot be a token of one of this issuer's keys: the header is compared,
    /// not parsed, and the grant's id stands at a fixed place.
    init?(_ token: UnsafeRawBufferPointer, issuer: TokenIssuer) {
        guard token.count <= Self.maximumBytes,
            let start = issuer.keys.find(token)?.payloadStart,
            token.count > start + Self.namedCharacters
        else { return nil }
        let named = UnsafeRawBufferPointer(rebasing: token[start..<(start + Self.namedCharacters)])
        let grant: GrantID? = withUnsafeTemporaryAllocation(
            byteCount: Self.namedBytes, alignment: 1
        ) { space in
            guard Base64URL.decode(named, into: space) == Self.namedBytes else { return nil }
            let decoded = UnsafeRawBufferPointer(space)
            let start = Self.payloadStart.utf8CodeUnitCount
            let expected = UnsafeRawBufferPointer(
                start: Self.payloadStart.utf8Start, count: start)
            guard zip(decoded, expected).allSatisfy({ $0 == $1 }) else { return nil }
            return parseHex(UnsafeRawBufferPointer(rebasing: decoded[start...]))
        }
        guard let grant else { return nil }
        payloadStart = start
        presentation = Presentation(
            grant: grant, digest: Digest(issuer.fingerprinter.fingerprint(token)))
    }
}

/// What needs the token's own bytes again.
extension PresentedToken {
    /// The payload's JSON, of a token that was found valid and so is canonical: its parts have the
    /// lengths that this issuer gave them.
    func claims(of token: UnsafeRawBufferPointer) -> [UInt8] {
        let end = token.count - 1 - TokenSigner.encodedSignatureCount
        guard payloadStart < end else { return [] }
        return Base64URL.decode(UnsafeRawBufferPointer(rebasing: token[payloadStart..<end])) ?? []
    }

    /// What the recovered grant's token digests to, if this one states the same: nil where the
    /// digest of `header.payload` is another.
    ///
    /// No digest of the signature was kept. Ed25519 signatures are deterministic (RFC 8032), so the
    /// issuer signs once more and has it: cheaper than to verify the presented one, and whoever
    /// presents a forged signature, however often, costs one signature in the grant's life.
    func digestOfOriginal(
        _ token: UnsafeRawBufferPointer, as grant: UnprovenGrant, by issuer: TokenIssuer
    ) -> Digest? {
        // A key that was forgotten has no grants but some that expired and are still to be swept.
        // Looked up once: at a rotation another ring may come in between.
        guard let signer = issuer.keys.signer(grant.key.rawValue) else { return nil }
        guard let dot = token.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let signed = UnsafeRawBufferPointer(rebasing: token[..<dot])
        let digest = Digest(Blake2b.digest256(signed))
        guard digest.equalsInConstantTime(grant.unsignedDigest) else { return nil }
        var original = [UInt8](signed)
        signer.appendSignature(over: 0, to: &original)
        return original.withUnsafeBytes { Digest(issuer.fingerprinter.fingerprint($0)) }
    }
}
