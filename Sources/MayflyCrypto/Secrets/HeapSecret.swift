private import CSodium

/// Owns secret bytes in ordinary memory, wiped when they end: light enough to hold by thousands.
///
/// Unlike `GuardedMemory` it may reach swap or a core file; the memory never moves, so that no
/// unwiped copy stays behind.
struct HeapSecret: ~Copyable, @unchecked Sendable {
    // Unchecked: written only while it is being made.
    private let base: UnsafeMutableRawPointer
    let count: Int

    init(count: Int, writtenBy write: (UnsafeMutableRawBufferPointer) -> Void) {
        precondition(count > 0, "a secret has bytes")
        base = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 8)
        self.count = count
        base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        write(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    deinit {
        sodium_memzero(base, count)
        base.deallocate()
    }

    borrowing func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
