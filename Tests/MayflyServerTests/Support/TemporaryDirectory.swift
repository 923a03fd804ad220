import Glibc

/// A directory that is gone, with its files, when its owner goes.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/mayfly-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(code: errno) }
        path = String(cString: made)
    }

    struct Failure: Error {
        let code: Int32
    }

    deinit { remove(path) }

    private func remove(_ path: String) {
        guard unlink(path) != 0, let entries = opendir(path) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { remove(path + "/" + name) }
        }
        closedir(entries)
        rmdir(path)
    }
}
