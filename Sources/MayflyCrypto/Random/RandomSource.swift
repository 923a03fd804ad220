private import CSodium

/// Random bytes straight from the system, for the few secrets that are made one at a time.
func fillFromSystem(_ bytes: UnsafeMutableRawBufferPointer) {
    Sodium.start()
    guard let base = bytes.baseAddress else { return }
    randombytes_buf(base, bytes.count)
}

/// Random bytes drawn from the system in batches, because each call costs about 0.4 us.
///
/// One per reactor thread. It cannot be copied: a copy would give the same bytes twice. Bytes are
/// wiped as they are handed out, so that what is left tells nothing about what was.
package struct RandomSource: ~Copyable {
    private static let batchCount = 4_096

    private let buffer: UnsafeMutableRawBufferPointer
    private var used: Int

    package init() {
        Sodium.start()
        buffer = .allocate(byteCount: Self.batchCount, alignment: 8)
        used = Self.batchCount
    }

    deinit {
        wipe(buffer)
        buffer.deallocate()
    }

    package mutating func next() -> UInt64 {
        if buffer.count - used < MemoryLayout<UInt64>.size { refill() }
        let value = buffer.loadUnaligned(fromByteOffset: used, as: UInt64.self)
        buffer.storeBytes(of: 0, toByteOffset: used, as: UInt64.self)
        used += MemoryLayout<UInt64>.size
        return value
    }

    /// Fills any number of bytes; more than a batch comes straight from the system.
    package mutating func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        guard bytes.count <= Self.batchCount else {
            fillFromSystem(bytes)
            return
        }
        if buffer.count - used < bytes.count { refill() }
        let source = UnsafeMutableRawBufferPointer(rebasing: buffer[used..<used + bytes.count])
        bytes.copyMemory(from: UnsafeRawBufferPointer(source))
        wipe(source)
        used += bytes.count
    }

    /// What was left of the old batch is overwritten, never handed out.
    private mutating func refill() {
        fillFromSystem(buffer)
        used = 0
    }
}
