internal import Glibc
internal import MayflyServer

/// A descriptor that is closed when its owner goes.
struct OwnedDescriptor: ~Copyable {
    let rawValue: Int32

    init(owning rawValue: Int32) { self.rawValue = rawValue }

    deinit { _ = Glibc.close(rawValue) }

    func status(_ path: String) throws(SystemFailure) -> stat {
        var status = stat()
        guard fstat(rawValue, &status) == 0 else { throw SystemFailure("inspect", path) }
        return status
    }

    /// Everything in the file; a file longer than `limit` bytes is refused.
    func contents(_ path: String, limit: Int) throws(SystemFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    rawValue, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemFailure("read", path)
            }
            filled += count
        }
        guard filled <= limit else { throw SystemFailure("read", path, code: EFBIG) }
        bytes.removeSubrange(filled...)
        return bytes
    }

    func writeAll(_ bytes: RawSpan, _ path: String) throws(SystemFailure) {
        var written = 0
        while written < bytes.byteCount {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(
                    rawValue, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw SystemFailure("write", path)
            }
        }
    }

    func synchronize(_ path: String) throws(SystemFailure) {
        guard fsync(rawValue) == 0 else { throw SystemFailure("make durable", path) }
    }
}

/// Opens a path; nil where there is nothing of that name.
func openExisting(_ path: String, _ flags: Int32) throws(SystemFailure) -> OwnedDescriptor? {
    let descriptor = open(path, flags | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw SystemFailure("open", path) }
    return OwnedDescriptor(owning: descriptor)
}

/// The whole of a small text file; nil where there is no such file.
func readTextFile(_ path: String, limit: Int) throws(SystemFailure) -> String? {
    guard let file = try openExisting(path, O_RDONLY) else { return nil }
    let bytes = try file.contents(path, limit: limit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw SystemFailure("read as UTF-8", path, code: EILSEQ)
    }
    return text
}
