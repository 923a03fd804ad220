internal import MayflyCrypto

/// Ed25519 public keys as arguments: 43 characters of base64url, or a file with that or with PEM
/// (`PUBLIC KEY`, RFC 8410).
enum PublicKeyText {
    private static let firstLine = "-----BEGIN PUBLIC KEY-----"
    private static let lastLine = "-----END PUBLIC KEY-----"
    /// SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING { key } }
    private static let prefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
    private static let maximumFileBytes = 4_096

    /// The 32 bytes of the key.
    static func read(_ argument: String) throws(Failure) -> [UInt8] {
        if let key = key(argument) { return key }
        let lines = try Files.text(argument, limit: maximumFileBytes)
            .split(whereSeparator: \.isNewline).map(String.init)
        if lines.count == 1, let key = key(lines[0]) { return key }
        if lines.count == 3, lines[0] == firstLine, lines[2] == lastLine,
            let encoded = Base64.decode([UInt8](lines[1].utf8)),
            encoded.count == prefix.count + Ed25519PublicKey.count, encoded.starts(with: prefix)
        {
            return [UInt8](encoded.dropFirst(prefix.count))
        }
        throw .usage("\(argument): holds no Ed25519 public key, in base64url or in PEM.")
    }

    /// Whether an argument is a key itself and not the name of a file.
    static func isKey(_ argument: String) -> Bool { key(argument) != nil }

    private static func key(_ text: String) -> [UInt8]? {
        guard let bytes = Base64URL.decode([UInt8](text.utf8)),
            bytes.count == Ed25519PublicKey.count
        else { return nil }
        return bytes
    }

    static func text(_ key: [UInt8]) -> String {
        String(decoding: Base64URL.encode(key), as: UTF8.self)
    }
}
