internal import MayflyClient
internal import MayflyCrypto

/// Keys to verify tokens with, as arguments: what `mayfly keys --json` wrote into a file, or single
/// public keys, in base64url or in a file.
enum TokenKeys {
    private static let maximumFileBytes = 256 << 10

    /// - Parameter issuer: what the caller says; nil where the keys themselves say it.
    static func read(_ arguments: [String], issuer: String?) throws(Failure) -> BrokerKeys {
        var keys: [BrokerKey] = []
        var issuers: [String] = []
        for argument in arguments {
            if let document = try document(argument) {
                issuers.append(document.issuer)
                keys += document.keys
            } else if let key = BrokerKey(tokenKey: try PublicKeyText.read(argument)) {
                keys.append(key)
            }
        }
        guard let issuer = issuer ?? issuers.first else {
            throw .usage("Name the issuer with --issuer: a key alone does not say it.")
        }
        return BrokerKeys(issuer: issuer, keys: keys)
    }

    /// Nil where the argument is no file of JSON.
    private static func document(_ argument: String) throws(Failure) -> BrokerKeys? {
        guard !PublicKeyText.isKey(argument) else { return nil }
        let text = try Files.text(argument, limit: maximumFileBytes)
        guard text.first(where: { !$0.isWhitespace }) == "{" else { return nil }
        let json = compact(text).withUnsafeBytes { JSONReader.read($0) }
        guard let issuer = json?["issuer"]?.text, case .array(let entries)? = json?["keys"] else {
            throw .usage("\(argument): not what `mayfly keys --json` writes.")
        }
        let keys = entries.compactMap { entry -> BrokerKey? in
            guard entry["use"]?.text == [UInt8]("token".utf8),
                let key = entry["public_key"]?.text.flatMap({ Base64URL.decode($0) })
            else { return nil }
            return BrokerKey(tokenKey: key)
        }
        return BrokerKeys(issuer: String(decoding: issuer, as: UTF8.self), keys: keys)
    }

    /// Without white space, which may come from a formatter: no text in the document has any.
    private static func compact(_ text: String) -> [UInt8] {
        text.utf8.filter { byte in
            byte != UInt8(ascii: " ") && !(UInt8(ascii: "\t")...UInt8(ascii: "\r") ~= byte)
        }
    }
}
