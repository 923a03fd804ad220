/// A place in a slab. Reused after it is freed, so it never leaves the broker.
package struct Slot: Hashable, Sendable {
    let rawValue: UInt32
    static let none = Slot(rawValue: .max)
    var isNone: Bool { rawValue == .max }
}

/// Fixed places for elements that live long and die in any order.
///
/// Grows and shrinks by whole chunks and never moves or copies an element, so that no insertion
/// is slow because a million came before it, and memory follows the number of live elements.
struct Slab<Element>: ~Copyable {
    private struct Chunk {
        var elements: UnsafeMutablePointer<Element>
        /// One bit per place, set where it holds an element.
        var used: UnsafeMutablePointer<UInt64>
        var count: Int
    }

    static var chunkCapacity: Int { 512 }
    private static var wordsPerChunk: Int { chunkCapacity / 64 }

    private var chunks: [Chunk?] = []
    /// No chunk before this has a free place.
    private var firstWithRoom = 0
    /// One empty chunk is kept, so that coming and going at a chunk's edge costs no allocation.
    private var spare: Int?
    private(set) var count = 0

    deinit {
        for case .some(let chunk) in chunks { Self.free(chunk) }
    }

    /// One past the highest slot that may be in use.
    var slotBound: Int { chunks.count * Self.chunkCapacity }

    /// What the slab holds of memory, in chunks.
    var allocatedChunks: Int { chunks.count { $0 != nil } }

    mutating func insert(_ element: consuming Element) -> Slot {
        while firstWithRoom < chunks.count, let chunk = chunks[firstWithRoom],
            chunk.count == Self.chunkCapacity
        {
            firstWithRoom += 1
        }
        if firstWithRoom == chunks.count { chunks.append(nil) }
        let index = firstWithRoom
        var chunk = chunks[index] ?? Self.makeChunk()
        let place = Self.firstFreePlace(in: chunk)
        chunk.used[place >> 6] |= 1 << UInt64(place & 63)
        (chunk.elements + place).initialize(to: element)
        chunk.count += 1
        chunks[index] = chunk
        count += 1
        return Slot(rawValue: UInt32(index * Self.chunkCapacity + place))
    }

    /// Takes the element out; all empty chunks but one are freed.
    @discardableResult
    mutating func remove(at slot: Slot) -> Element {
        let (index, place) = Self.split(slot)
        precondition(isUsed(index, place), "a slot is freed once")
        guard var chunk = chunks[index] else { preconditionFailure("a used slot has a chunk") }
        let element = (chunk.elements + place).move()
        chunk.used[place >> 6] &= ~(1 << UInt64(place & 63))
        chunk.count -= 1
        chunks[index] = chunk
        count -= 1
        firstWithRoom = min(firstWithRoom, index)
        if chunk.count == 0 { keepOrRelease(chunkAt: index) }
        return element
    }

    subscript(slot: Slot) -> Element {
        _read {
            let (index, place) = Self.split(slot)
            assert(isUsed(index, place), "a slot in hand is in use")
            yield chunks[index]!.elements[place]
        }
        _modify {
            let (index, place) = Self.split(slot)
            assert(isUsed(index, place), "a slot in hand is in use")
            let elements = chunks[index]!.elements
            yield &elements[place]
        }
    }

    /// The first used slot at or after `start`, for a walk that may stop and go on.
    func nextUsed(from start: Int) -> Slot? {
        var candidate = start
        while candidate < slotBound {
            let index = candidate / Self.chunkCapacity
            guard chunks[index] != nil else {
                candidate = (index + 1) * Self.chunkCapacity
                continue
            }
            if isUsed(index, candidate % Self.chunkCapacity) {
                return Slot(rawValue: UInt32(candidate))
            }
            candidate += 1
        }
        return nil
    }

    private static func split(_ slot: Slot) -> (chunk: Int, place: Int) {
        (Int(slot.rawValue) / chunkCapacity, Int(slot.rawValue) % chunkCapacity)
    }

    private func isUsed(_ index: Int, _ place: Int) -> Bool {
        guard index < chunks.count, let chunk = chunks[index] else { return false }
        return chunk.used[place >> 6] & (1 << UInt64(place & 63)) != 0
    }

    private static func makeChunk() -> Chunk {
        let used = UnsafeMutablePointer<UInt64>.allocate(capacity: wordsPerChunk)
        used.initialize(repeating: 0, count: wordsPerChunk)
        return Chunk(elements: .allocate(capacity: chunkCapacity), used: used, count: 0)
    }

    private static func firstFreePlace(in chunk: Chunk) -> Int {
        for word in 0..<wordsPerChunk where chunk.used[word] != .max {
            return word * 64 + (~chunk.used[word]).trailingZeroBitCount
        }
        preconditionFailure("a chunk with room has a free place")
    }

    private mutating func keepOrRelease(chunkAt index: Int) {
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
        for place in 0..<chunkCapacity where chunk.used[place >> 6] & (1 << UInt64(place & 63)) != 0
        {
            (chunk.elements + place).deinitialize(count: 1)
        }
        chunk.elements.deallocate()
        chunk.used.deallocate()
    }
}
