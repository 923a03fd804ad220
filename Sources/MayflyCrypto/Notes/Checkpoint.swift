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
            let size = lines.next().flatMap({ Self.decimal($0) }),
            let root = lines.next().flatMap({ Base64.decode($0) }).flatMap({ Digest32($0) }),
            lines.isAtEnd
        else { return nil }
        self.init(origin: origin, size: size, root: root)
    }

    /// Decimal digits without sign or leading zero, as a tree's size is written.
    private static func decimal(_ text: UnsafeRawBufferPointer) -> UInt64? {
        let zero = UInt8(ascii: "0")
        guard let first = text.first, first != zero || text.count == 1 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard (zero...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - zero))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
