import Testing

@testable import MayflyCore

@Suite struct BondTableTests {
    private func bond(_ number: UInt64) -> Bond {
        number.isMultiple(of: 3)
            ? .connection(ConnectionID(rawValue: number))
            : .process(
                BoundProcess(
                    pid: ProcessID(rawValue: UInt32(number % 5)), startTicks: number, inode: 1))
    }

    /// Beside a dictionary of lists.
    @Test func `every bond has its grants in the order in which they came`() {
        var random = SeededRandom(seed: 11)
        var table = BondTable(seed: (3, 5))
        var lists: [Bond: [(grant: Slot, place: Slot)]] = [:]
        for step in 0..<20_000 as Range<UInt32> {
            let bond = bond(random.next() % 40)
            if random.oneIn(2) {
                let grant = Slot(rawValue: step)
                lists[bond, default: []].append((grant, table.tie(grant, to: bond)))
            } else if let list = lists[bond], !list.isEmpty {
                let index = random.below(list.count)
                table.untie(list[index].place)
                lists[bond]?.remove(at: index)
            }
            #expect(table.firstGrant(of: bond) == lists[bond]?.first?.grant)
            #expect(table.lastGrant(of: bond) == lists[bond]?.last?.grant)
        }
        let kept = lists.filter { !$0.value.isEmpty }
        #expect(Set(table.all) == Set(kept.keys) && table.count == kept.count)
        #expect(table.grantCount == kept.values.reduce(0) { $0 + $1.count })
        for list in lists.values { for entry in list { table.untie(entry.place) } }
        #expect(table.count == 0 && table.grantCount == 0 && table.all.isEmpty)
    }

    /// 661 bytes a grant were measured with all that is around it; what is bound pays for itself.
    @Test func `a grant that hangs on nothing takes the room that it took before there were bonds`()
    {
        #expect(MemoryLayout<LiveGrant>.stride <= 512)
        #expect(MemoryLayout<Bond?>.size == 8)
    }
}
