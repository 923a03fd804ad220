package import MayflyCrypto

/// Makes a broker's checkpoints, and knows its own again.
package struct CheckpointSigner: Sendable {
    private let key: Ed25519PrivateKey
    private let verifier: NoteVerifierKey

    /// The origin follows from the issuer: without its scheme, with `/audit` behind it. An issuer
    /// that cannot be part of a note's name is refused.
    package init(issuer: String, key: Ed25519PrivateKey) throws(StoreFailure) {
        guard let origin = Self.origin(issuer: issuer) else {
            throw .foreignIdentity("\(issuer) cannot be the name of a signed note")
        }
        self.key = key
        verifier = NoteVerifierKey(name: origin, key: key.publicKey)
    }

    /// What a verifier has to hold, as one line.
    package var verifierKey: String { verifier.description }

    package static func origin(issuer: String) -> NoteName? {
        var rest = Substring(issuer)
        if let scheme = rest.utf8.firstIndex(of: UInt8(ascii: ":")),
            rest[scheme...].hasPrefix("://")
        {
            rest = rest[scheme...].dropFirst(3)
        }
        while rest.hasSuffix("/") { rest.removeLast() }
        return rest.isEmpty ? nil : NoteName("\(rest)/audit")
    }

    func sign(size: UInt64, root: Digest32) -> String {
        let checkpoint = Checkpoint(origin: verifier.name, size: size, root: root)
        return String(
            decoding: SignedNote.sign(checkpoint, with: key, name: verifier.name), as: UTF8.self)
    }

    /// What the note says, if it is one of this signer's.
    func verify(_ note: String) -> Checkpoint? { Self.verify(note, with: verifier) }

    /// Nil as well for a checkpoint of another origin, signed with this key or not.
    static func verify(_ note: String, with verifier: NoteVerifierKey) -> Checkpoint? {
        guard case .success(let checkpoint) = SignedNote.verify([UInt8](note.utf8), with: verifier),
            checkpoint.origin == verifier.name
        else { return nil }
        return checkpoint
    }
}
