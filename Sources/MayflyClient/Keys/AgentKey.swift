package import MayflyCrypto

/// An agent's Ed25519 key pair (RFC 8032). Its secret half is wiped when the last reference ends,
/// and is never printed.
public final class AgentKey: Sendable {
    let pair: AgentKeyPair

    /// A fresh random key; about 16 microseconds.
    public init() { pair = AgentKeyPair() }

    /// The key of a seed.
    ///
    /// - Parameter seed: 32 secret random bytes, which stay the caller's to wipe; nil for any other
    ///   count.
    public init?(seed: UnsafeRawBufferPointer) {
        guard seed.count == PrivateKeyText.seedBytes else { return nil }
        pair = AgentKeyPair(seed: seed)
    }

    package init(seed: LockedSecret) {
        precondition(seed.count == PrivateKeyText.seedBytes, "a seed is 32 bytes")
        pair = seed.withBytes { AgentKeyPair(seed: $0) }
    }

    /// Reads a key file, as `mayfly spawn --key-out` and `openssl genpkey -algorithm ed25519` write
    /// it: PKCS #8 in PEM (RFC 8410, RFC 7468), unencrypted.
    ///
    /// - Throws: `invalidRequest` where the file cannot be read, may be read by others than its
    ///   owner, or is no such key.
    public convenience init(contentsOf path: String) throws(MayflyError) {
        self.init(seed: try PrivateKeyText.readSeed(path))
    }

    /// The public half, 32 bytes.
    public var publicKey: [UInt8] { pair.publicKey.bytes }

    /// The RFC 7638 thumbprint in base64url, 43 characters: the `cnf.jkt` of the agent's token.
    public var thumbprint: String {
        String(decoding: pair.publicKey.thumbprint, as: UTF8.self)
    }

    /// Signs a message.
    ///
    /// - Returns: the 64 bytes of an Ed25519 signature.
    public func signature(for message: [UInt8]) -> [UInt8] { pair.signature(for: message) }
}

extension AgentKey: CustomStringConvertible, CustomReflectable {
    /// The thumbprint.
    public var description: String { thumbprint }

    /// Nothing secret.
    public var customMirror: Mirror { Mirror(self, children: ["thumbprint": thumbprint]) }
}
