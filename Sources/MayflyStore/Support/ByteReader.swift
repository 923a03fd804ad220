/// Bytes that are not what they should be, and what is wrong with them.
struct Malformed: Error {
    let problem: String
    init(_ problem: String) { self.problem = problem }
}

/// Reads bytes from the front; nothing is ever read past the end.
struct ByteReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type
    ) throws(Malformed) -> Number {
        let size = MemoryLayout<Number>.size
        guard rest.count >= size else { throw Malformed("it ends too early") }
        let value = rest.loadUnaligned(as: Number.self)
        rest = UnsafeRawBufferPointer(rebasing: rest[size...])
        return Number(bigEndian: value)
    }

    mutating func bytes(_ count: Int) throws(Malformed) -> UnsafeRawBufferPointer {
        guard rest.count >= count else { throw Malformed("it ends too early") }
        let value = UnsafeRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return value
    }
}
