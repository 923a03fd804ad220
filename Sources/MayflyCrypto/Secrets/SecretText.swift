/// Secrets as people and programs carry them: 32 random bytes as 64 lower-case hex characters.
///
/// The bytes themselves are only ever on the stack, wiped before it is left. The text goes where
/// the caller's answer is written and nowhere else.
package enum SecretText {
    static let secretCount = 32

    /// The length of every secret's text in characters.
    package static let count = Hex.encodedCount(secretCount)

    /// Makes a fresh secret: appends its text, once, and returns the digest to keep.
    package static func make(
        from random: inout RandomSource, for digester: SecretDigester,
        appendingTo text: inout [UInt8]
    ) -> Digest32 {
        withUnsafeTemporaryAllocation(byteCount: secretCount, alignment: 8) { secret in
            defer { wipe(secret) }
            random.fill(secret)
            let bytes = UnsafeRawBufferPointer(secret)
            Hex.append(bytes, to: &text)
            return digester.digest(bytes)
        }
    }

    /// The digest of the secret that a peer presents; nil where it is not the text of any.
    package static func digest(
        of text: UnsafeRawBufferPointer, by digester: SecretDigester
    ) -> Digest32? {
        withUnsafeTemporaryAllocation(byteCount: secretCount, alignment: 8) { secret in
            defer { wipe(secret) }
            guard Hex.decode(text, into: secret) else { return nil }
            return digester.digest(UnsafeRawBufferPointer(secret))
        }
    }
}
