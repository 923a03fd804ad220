internal import MayflyCrypto

/// What a token calls itself. Nothing is verified.
enum TokenName {
    /// The `jti`.
    static func id(in token: String) throws(Failure) -> String {
        let bytes = [UInt8](token.utf8)
        let payload = bytes.withUnsafeBytes { bytes in
            UntrustedToken(bytes).map { $0.decodePayload(of: bytes) }
        }
        guard let payload, let claims = payload.withUnsafeBytes({ JSONReader.read($0) }),
            let id = claims["jti"]?.text
        else { throw .usage("Standard input holds no token.") }
        return String(decoding: id, as: UTF8.self)
    }
}
