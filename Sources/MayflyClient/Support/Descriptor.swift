internal import Glibc

/// Owns one file descriptor; closed when its last user is gone, so that no other file can take its
/// number while a thread still sends on it.
final class Descriptor: Sendable {
    let rawValue: Int32

    /// Nil for -1: the call that should have made it failed.
    init?(owning rawValue: Int32) {
        guard rawValue >= 0 else { return nil }
        self.rawValue = rawValue
    }

    deinit { close(rawValue) }
}

/// The system's sentence for an error number.
func systemMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return buffer.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
