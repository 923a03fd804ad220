/// What canonical JSON is written with: direct bytes, no escapes, because no value needs any.
extension [UInt8] {
    mutating func append(_ literal: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(base64 digest: Digest32) {
        digest.withBytes { Base64URL.append($0, to: &self) }
    }

    mutating func append(base64 key: Ed25519PublicKey) {
        key.withBytes { Base64URL.append($0, to: &self) }
    }

    /// `["a","b"]`; of at least one text.
    mutating func append(array texts: [some ClaimText]) {
        precondition(!texts.isEmpty, "an empty list is left out")
        append(#"[""#)
        for (index, text) in texts.enumerated() {
            if index > 0 { append(#"",""#) }
            append(contentsOf: text.bytes)
        }
        append(#""]"#)
    }
}
