import Testing

@testable import MayflyCore

@Suite struct SlotIndexTests {
    /// An index with the keys its slots stand for, and a model beside it.
    private final class Rig {
        var index: SlotIndex
        var keys: [UInt64?] = []
        var model: [UInt64: Slot] = [:]
        var free: [Int] = []
        /// Keeps this many bits of each hash: few bits, many equal hashes.
        let hashMask: UInt32

        init(seed: (UInt64, UInt64), hashMask: UInt32 = .max) {
            index = SlotIndex(seed: seed)
            self.hashMask = hashMask
        }

        func hash(_ key: UInt64) -> UInt32 { index.hash(key) & hashMask }

        func insert(_ key: UInt64) {
            let place = free.popLast() ?? keys.count
            if place == keys.count { keys.append(nil) }
            keys[place] = key
            let slot = Slot(rawValue: UInt32(place))
            model[key] = slot
            index.insert(hash(key), slot)
        }

        func remove(_ key: UInt64) {
            guard let slot = model.removeValue(forKey: key) else { return }
            index.remove(hash(key), slot)
            keys[Int(slot.rawValue)] = nil
            free.append(Int(slot.rawValue))
        }

        func find(_ key: UInt64) -> Slot? {
            index.find(hash(key)) { keys[Int($0.rawValue)] == key }
        }

        func agrees(about key: UInt64) -> Bool { find(key) == model[key] }

        var agreesAboutAll: Bool { model.allSatisfy { find($0.key) == $0.value } }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `through several growths and shrinks it agrees with a dictionary`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let rig = Rig(seed: (random.next(), random.next()))
        var held: [UInt64] = []
        for (target, operations) in [(20_000, 45_000), (50, 45_000), (9_000, 20_000), (0, 20_000)] {
            for _ in 0..<operations {
                let grows =
                    held.count < target ? random.below(10) < 8 : random.below(10) < 2
                if grows {
                    let key = random.next()
                    rig.insert(key)
                    held.append(key)
                } else if !held.isEmpty {
                    held.swapAt(random.below(held.count), held.count - 1)
                    let key = held.removeLast()
                    rig.remove(key)
                    #expect(rig.find(key) == nil)
                }
                if let key = held.randomElement(using: &random) { #expect(rig.agrees(about: key)) }
            }
            let agrees = rig.agreesAboutAll
            #expect(agrees)
            let count = rig.index.count
            #expect(count == held.count)
        }
    }

    @Test func `every key is findable at every step of a resize, both up and down`() {
        let rig = Rig(seed: (11, 13))
        // 717 is where 1,024 cells grow to 2,048; 256 is where those shrink again.
        for key in 0..<716 as Range<UInt64> { rig.insert(key) }
        for key in 716..<790 as Range<UInt64> {
            rig.insert(key)
            let agrees = rig.agreesAboutAll
            #expect(agrees, "after inserting \(key)")
        }
        for key in (200..<790 as Range<UInt64>).reversed() {
            rig.remove(key)
            guard key < 280 else { continue }
            let agrees = rig.agreesAboutAll
            #expect(agrees, "after removing \(key)")
        }
    }

    @Test func `a key removed while its cell waits in the old table is gone`() {
        let rig = Rig(seed: (17, 19))
        for key in 0..<717 as Range<UInt64> { rig.insert(key) }
        for key in 0..<717 as Range<UInt64> where key % 3 == 0 { rig.remove(key) }
        for key in 0..<717 as Range<UInt64> { #expect(rig.agrees(about: key)) }
        for key in 0..<717 as Range<UInt64> where key % 3 == 0 { rig.insert(key) }
        let agrees = rig.agreesAboutAll
        #expect(agrees)
    }

    @Test(arguments: [0, 1, 0x8000_0000, 0xFFFF_FFFF] as [UInt32])
    func `keys whose hashes are all equal are still told apart`(mask: UInt32) {
        var random = SeededRandom(seed: 23)
        let rig = Rig(seed: (29, 31), hashMask: mask == .max ? 3 : mask)
        var held: [UInt64] = []
        for _ in 0..<6_000 {
            if held.count < 900, held.isEmpty || random.below(3) > 0 {
                let key = random.next()
                rig.insert(key)
                held.append(key)
            } else {
                held.swapAt(random.below(held.count), held.count - 1)
                rig.remove(held.removeLast())
            }
        }
        let agrees = rig.agreesAboutAll
        #expect(agrees)
        while let key = held.popLast() { rig.remove(key) }
        let count = rig.index.count
        #expect(count == 0)
    }

    @Test func `probes wrap around the end of the table`() {
        var index = SlotIndex(seed: (1, 1))
        // All in the last cell and on from the first.
        for number in 0..<20 as Range<UInt32> { index.insert(.max, Slot(rawValue: number)) }
        for number in (0..<20 as Range<UInt32>).reversed() {
            let found = index.find(.max) { $0.rawValue == number }
            #expect(found?.rawValue == number)
            index.remove(.max, Slot(rawValue: number))
            let again = index.find(.max) { $0.rawValue == number }
            #expect(again == nil)
        }
    }

    @Test func `the seed decides where keys land, and near keys land apart`() {
        let first = SlotIndex(seed: (0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344))
        let second = SlotIndex(seed: (0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89))
        let hashes = (0..<10_000 as Range<UInt64>).map { first.hash($0) }
        let others = (0..<10_000 as Range<UInt64>).map { second.hash($0) }
        #expect(hashes != others)
        let names = (0..<10_000).map { first.hash([UInt8]("task-\($0)".utf8)) }
        // Among 10,000 hashes of 32 bits chance makes an equal pair one time in a hundred.
        #expect(Set(names).count > 9_990)
        #expect(Set(hashes).count > 9_990)
    }
}
