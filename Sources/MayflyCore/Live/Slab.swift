/// A pool of blocks that each hold one element.
struct Slab<Element>: ~Copyable {
    static var chunkCapacity: Int { 512 }

    private let pool = BlockPool(
        blockBytes: MemoryLayout<Element>.stride, blocksPerChunk: Slab.chunkCapacity,
        alignment: MemoryLayout<Element>.stride >= 256 ? BlockPool.cacheLine : 16)

    deinit {
        var next = pool.nextUsed(from: 0)
        while let slot = next {
            pool.address(of: slot).assumingMemoryBound(to: Element.self).deinitialize(count: 1)
            next = pool.nextUsed(from: Int(slot.rawValue) + 1)
        }
    }

    var count: Int { pool.count }
    /// One past the highest slot that may be in use.
    var slotBound: Int { pool.slotBound }
    /// What the slab holds of memory, in chunks.
    var allocatedChunks: Int { pool.allocatedChunks }

    mutating func insert(_ element: consuming Element) -> Slot {
        let slot = pool.take()
        pool.address(of: slot).initializeMemory(as: Element.self, to: element)
        return slot
    }

    /// Takes the element out.
    @discardableResult
    mutating func remove(at slot: Slot) -> Element {
        let element = pool.address(of: slot).assumingMemoryBound(to: Element.self).move()
        pool.giveBack(slot)
        return element
    }

    subscript(slot: Slot) -> Element {
        _read { yield pool.address(of: slot).assumingMemoryBound(to: Element.self).pointee }
        _modify { yield &pool.address(of: slot).assumingMemoryBound(to: Element.self).pointee }
    }

    func isUsed(_ slot: Slot) -> Bool { pool.isUsed(slot) }

    /// The first used slot at or after `start`, for a walk that may stop and go on.
    func nextUsed(from start: Int) -> Slot? { pool.nextUsed(from: start) }
}
