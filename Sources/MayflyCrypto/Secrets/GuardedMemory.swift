private import CSodium

/// Owns one sodium_malloc allocation: page-locked, between guard pages, out of core files.
///
/// Each takes at least four pages and some system calls: meant for the handful of secrets of a
/// broker, not for the keys of thousands of agents (`HeapSecret`).
struct GuardedMemory: ~Copyable, @unchecked Sendable {
    // Unchecked: written only while it is being made, then read-only until it is freed.
    private let base: UnsafeMutableRawPointer
    let count: Int
    /// Whether the kernel agreed to keep the pages out of swap (RLIMIT_MEMLOCK may forbid it).
    let isLocked: Bool

    /// `write` fills the memory, which is zero before it; afterwards it can only be read.
    init<Failure: Error>(
        count: Int, writtenBy write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        Sodium.start()
        precondition(count > 0, "a secret has bytes")
        guard let base = sodium_malloc(count) else {
            preconditionFailure("no memory for a locked secret")
        }
        // sodium_malloc locks too but does not tell whether it could: locking again tells.
        let isLocked = sodium_mlock(base, count) == 0
        sodium_memzero(base, count)
        do throws(Failure) {
            try write(UnsafeMutableRawBufferPointer(start: base, count: count))
        } catch {
            sodium_free(base)
            throw error
        }
        let status = sodium_mprotect_readonly(base)
        precondition(status == 0, "the pages of a locked secret are ours to protect")
        self.base = base
        self.count = count
        self.isLocked = isLocked
    }

    deinit {
        // Checks the canary, makes the pages writable, wipes, unlocks and unmaps them.
        sodium_free(base)
    }

    borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
