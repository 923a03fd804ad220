/// The key's RFC 7638 thumbprint: SHA-256 of its JWK (RFC 8037, appendix A.3) in base64url.
extension Ed25519PublicKey {
    private static let prefix: StaticString = #"{"crv":"Ed25519","kty":"OKP","x":""#
    private static let suffix: StaticString = #""}"#

    package static let thumbprintCount = Base64URL.encodedCount(Digest32.count)

    /// The SHA-256 beneath the thumbprint's text.
    package var thumbprintDigest: Digest32 {
        let encodedCount = Base64URL.encodedCount(Self.count)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: encodedCount) { x in
            let encoded = UnsafeMutableRawBufferPointer(x)
            withBytes { Base64URL.encode($0, into: encoded) }
            var hasher = SHA256()
            hasher.update(Self.prefix)
            hasher.update(UnsafeRawBufferPointer(encoded))
            hasher.update(Self.suffix)
            return hasher.finalize()
        }
    }

    /// 43 characters.
    package var thumbprint: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(Self.thumbprintCount)
        appendThumbprint(to: &text)
        return text
    }

    /// Appends 43 characters; allocates nothing where the target has room.
    package func appendThumbprint(to target: inout [UInt8]) {
        thumbprintDigest.withBytes { Base64URL.append($0, to: &target) }
    }
}

extension SHA256 {
    /// The bytes of a literal of our own.
    mutating func update(_ literal: StaticString) {
        update(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
