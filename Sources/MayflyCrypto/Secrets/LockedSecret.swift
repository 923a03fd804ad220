/// A secret in locked memory, shared by reference, wiped and freed when its last owner ends.
package final class LockedSecret: Sendable {
    private let memory: GuardedMemory

    package static let defaultCount = 32

    /// A secret that `write` stores, straight into locked memory.
    package init<Failure: Error>(
        count: Int = LockedSecret.defaultCount,
        writtenBy write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        memory = try GuardedMemory(count: count, writtenBy: write)
    }

    /// A copy of bytes that stay the caller's to wipe.
    package convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// A fresh random secret.
    package static func random(count: Int = LockedSecret.defaultCount) -> LockedSecret {
        LockedSecret(count: count) { fillFromSystem($0) }
    }

    package var count: Int { memory.count }

    /// False where the process may not lock its pages (RLIMIT_MEMLOCK): the secret may be swapped.
    package var isLocked: Bool { memory.isLocked }

    /// The pointer must not outlive the closure.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try memory.withBytes(body)
    }

    /// Equality in time that does not depend on where the bytes differ.
    package func equals(_ other: LockedSecret) -> Bool {
        withBytes { mine in other.withBytes { constantTimeEquals(mine, $0) } }
    }
}

extension LockedSecret: CustomStringConvertible, CustomReflectable {
    /// Never the bytes: a secret that is interpolated into a log line stays in.
    package var description: String { "<\(count) secret bytes>" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
