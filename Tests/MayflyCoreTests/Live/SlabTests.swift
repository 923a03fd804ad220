import Testing

@testable import MayflyCore

@Suite struct SlabTests {
    /// Counts how many of itself are alive.
    private final class Token {
        let number: Int
        nonisolated(unsafe) static var alive = 0
        init(_ number: Int) {
            self.number = number
            Token.alive += 1
        }
        deinit { Token.alive -= 1 }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any order of insertions and removals agrees with a dictionary`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var slab = Slab<Int>()
        var model: [Slot: Int] = [:]
        var held: [Slot] = []
        for step in 0..<60_000 {
            // Waves: long stretches that mostly grow, then long ones that mostly shrink.
            let grows = (step / 6_000) % 2 == 0 ? random.below(10) < 7 : random.below(10) < 3
            if grows || held.isEmpty {
                let slot = slab.insert(step)
                #expect(model.updateValue(step, forKey: slot) == nil, "a slot in use, twice")
                held.append(slot)
            } else if random.oneIn(10) {
                let slot = held[random.below(held.count)]
                slab[slot] += 1
                model[slot]? += 1
            } else {
                held.swapAt(random.below(held.count), held.count - 1)
                let slot = held.removeLast()
                let removed = slab.remove(at: slot)
                #expect(removed == model.removeValue(forKey: slot))
            }
        }
        let count = slab.count
        #expect(count == model.count)
        for (slot, value) in model {
            let found = slab[slot]
            #expect(found == value)
        }
    }

    @Test func `a walk meets every used slot once, in order, also from the middle`() {
        var random = SeededRandom(seed: 4)
        var slab = Slab<Int>()
        var used: [Slot] = []
        for number in 0..<3_000 { used.append(slab.insert(number)) }
        used.shuffle(using: &random)
        for _ in 0..<2_800 { slab.remove(at: used.removeLast()) }
        let wanted = used.map(\.rawValue).sorted()
        for start in [0, 1, 511, 512, 513, 2_999, 3_000, 100_000] {
            var met: [UInt32] = []
            var cursor = start
            while let slot = slab.nextUsed(from: cursor) {
                met.append(slot.rawValue)
                cursor = Int(slot.rawValue) + 1
            }
            #expect(met == wanted.filter { $0 >= start })
        }
    }

    @Test func `memory follows the number of elements: one empty chunk is kept at most`() {
        var random = SeededRandom(seed: 5)
        var slab = Slab<Int>()
        for _ in 0..<4 {
            var used = (0..<20_000).map { slab.insert($0) }
            let chunks = slab.allocatedChunks
            #expect(chunks == 20_000 / 512 + 1)
            used.shuffle(using: &random)
            while let slot = used.popLast() { slab.remove(at: slot) }
            let left = slab.allocatedChunks
            #expect(left == 1)
        }
        let count = slab.count
        #expect(count == 0)
    }

    @Test func `coming and going at a chunk's edge allocates nothing`() {
        var slab = Slab<Int>()
        for number in 0..<512 { _ = slab.insert(number) }
        let first = slab.insert(512)
        let chunks = slab.allocatedChunks
        slab.remove(at: first)
        for _ in 0..<100 {
            let slot = slab.insert(0)
            let during = slab.allocatedChunks
            slab.remove(at: slot)
            let after = slab.allocatedChunks
            #expect(during == chunks && after == chunks && slot == first)
        }
    }

    @Test func `what is removed is given up, and what is left goes with the slab`() {
        let before = Token.alive
        do {
            var slab = Slab<Token>()
            let slots = (0..<2_000).map { slab.insert(Token($0)) }
            for slot in slots.prefix(1_500) { slab.remove(at: slot) }
            #expect(Token.alive == before + 500)
        }
        #expect(Token.alive == before)
    }
}
