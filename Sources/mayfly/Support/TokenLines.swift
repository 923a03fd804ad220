internal import Glibc

/// Tokens from standard input or another descriptor, one a line: an argument would show in the
/// process list.
struct TokenLines {
    /// No token is longer; a line that is cannot be one, and is not kept in memory whole.
    private static let maximumBytes = 64 << 10

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isAtEnd = false

    init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

    /// The next line that is not empty, without white space around it; nil at the end.
    mutating func next() throws(Failure) -> String? {
        while true {
            guard let line = try nextLine() else { return nil }
            let token = line.trimmed
            if !token.isEmpty { return String(decoding: token, as: UTF8.self) }
        }
    }

    private mutating func nextLine() throws(Failure) -> ArraySlice<UInt8>? {
        var searched = 0
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[..<newline]
                buffer.removeFirst(newline + 1)
                return line
            }
            searched = buffer.count
            if isAtEnd {
                let line = buffer[...]
                buffer = []
                return line.isEmpty ? nil : line
            }
            guard buffer.count <= Self.maximumBytes else {
                throw .usage("A line is longer than any token.")
            }
            try fill()
        }
    }

    private mutating func fill() throws(Failure) {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &chunk, chunk.count)
        if count > 0 {
            buffer += chunk[..<count]
        } else if count == 0 {
            isAtEnd = true
        } else if errno != EINTR {
            throw Files.unusable("descriptor \(descriptor)")
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isWhite(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: " ") || UInt8(ascii: "\t")...UInt8(ascii: "\r") ~= byte
        }
        var rest = drop { isWhite($0) }
        while let last = rest.last, isWhite(last) { rest.removeLast() }
        return rest
    }
}
