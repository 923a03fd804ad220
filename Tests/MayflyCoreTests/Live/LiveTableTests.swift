import Testing

@testable import MayflyCore

@Suite struct LiveTableTests {
    @Test func `an orchestration is held by an app while it has live grants there, and no longer`()
        throws
    {
        var table = OrchestrationTable(seed: (1, 2))
        let name = try #require(Name("nightly"))
        let other = try #require(Name("nightly2"))
        let first = Fixture.serial(1)
        let (slot, _) = table.enter(name, app: first, at: LogPosition(rawValue: 7))
        let (same, _) = table.enter(name, app: first, at: LogPosition(rawValue: 9))
        #expect(slot == same)
        let entry = table[slot]
        #expect(entry.app == first && entry.liveGrants == 2)
        #expect(entry.position.rawValue == 7, "it has been held since the first of them")
        let absent = table.claim(on: other) { _ in true }
        #expect(absent == nil)
        table.leave(slot)
        let held = table.find(name, of: first)
        #expect(held == slot)
        table.leave(slot)
        let gone = table.find(name, of: first)
        let count = table.count
        #expect(gone == nil && count == 0)
    }

    @Test func `two apps under one orchestration are counted apart`() throws {
        var table = OrchestrationTable(seed: (1, 2))
        let name = try #require(Name("nightly"))
        let (first, _) = table.enter(name, app: Fixture.serial(1), at: .start)
        let (second, _) = table.enter(name, app: Fixture.serial(2), at: .start)
        #expect(first != second)
        let other = table.claim(on: name) { $0.app != Fixture.serial(1) }
        #expect(other?.app == Fixture.serial(2))
        table.leave(second)
        let none = table.claim(on: name) { $0.app != Fixture.serial(1) }
        #expect(none == nil)
    }

    @Test func `a grant is found by id, by instance and by key, until it is removed`() {
        var table = LiveTable(seed: (3, 4), now: Fixture.start)
        var records: [GrantRecord] = []
        for number in 0..<2_000 as Range<UInt64> {
            var record = Fixture.grant
            record.serial = Serial(rawValue: number)
            record.id = GrantID(high: number &* 0x9E37_79B9_7F4A_7C15, low: number)
            record.instance = InstanceID(rawValue: record.id.high)
            record.publicKey = PlainIssuance.key(number)
            records.append(record)
            _ = table.insert(record)
        }
        for record in records {
            let slot = table.find(record.id)
            let byInstance = table.find(record.instance)
            let byKey = table.find(record.publicKey)
            #expect(slot != nil && slot == byInstance && slot == byKey)
        }
        let strange = table.find(GrantID(high: records[1].id.high, low: 77))
        #expect(strange == nil)
        for record in records {
            guard let slot = table.find(record.id) else { continue }
            let removed = table.remove(slot)
            #expect(removed == record)
            let byID = table.find(record.id)
            let byInstance = table.find(record.instance)
            let byKey = table.find(record.publicKey)
            #expect(byID == nil && byInstance == nil && byKey == nil)
        }
        let count = table.count
        #expect(count == 0)
    }

    @Test func `a delegated grant is found by id alone: its key and instance stay its agent's`() {
        var table = LiveTable(seed: (5, 6), now: Fixture.start)
        let own = Fixture.grant
        var delegated = own
        delegated.serial = Serial(rawValue: 2)
        delegated.id = GrantID(high: own.id.high, low: own.id.low + 1)
        delegated.delegation = Delegation(
            parent: own.id, holder: own.id, root: own.id, subject: own.subject, depth: 1, hop: [1])
        let delegatedSlot = table.insert(delegated)
        let before = table.find(own.publicKey)
        #expect(before == nil)
        let ownSlot = table.insert(own)
        let byKey = table.find(own.publicKey)
        let byInstance = table.find(own.instance)
        let byID = table.find(delegated.id)
        #expect(byKey == ownSlot && byInstance == ownSlot && byID == delegatedSlot)
        table.remove(delegatedSlot)
        let after = table.find(own.publicKey)
        #expect(after == ownSlot)
    }
}
