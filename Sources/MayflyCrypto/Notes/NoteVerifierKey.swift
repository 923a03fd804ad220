/// Who signs notes: a name and an Ed25519 public key, written as the line that C2SP signed-note
/// verifiers take: `<name>+<key id in hex>+<base64 of 0x01 and the key>`.
package struct NoteVerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// The signature type for Ed25519.
    private static let algorithm: UInt8 = 0x01
    static let idCount = 4
    /// The length of the longest line that is read.
    private static let maximumCount = NoteName.maximumCount + 64

    package let name: NoteName
    package let key: Ed25519PublicKey
    /// The first four bytes of SHA-256(name || 0x0A || 0x01 || key).
    package let id: [UInt8]

    package init(name: NoteName, key: Ed25519PublicKey) {
        self.name = name
        self.key = key
        var hasher = SHA256()
        name.bytes.withUnsafeBytes { hasher.update($0) }
        hasher.update(byte: UInt8(ascii: "\n"))
        hasher.update(byte: Self.algorithm)
        key.withBytes { hasher.update($0) }
        id = [UInt8](hasher.finalize().bytes.prefix(Self.idCount))
    }

    /// nil where the text is not such a line, or its key id is not the one of its name and key.
    package init?(_ text: String) {
        let line = [UInt8](text.utf8)
        guard line.count <= Self.maximumCount,
            let value = line.withUnsafeBytes({ Self.parse($0) }),
            [UInt8](value.description.utf8) == line
        else { return nil }
        self = value
    }

    /// Reads name and key; the caller compares the rest by writing them again.
    private static func parse(_ line: UnsafeRawBufferPointer) -> NoteVerifierKey? {
        let plus = UInt8(ascii: "+")
        guard let (nameText, afterName) = line.split(at: plus),
            let (_, keyText) = afterName.split(at: plus),
            let name = NoteName(nameText),
            let bytes = Base64.decode(keyText), bytes.first == algorithm,
            let key = Ed25519PublicKey([UInt8](bytes.dropFirst()))
        else { return nil }
        return NoteVerifierKey(name: name, key: key)
    }

    package var description: String {
        let digits = [UInt8]("0123456789abcdef".utf8)
        var line = name.bytes
        line.append(UInt8(ascii: "+"))
        for byte in id {
            line.append(digits[Int(byte >> 4)])
            line.append(digits[Int(byte & 0x0F)])
        }
        line.append(UInt8(ascii: "+"))
        line.append(contentsOf: Base64.encode([Self.algorithm] + key.bytes))
        return String(decoding: line, as: UTF8.self)
    }
}
