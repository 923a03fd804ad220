/// Digests of secrets that others hold: launch tokens and the secrets of clients.
///
/// BLAKE2b-256 under the key file's digest key. The database keeps the digests and not the key, so
/// that who reads it learns nothing to present, and cannot even tell whether a guess is right.
package struct SecretDigester: Sendable {
    private let key: LockedSecret

    /// `key` is 32 bytes.
    package init(key: LockedSecret) {
        precondition(key.count == Blake2b.keyCount, "a digest key is 32 bytes")
        self.key = key
    }

    /// The digest of a secret's 32 bytes, which are not those of its text (`SecretText`).
    package func digest(_ secret: UnsafeRawBufferPointer) -> Digest32 {
        precondition(secret.count == SecretText.secretCount, "a secret is 32 bytes")
        return Blake2b.digest256(secret, key: key)
    }
}
