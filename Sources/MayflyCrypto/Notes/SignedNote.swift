/// Why a note was not verified.
package enum NoteRefusal: Error, Equatable, Sendable {
    /// Longer than 16 KiB.
    case tooLong
    /// Not a text, an empty line, and one to sixteen signature lines.
    case malformed
    /// None of the signatures is by the name and key asked for.
    case unknownSigner
    case invalidSignature
    /// The text above the signatures is not a checkpoint.
    case notACheckpoint
}

/// C2SP signed notes that hold a checkpoint: its text, an empty line, and signature lines
/// `— <name> <base64 of key id and signature>`.
///
/// Others may add their signatures (witnesses do); a verifier skips those it has no key for.
package enum SignedNote {
    package static let maximumCount = 16 * 1_024
    package static let maximumSignatures = 16

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    /// An em dash and a space.
    private static let signaturePrefix = [UInt8]("\u{2014} ".utf8)

    /// The note with one signature, by `key` under `name`.
    package static func sign(
        _ checkpoint: Checkpoint, with key: Ed25519PrivateKey, name: NoteName
    ) -> [UInt8] {
        var note = checkpoint.text
        let identified =
            NoteVerifierKey(name: name, key: key.publicKey).id
            + key.signature(for: note)
        note.append(newline)
        note.append(contentsOf: signaturePrefix)
        note.append(contentsOf: name.bytes)
        note.append(space)
        note.append(contentsOf: Base64.encode(identified))
        note.append(newline)
        return note
    }

    /// The checkpoint, where every signature under the key's name and id is valid and there is one.
    package static func verify(
        _ note: UnsafeRawBufferPointer, with verifierKey: NoteVerifierKey
    ) -> Result<Checkpoint, NoteRefusal> {
        guard note.count <= maximumCount else { return .failure(.tooLong) }
        guard let (text, signatures) = parts(of: note) else { return .failure(.malformed) }
        var isSigned = false
        for signature in signatures {
            guard signature.name == verifierKey.name.bytes, signature.keyID == verifierKey.id else {
                continue
            }
            let isValid = signature.bytes.withUnsafeBytes {
                verifierKey.key.isValidSignature($0, for: text)
            }
            guard isValid else { return .failure(.invalidSignature) }
            isSigned = true
        }
        guard isSigned else { return .failure(.unknownSigner) }
        guard let checkpoint = Checkpoint(parsing: text) else { return .failure(.notACheckpoint) }
        return .success(checkpoint)
    }

    package static func verify(
        _ note: [UInt8], with verifierKey: NoteVerifierKey
    ) -> Result<Checkpoint, NoteRefusal> {
        note.withUnsafeBytes { verify($0, with: verifierKey) }
    }

    private struct Signature {
        let name: [UInt8]
        let keyID: [UInt8]
        let bytes: [UInt8]
    }

    /// The text with its last newline, and the signatures. The first empty line ends the text: a
    /// checkpoint has none in it.
    private static func parts(
        of note: UnsafeRawBufferPointer
    ) -> (UnsafeRawBufferPointer, [Signature])? {
        var textCount = 0
        var lines = LineReader(note)
        while let line = lines.next(), !line.isEmpty { textCount += line.count + 1 }
        guard textCount > 0, !lines.isAtEnd else { return nil }
        var signatures: [Signature] = []
        while !lines.isAtEnd {
            guard signatures.count < maximumSignatures,
                let signature = lines.next().flatMap({ parseSignature($0) })
            else { return nil }
            signatures.append(signature)
        }
        return (UnsafeRawBufferPointer(rebasing: note.prefix(textCount)), signatures)
    }

    private static func parseSignature(_ line: UnsafeRawBufferPointer) -> Signature? {
        guard let (nameText, encoded) = line.after(signaturePrefix)?.split(at: space),
            let name = NoteName(nameText),
            let identified = Base64.decode(encoded), identified.count > NoteVerifierKey.idCount
        else { return nil }
        return Signature(
            name: name.bytes,
            keyID: [UInt8](identified.prefix(NoteVerifierKey.idCount)),
            bytes: [UInt8](identified.dropFirst(NoteVerifierKey.idCount)))
    }
}
