/// Bytes on their way out: appended at the tail, sent from the head.
///
/// It keeps a small block when it empties and gives back a large one, so that one big answer does
/// not stay in memory for the life of its connection. Not thread-safe.
package struct OutputBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var head = 0
    private var tail = 0
    private let retainedBytes: Int

    /// - Parameter retainedBytes: the largest block that is kept while nothing is pending.
    package init(retainedBytes: Int = 16 << 10) { self.retainedBytes = retainedBytes }

    deinit { base?.deallocate() }

    /// Bytes not yet sent.
    package var count: Int { tail - head }
    package var isEmpty: Bool { head == tail }
    /// What the buffer holds of the process's memory.
    package var heldBytes: Int { capacity }

    /// The bytes not yet sent; good until the next change of the buffer.
    package var pending: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + head, count: count)
    }

    /// `sent` bytes of `pending` are gone.
    package mutating func consumed(_ sent: Int) {
        precondition(0 <= sent && sent <= count, "no more can be sent than is pending")
        head += sent
        guard isEmpty else { return }
        head = 0
        tail = 0
        if capacity > retainedBytes {
            base?.deallocate()
            base = nil
            capacity = 0
        }
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        extend(by: bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Makes `size` bytes pending and gives the place to write them at once.
    mutating func extend(by size: Int) -> UnsafeMutableRawPointer {
        precondition(size > 0, "there is something to write")
        if base == nil || capacity - tail < size { makeRoom(for: size) }
        guard let base else { preconditionFailure("a buffer with room has a block") }
        let place = base + tail
        tail += size
        return place
    }

    private mutating func makeRoom(for size: Int) {
        let used = count
        // What was sent makes room where it is at least as much as stays: each byte is moved at
        // most once for each byte sent.
        if let base, head >= used, capacity - used >= size {
            base.copyMemory(from: base + head, byteCount: used)
        } else {
            let larger = max(used + size, min(2 * capacity, used + size + (1 << 20)), 1_024)
            let block = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            if let base {
                block.copyMemory(from: base + head, byteCount: used)
                base.deallocate()
            }
            base = block
            capacity = larger
        }
        head = 0
        tail = used
    }
}
