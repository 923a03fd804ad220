/// The name of a note's signer, and the origin line of a checkpoint.
///
/// Narrower than C2SP signed-note allows (any text without space and plus): 1 to 255 printable
/// ASCII characters, so that a name looks like what it is.
package struct NoteName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumCount = 255

    package let bytes: [UInt8]

    package init?(_ bytes: UnsafeRawBufferPointer) {
        let plus = UInt8(ascii: "+")
        guard (1...Self.maximumCount).contains(bytes.count),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != plus })
        else { return nil }
        self.bytes = [UInt8](bytes)
    }

    package init?(_ text: String) {
        guard let name = [UInt8](text.utf8).withUnsafeBytes({ NoteName($0) }) else { return nil }
        self = name
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
