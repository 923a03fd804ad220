/// The one header a token of ours has: `{"alg":"EdDSA","typ":"JWT","kid":"<thumbprint>"}`.
enum TokenHeader {
    /// The header for tokens signed by this key, as the base64url text in front of the first dot.
    static func encoded(for key: Ed25519PublicKey) -> [UInt8] {
        var json = [UInt8](#"{"alg":"EdDSA","typ":"JWT","kid":""#.utf8)
        key.appendThumbprint(to: &json)
        json.append(contentsOf: #""}"#.utf8)
        return Base64URL.encode(json)
    }
}
