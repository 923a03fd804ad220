// Support of the tests of whole brokers: a directory, a broker's process, and a peer that can say
// anything. Everything has a limit of time, and everything is gone when its owner is.
internal import Glibc

/// A directory that is gone, with all that is in it, when its owner goes. Its path is short: what
/// binds a socket in it has 107 bytes for the whole path.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/mayfly-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw SystemError("making a temporary directory")
        }
        path = String(cString: made)
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

/// A system call that failed: what was tried, and the kernel's answer.
struct SystemError: Error, CustomStringConvertible {
    let action: String
    let code: Int32

    init(_ action: String, _ code: Int32 = errno) {
        self.action = action
        self.code = code
    }

    var description: String { "\(action): \(String(cString: strerror(code)))" }
}

/// A point in time that waiting does not pass.
struct Deadline: Sendable {
    private let nanoseconds: UInt64

    init(seconds: Double) {
        nanoseconds = Deadline.now + UInt64(seconds * 1_000_000_000)
    }

    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    var isOver: Bool { Deadline.now >= nanoseconds }

    /// What is left, rounded up; 0 when it is over.
    var milliseconds: Int32 {
        let now = Deadline.now
        return now >= nanoseconds ? 0 : Int32(clamping: (nanoseconds - now) / 1_000_000 + 1)
    }

    /// Asks again every few milliseconds until it is so or the time is over.
    ///
    /// - Returns: whether it became so.
    static func poll(
        seconds: Double, everyMilliseconds interval: Int32 = 10, _ isSo: () throws -> Bool
    ) rethrows -> Bool {
        let deadline = Deadline(seconds: seconds)
        while try !isSo() {
            if deadline.isOver { return false }
            _ = Glibc.poll(nil, 0, interval)
        }
        return true
    }
}

/// The whole of a small file; empty where it cannot be read.
func contents(ofFile path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &block, block.count)
        guard count > 0 else { return bytes }
        bytes += block[..<count]
    }
}
