/// Splits a text in which every line, the last too, ends with a newline.
struct LineReader {
    private static let newline = UInt8(ascii: "\n")

    private var rest: UnsafeRawBufferPointer

    init(_ text: UnsafeRawBufferPointer) { rest = text }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next line without its newline; nil at the end, and where the newline is missing.
    mutating func next() -> UnsafeRawBufferPointer? {
        guard let end = rest.firstIndex(of: Self.newline) else { return nil }
        let line = UnsafeRawBufferPointer(rebasing: rest[..<end])
        rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
        return line
    }
}

extension UnsafeRawBufferPointer {
    /// What follows a prefix; nil where the bytes do not begin with it.
    func after(_ prefix: [UInt8]) -> UnsafeRawBufferPointer? {
        guard starts(with: prefix) else { return nil }
        return UnsafeRawBufferPointer(rebasing: dropFirst(prefix.count))
    }

    /// What stands before and after the first occurrence of a byte.
    func split(at separator: UInt8) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer)? {
        guard let index = firstIndex(of: separator) else { return nil }
        return (
            UnsafeRawBufferPointer(rebasing: self[..<index]),
            UnsafeRawBufferPointer(rebasing: self[(index + 1)...])
        )
    }
}
