// MayflyServer is the broker as a process: sockets, reactors, the pipeline from bytes to an
// answer, and the one lock around the core. It is the only room that knows both the wire and the
// domain. It may not know C message types, SQL, or libsodium.

internal import CLinux
internal import Glibc

/// Owns one file descriptor and closes it.
struct Descriptor: ~Copyable {
    let rawValue: Int32

    /// Takes ownership; nil for -1.
    init?(owning rawValue: Int32) {
        guard rawValue >= 0 else { return nil }
        self.rawValue = rawValue
    }

    /// Gives up ownership: whoever takes the number closes it.
    consuming func release() -> Int32 {
        let released = rawValue
        discard self
        return released
    }

    deinit { _ = close(rawValue) }
}

/// A system call that failed: what was tried, on what, and the kernel's answer.
package struct SystemFailure: Error, CustomStringConvertible {
    package let action: String
    package let errorNumber: Int32

    package init(_ action: String, _ errorNumber: Int32 = errno) {
        self.action = action
        self.errorNumber = errorNumber
    }

    package var description: String { "\(action): \(String(cString: strerror(errorNumber)))" }
}

/// Wakes a thread that polls.
final class WakeUp: Sendable {
    private let descriptor: Descriptor
    var rawValue: Int32 { descriptor.rawValue }

    init() throws {
        guard let descriptor = Descriptor(owning: clinux_eventfd()) else {
            throw SystemFailure("eventfd")
        }
        self.descriptor = descriptor
    }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.rawValue, &count, MemoryLayout<UInt64>.size)
    }
}
