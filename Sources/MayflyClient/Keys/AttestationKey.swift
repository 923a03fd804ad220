package import MayflyCrypto

/// A key with which an app vouches for the agents of a batch. The operator registers its public
/// half with the app; the secret half lives in locked memory and is wiped at its end.
public final class AttestationKey: Sendable {
    let key: Ed25519PrivateKey

    /// A fresh random key, for as long as this process lives.
    public init() { key = Ed25519PrivateKey() }

    package init(seed: LockedSecret) {
        precondition(seed.count == PrivateKeyText.seedBytes, "a seed is 32 bytes")
        key = Ed25519PrivateKey(seed: seed)
    }

    /// Reads a key file, as `mayfly key new` and `openssl genpkey -algorithm ed25519` write it:
    /// PKCS #8 in PEM (RFC 8410, RFC 7468), unencrypted.
    ///
    /// - Throws: `invalidRequest` where the file cannot be read, may be read by others than its
    ///   owner, or is no such key.
    public convenience init(contentsOf path: String) throws(MayflyError) {
        self.init(seed: try PrivateKeyText.readSeed(path))
    }

    /// The public half, 32 bytes.
    public var publicKey: [UInt8] { key.publicKey.bytes }

    /// The public half in base64url, 43 characters, as `mayfly app add --attestation-key` takes it.
    public var publicKeyText: String {
        String(decoding: Base64URL.encode(publicKey), as: UTF8.self)
    }
}

extension AttestationKey: CustomStringConvertible, CustomReflectable {
    /// The public half in base64url.
    public var description: String { publicKeyText }

    /// Nothing secret.
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKeyText]) }
}
