private import Glibc

/// Writes tokens: compact JWS (RFC 7515) with EdDSA (RFC 8037) under one key, in one encoding.
///
/// In two steps, because the broker digests `header.payload` when a grant is applied and signs
/// while the grant is being made durable.
package struct TokenSigner: Sendable {
    private static let dot = UInt8(ascii: ".")
    package static let encodedSignatureCount = Base64URL.encodedCount(
        Ed25519PublicKey.signatureCount)

    package let key: Ed25519PrivateKey
    private let encodedHeader: [UInt8]

    package init(key: Ed25519PrivateKey) {
        self.key = key
        encodedHeader = TokenHeader.encoded(for: key.publicKey)
    }

    /// The length of a whole token with a payload of `payloadCount` bytes.
    package func encodedCount(payloadCount: Int) -> Int {
        encodedHeader.count + 1 + Base64URL.encodedCount(payloadCount) + 1
            + Self.encodedSignatureCount
    }

    /// Where the payload of a token with this key's header begins; nil where the bytes have another
    /// header. It is compared, never interpreted.
    package func payloadStart(in token: UnsafeRawBufferPointer) -> Int? {
        let start = encodedHeader.count + 1
        guard token.count > start, token[encodedHeader.count] == Self.dot else { return nil }
        let isOurs = encodedHeader.withUnsafeBytes { header in
            guard let ours = header.baseAddress, let theirs = token.baseAddress else {
                return false
            }
            return memcmp(ours, theirs, header.count) == 0
        }
        return isOurs ? start : nil
    }

    /// Appends `header.payload`, what the signature covers; the payload is the claims' JSON.
    package func appendSigningInput(_ payload: UnsafeRawBufferPointer, to target: inout [UInt8]) {
        target.append(contentsOf: encodedHeader)
        target.append(Self.dot)
        Base64URL.append(payload, to: &target)
    }

    /// Signs what stands in the target from `start` to its end, and appends `.signature`.
    package func appendSignature(over start: Int, to target: inout [UInt8]) {
        precondition(start < target.count, "there is something to sign")
        withUnsafeTemporaryAllocation(
            byteCount: Ed25519PublicKey.signatureCount, alignment: 8
        ) { signature in
            target.withUnsafeBytes { bytes in
                key.sign(UnsafeRawBufferPointer(rebasing: bytes[start...]), into: signature)
            }
            target.append(Self.dot)
            Base64URL.append(UnsafeRawBufferPointer(signature), to: &target)
        }
    }

    /// A whole token.
    package func token(payload: UnsafeRawBufferPointer) -> [UInt8] {
        var token: [UInt8] = []
        token.reserveCapacity(encodedCount(payloadCount: payload.count))
        appendSigningInput(payload, to: &token)
        appendSignature(over: 0, to: &token)
        return token
    }
}
