/// A place in a pool. Reused after it is freed, so it never leaves the broker.
package struct Slot: Hashable, Sendable {
    let rawValue: UInt32
    static let none = Slot(rawValue: .max)
    var isNone: Bool { rawValue == .max }
}

/// Blocks of one size that live long and are freed in any order.
///
/// Grows and shrinks by whole chunks and never moves a block, so that nothing is slow because a
/// million came before it, and memory follows the number of blocks in use. What lives long is kept
/// here and not in the general heap, where it would lie between what lives for one request and
/// keep its pages: a million grants took four times their size there.
final class BlockPool {
    private struct Chunk {
        var base: UnsafeMutableRawPointer
        /// One bit per block, set where it is in use.
        var used: UnsafeMutablePointer<UInt64>
        var count: Int
    }

    static let cacheLine = 64

    private let stride: Int
    private let alignment: Int
    /// Blocks per chunk are a power of two.
    private let shift: Int
    private var chunks: [Chunk?] = []
    /// No chunk before this has a free block.
    private var firstWithRoom = 0
    /// One empty chunk is kept, so that coming and going at a chunk's edge costs no allocation.
    private var spare: Int?
    private(set) var count = 0

    /// - Parameters:
    ///   - blockBytes: at least 1.
    ///   - blocksPerChunk: a power of two.
    ///   - alignment: of every block, in bytes.
    init(blockBytes: Int, blocksPerChunk: Int, alignment: Int = 16) {
        precondition(blocksPerChunk.nonzeroBitCount == 1)
        self.alignment = alignment
        stride = (blockBytes + alignment - 1) / alignment * alignment
        shift = blocksPerChunk.trailingZeroBitCount
    }

    deinit {
        for case .some(let chunk) in chunks { Self.free(chunk) }
    }

    private var blocksPerChunk: Int { 1 << shift }
    private var wordsPerChunk: Int { max(1, blocksPerChunk / 64) }

    /// One past the highest slot that may be in use.
    var slotBound: Int { chunks.count << shift }

    /// What the pool holds of memory, in chunks.
    var allocatedChunks: Int { chunks.count { $0 != nil } }

    /// A block whose bytes are anything.
    func take() -> Slot {
        while firstWithRoom < chunks.count, let chunk = chunks[firstWithRoom],
            chunk.count == blocksPerChunk
        {
            firstWithRoom += 1
        }
        if firstWithRoom == chunks.count { chunks.append(nil) }
        let index = firstWithRoom
        var chunk = chunks[index] ?? makeChunk()
        let place = firstFreePlace(in: chunk)
        chunk.used[place >> 6] |= 1 << UInt64(place & 63)
        chunk.count += 1
        chunks[index] = chunk
        count += 1
        return Slot(rawValue: UInt32(index << shift + place))
    }

    /// Takes a block back; all empty chunks but one are freed.
    func giveBack(_ slot: Slot) {
        precondition(isUsed(slot), "a slot is freed once")
        let (index, place) = split(slot)
        guard var chunk = chunks[index] else { preconditionFailure("a used slot has a chunk") }
        chunk.used[place >> 6] &= ~(1 << UInt64(place & 63))
        chunk.count -= 1
        chunks[index] = chunk
        count -= 1
        firstWithRoom = min(firstWithRoom, index)
        if chunk.count == 0 { keepOrRelease(chunkAt: index) }
    }

    func address(of slot: Slot) -> UnsafeMutableRawPointer {
        assert(isUsed(slot), "a slot in hand is in use")
        let (index, place) = split(slot)
        guard let chunk = chunks[index] else { preconditionFailure("a used slot has a chunk") }
        return chunk.base + place * stride
    }

    /// The first used slot at or after `start`, for a walk that may stop and go on.
    func nextUsed(from start: Int) -> Slot? {
        var candidate = start
        while candidate < slotBound {
            guard chunks[candidate >> shift] != nil else {
                candidate = ((candidate >> shift) + 1) << shift
                continue
            }
            let slot = Slot(rawValue: UInt32(candidate))
            if isUsed(slot) { return slot }
            candidate += 1
        }
        return nil
    }

    private func split(_ slot: Slot) -> (chunk: Int, place: Int) {
        (Int(slot.rawValue) >> shift, Int(slot.rawValue) & (blocksPerChunk - 1))
    }

    func isUsed(_ slot: Slot) -> Bool {
        let (index, place) = split(slot)
        guard index < chunks.count, let chunk = chunks[index] else { return false }
        return chunk.used[place >> 6] & (1 << UInt64(place & 63)) != 0
    }

    private func makeChunk() -> Chunk {
        let used = UnsafeMutablePointer<UInt64>.allocate(capacity: wordsPerChunk)
        used.initialize(repeating: 0, count: wordsPerChunk)
        let base = UnsafeMutableRawPointer.allocate(
            byteCount: stride << shift, alignment: alignment)
        return Chunk(base: base, used: used, count: 0)
    }

    private func firstFreePlace(in chunk: Chunk) -> Int {
        for word in 0..<wordsPerChunk where chunk.used[word] != .max {
            return word * 64 + (~chunk.used[word]).trailingZeroBitCount
        }
        preconditionFailure("a chunk with room has a free place")
    }

    private func keepOrRelease(chunkAt index: Int) {
        guard let chunk = chunks[index] else { return }
        guard let spare, spare != index, spare < chunks.count, chunks[spare]?.count == 0 else {
            self.spare = index
            return
        }
        Self.free(chunk)
        chunks[index] = nil
        while let last = chunks.last, last == nil { chunks.removeLast() }
        firstWithRoom = min(firstWithRoom, chunks.count)
    }

    private static func free(_ chunk: Chunk) {
        chunk.base.deallocate()
        chunk.used.deallocate()
    }
}
