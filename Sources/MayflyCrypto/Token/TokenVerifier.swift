/// Why a token was not verified.
package enum TokenRefusal: Error, Equatable, Sendable {
    /// Not three parts of strict base64url with a 64-byte signature, or over 16 KiB.
    case malformed
    /// The header is not, byte for byte, ours for one of the keys.
    case foreignHeader
    case invalidSignature
}

/// A token whose signature a known key made. That it is still valid only the broker can tell.
package struct VerifiedToken: Equatable, Sendable {
    /// The claims' JSON, exactly as signed.
    package let payload: [UInt8]
    package let signer: Ed25519PublicKey

    fileprivate init(payload: [UInt8], signer: Ed25519PublicKey) {
        self.payload = payload
        self.signer = signer
    }
}

/// Checks tokens against the broker's public keys; the only maker of a `VerifiedToken`.
///
/// The header is compared, never interpreted, so that no header can choose an algorithm or a key.
package struct TokenVerifier: Sendable {
    private struct KnownKey {
        let key: Ed25519PublicKey
        let encodedHeader: [UInt8]
    }

    private let knownKeys: [KnownKey]

    package init(keys: [Ed25519PublicKey]) {
        knownKeys = keys.map { KnownKey(key: $0, encodedHeader: TokenHeader.encoded(for: $0)) }
    }

    package func verify(_ bytes: UnsafeRawBufferPointer) -> Result<VerifiedToken, TokenRefusal> {
        guard let token = UntrustedToken(bytes) else { return .failure(.malformed) }
        return verify(token, of: bytes)
    }

    package func verify(_ bytes: [UInt8]) -> Result<VerifiedToken, TokenRefusal> {
        bytes.withUnsafeBytes { verify($0) }
    }

    /// As above, for a token already parsed from these bytes.
    package func verify(
        _ token: UntrustedToken, of bytes: UnsafeRawBufferPointer
    ) -> Result<VerifiedToken, TokenRefusal> {
        let header = token.part(token.headerRange, of: bytes)
        guard let known = knownKeys.first(where: { header.elementsEqual($0.encodedHeader) }) else {
            return .failure(.foreignHeader)
        }
        let isValid = withUnsafeTemporaryAllocation(
            byteCount: Ed25519PublicKey.signatureCount, alignment: 8
        ) { signature in
            let encoded = token.part(token.signatureRange, of: bytes)
            guard Base64URL.decode(encoded, into: signature) == signature.count else {
                return false
            }
            return known.key.isValidSignature(
                UnsafeRawBufferPointer(signature),
                for: token.part(token.signingInputRange, of: bytes))
        }
        guard isValid else { return .failure(.invalidSignature) }
        return .success(
            VerifiedToken(payload: token.decodePayload(of: bytes), signer: known.key))
    }
}
