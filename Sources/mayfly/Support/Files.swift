private import Glibc

/// Small files that a command is given the path of.
enum Files {
    /// The whole of a file of at most `limit` bytes.
    static func text(_ path: String, limit: Int) throws(Failure) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else { throw unusable(path) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var end = 0
        while end < bytes.count {
            let count = bytes.withUnsafeMutableBytes { bytes in
                read(file, bytes.baseAddress.map { $0 + end }, bytes.count - end)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unusable(path) }
            if count == 0 { break }
            end += count
        }
        guard end <= limit else { throw .usage("\(path): longer than \(limit) bytes.") }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// Makes a file that only its owner may read; one that is there is left alone and refused.
    static func createPrivate(_ path: String) throws(Failure) -> NewFile {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unusable(path) }
        return NewFile(path: path, descriptor: file)
    }

    /// Puts a new file, which all may read, in the place of the one with this name, at once: whoever
    /// reads sees the whole of one or of the other.
    static func replace(_ path: String, with text: String) throws(Failure) {
        let temporary = "\(path).\(getpid()).tmp"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw unusable(temporary) }
        var draft = NewFile(path: temporary, descriptor: file)
        let bytes = [UInt8](text.utf8)
        // `withUnsafeBytes` would throw any error.
        let written = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try draft.write(bytes) }
        }
        try written.get()
        guard rename(temporary, path) == 0 else { throw unusable(path) }
        draft.keep()
    }

    static func unusable(_ path: String) -> Failure {
        .usage("\(path): \(String(cString: strerror(errno))).")
    }
}

/// A new file that is being written; removed again unless it is to be kept.
struct NewFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var isKept = false

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        if !isKept { unlink(path) }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(
                descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Files.unusable(path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw Files.unusable(path) }
    }

    consuming func keep() { isKept = true }
}
