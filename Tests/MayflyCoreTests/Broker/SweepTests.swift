import Testing

@testable import MayflyCore

/// What is done behind everyone's back, under the lock that all of them need: in steps, and without
/// keeping what is over.
@Suite struct SweepTests {
    @Test func `a step of the sweep takes as many jobs as fit it`() throws {
        let world = World()
        let shop = try world.addApp()
        let holder = try world.spawn(Fixture.agent(key: 999, task: "holder"), from: shop)
        let parents = try world.spawn((1...200).map { Fixture.agent(key: $0) }, from: shop)
        for parent in parents {
            let hop = world.hop(from: parent, to: holder, scope: ["read:data:x"])
            _ = try world.delegate(hop, by: parent)
        }
        let target = RevocationTarget.task(
            Fixture.name("task"), orchestration: Fixture.name("orch"))
        #expect(world.apply(.revoke(target, allowsNew: false)).decision.revokedCount == 400)
        // Each parent leaves a job for its child, and the task's own job ends all of them.
        let steps = world.settle(limit: 100)
        #expect(steps.count < 12)
        #expect(steps.allSatisfy { $0.changes.count <= 100 })
        #expect(world.broker.liveGrants == 1)
    }

    @Test func `what expires or lapses at once goes in steps`() throws {
        let world = World()
        let shop = try world.addApp()
        for number in 0..<60 as Range<UInt64> {
            let terms = LaunchTokenTerms(
                digest: PlainIssuance.key(number), label: nil,
                ceiling: Fixture.scopes(["read:data:x"]), lifetimeSeconds: 0,
                maximumAgentLifetimeSeconds: 0)
            world.apply(.createLaunchToken(terms), from: shop)
            let target = RevocationTarget.task(Fixture.name("t\(number)"), orchestration: nil)
            world.apply(.revoke(target, allowsNew: false))
        }
        world.settle()
        world.now = world.now.advanced(bySeconds: 86_400)
        let steps = world.settle(limit: 10)
        #expect(steps.allSatisfy { $0.changes.count <= 10 })
        #expect(world.stored.launchTokens.isEmpty && world.stored.revocations.isEmpty)
    }

    @Test func `records that only had to last until the sweep go in steps`() throws {
        let world = World()
        let shop = try world.addApp()
        for number in 0..<60 as Range<UInt64> {
            _ = try world.spawn(Fixture.agent(key: number, task: "t\(number)"), from: shop)
            let target = RevocationTarget.task(Fixture.name("t\(number)"), orchestration: nil)
            world.apply(.revoke(target, allowsNew: true))
        }
        #expect(world.stored.revocations.count == 60)
        let steps = world.settle(limit: 10)
        #expect(steps.allSatisfy { $0.changes.count <= 10 })
        #expect(world.broker.liveGrants == 0 && world.stored.revocations.isEmpty)
    }

    @Test func `a launch token that is used up leaves nothing behind until its time`() {
        var table = LaunchTokenTable()
        for number in 0..<1_000 as Range<UInt64> {
            let token = LaunchToken(
                serial: Serial(rawValue: number), digest: PlainIssuance.key(number), label: nil,
                app: Fixture.serial(1), appEpoch: 1, ceiling: [],
                expiresAt: Fixture.start.advanced(bySeconds: 3_600), maximumLifetimeSeconds: 1,
                position: .start)
            table.insert(token)
            if !number.isMultiple(of: 100) { table.remove(token) }
        }
        #expect(table.count == 10 && table.waitingCount <= 100)
        var left: Set<UInt64> = []
        while let token = table.nextExpired(at: Fixture.start.advanced(bySeconds: 3_600)) {
            left.insert(token.serial.rawValue)
        }
        #expect(left == Set(stride(from: 0, to: 1_000, by: 100)))
    }

    @Test func `nor does a revocation record that is dropped or written again`() throws {
        var table = RevocationTable()
        func record(_ serial: UInt64, _ seconds: UInt64) -> RevocationRecord {
            RevocationRecord(
                serial: Serial(rawValue: serial), orchestration: nil,
                task: Fixture.name("t\(serial)"), allowsNew: serial != 0,
                createdAt: Fixture.start, lapsesAt: Fixture.start.advanced(bySeconds: seconds),
                position: .start)
        }
        for number in 1...1_000 as ClosedRange<UInt64> {
            table.write(record(0, number))
            table.write(record(number, 9_000))
            table.delete(record(number, 9_000))
        }
        #expect(table.count == 1 && table.refusingCount == 1 && table.waitingCount <= 100)
        #expect(table.nextLapsed(at: Fixture.start.advanced(bySeconds: 999)) == nil)
        let lapsed = table.nextLapsed(at: Fixture.start.advanced(bySeconds: 1_000))
        #expect(lapsed?.serial == Fixture.serial(0))
    }
}
