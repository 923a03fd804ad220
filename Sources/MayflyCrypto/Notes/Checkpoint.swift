/// A statement of the audit tree's size and root: the body of a C2SP tlog-checkpoint.
///
/// Three lines: origin, size in decimal, root in base64. Extension lines, which the format allows
/// and discourages, are refused, so that every text accepted is the one text of its checkpoint.
package struct Checkpoint: Hashable, Sendable {
    package let origin: NoteName
    /// The number of leaves.
    package let size: UInt64
    /// The RFC 6962 root over them.
    package let root: Digest32

    package init(origin: NoteName, size: UInt64, root: Digest32) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed.
    var text: [UInt8] {
        var text = origin.bytes
        text.append(contentsOf: "\n\(size)\n".utf8)
        root.withBytes { Base64.append($0, to: &text) }
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// Reads a text that is still nobody's word: outside this room only a verified note is read.
    init?(parsing text: UnsafeRawBufferPointer) {
        var lines = LineReader(text)
        guard let origin = lines.next().flatMap({ NoteName($0) }),
            let size = lines.next().flatMap({ DecimalText.parse($0) }),
            let root = lines.next().flatMap({ Base64.decode($0) }).flatMap({ Digest32($0) }),
            lines.isAtEnd
        else { return nil }
        self.init(origin: origin, size: size, root: root)
    }
}
