/// A compact JWS that is well formed and nothing more: three parts of strict base64url, the last
/// of 64 bytes. What its payload says is anybody's claim until a `TokenVerifier` or the broker's
/// own digest has vouched for the bytes.
///
/// It holds places, not bytes, so that parsing allocates nothing; the bytes stay with the caller,
/// who hands the same ones to every method.
package struct UntrustedToken: Equatable, Sendable {
    /// The length of the longest token there is, in characters.
    package static let maximumCount = 16 * 1_024

    private static let dot = UInt8(ascii: ".")
    private static let encodedSignatureCount = Base64URL.encodedCount(
        Ed25519PublicKey.signatureCount)

    /// The length of the whole token.
    package let count: Int
    package let headerRange: Range<Int>
    package let payloadRange: Range<Int>
    package let signatureRange: Range<Int>

    /// nil where the bytes are not such a token.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.maximumCount,
            let firstDot = Self.dot(after: 0, in: bytes),
            let secondDot = Self.dot(after: firstDot + 1, in: bytes),
            Base64URL.end(ofTextIn: bytes, from: secondDot + 1) == bytes.count
        else { return nil }
        count = bytes.count
        headerRange = 0..<firstDot
        payloadRange = firstDot + 1..<secondDot
        signatureRange = secondDot + 1..<bytes.count
        guard signatureRange.count == Self.encodedSignatureCount else { return nil }
    }

    /// The dot that ends the part that begins at `start`; nil where the part is empty or is not
    /// strict base64url.
    private static func dot(after start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let end = Base64URL.end(ofTextIn: bytes, from: start), end > start,
            end < bytes.count, bytes[end] == dot
        else { return nil }
        return end
    }

    /// `header.payload`: what the signature covers.
    package var signingInputRange: Range<Int> { 0..<payloadRange.upperBound }

    package var decodedPayloadCount: Int { Base64URL.decodedCount(payloadRange.count) }

    /// Writes the payload's JSON into a buffer of at least `decodedPayloadCount` bytes.
    package func decodePayload(
        of bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        precondition(target.count >= decodedPayloadCount, "the target has room for the payload")
        guard let count = Base64URL.decode(part(payloadRange, of: bytes), into: target) else {
            preconditionFailure("a token is asked about the bytes it was parsed from")
        }
        return count
    }

    /// The payload's JSON.
    package func decodePayload(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: decodedPayloadCount) { target, used in
            used = decodePayload(of: bytes, into: UnsafeMutableRawBufferPointer(target))
        }
    }

    /// One of the parts, in the bytes that the token was parsed from.
    func part(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        precondition(bytes.count == count, "a token is asked about the bytes it was parsed from")
        return UnsafeRawBufferPointer(rebasing: bytes[range])
    }
}
