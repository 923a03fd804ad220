/// The keys that sign the broker's tokens, by number: one, or a few while keys are rotated.
///
/// Which key signed a token is found by comparing its header with each of ours. A `kid` is never
/// read: it can only be one of these, byte for byte.
package struct TokenKeyRing: Sendable {
    private struct Entry: Sendable {
        let number: UInt32
        let signer: TokenSigner
    }

    private let entries: [Entry]

    /// The keys of a key file.
    package init(_ seeds: [TokenSigningSeed]) {
        self.init(
            seeds.map { ($0.number, TokenSigner(key: Ed25519PrivateKey(seed: $0.seed))) })
    }

    /// At least one, each with a number of its own.
    package init(_ signers: [(number: UInt32, signer: TokenSigner)]) {
        precondition(
            (1...KeyFile.maximumTokenSigningSeeds).contains(signers.count), "1 to 8 keys")
        precondition(
            Set(signers.map(\.number)).count == signers.count, "each key has a number of its own")
        entries = signers.map { Entry(number: $0.number, signer: $0.signer) }
            .sorted { $0.number < $1.number }
    }

    /// By ascending number.
    package var numbers: [UInt32] { entries.map(\.number) }

    package func signer(_ number: UInt32) -> TokenSigner? {
        entries.first { $0.number == number }?.signer
    }

    /// The number of the key whose header a token has, and where its payload begins; nil where the
    /// header is none of ours.
    ///
    /// Headers of one length, and equal up to the thumbprint: each key costs one comparison of a
    /// hundred bytes.
    package func find(
        _ token: UnsafeRawBufferPointer
    ) -> (number: UInt32, payloadStart: Int)? {
        // The newest first: most tokens are its. In place, because to copy an entry costs as much
        // as to compare.
        for index in entries.indices.reversed() {
            if let start = entries[index].signer.payloadStart(in: token) {
                return (entries[index].number, start)
            }
        }
        return nil
    }
}
