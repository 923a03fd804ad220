import Testing

@testable import MayflyCore

@Suite struct RefusalLedgerTests {
    private static func peer(_ uid: UInt32) -> Caller {
        Caller(uid: UserID(rawValue: uid), pid: ProcessID(rawValue: 3))
    }

    private static let unknown = Presentation(grant: GrantID(high: 1, low: 1), digest: .zero)

    @Test
    func `ten refusals of a uid in a second are told singly, the rest as one count per reason`() {
        let world = World()
        let singles = (0..<25).flatMap { number -> [Event] in
            let reason: Reason = number % 5 == 0 ? .proofInvalid : .malformedMessage
            return world.apply(.recordRefusal(reason), from: Self.peer(7)).events
        }
        #expect(singles.count == 10)
        #expect(singles.allSatisfy { $0.kind == .requestRefused && $0.uid?.rawValue == 7 })
        #expect(singles.filter { $0.reason == .proofInvalid }.count == 2)
        #expect(world.settle().flatMap(\.events).isEmpty, "the second is not over")
        let summaries = world.pass(milliseconds: 1_000).flatMap(\.events)
        #expect(summaries.map(\.kind) == [.refusalsSummarized, .refusalsSummarized])
        // In the order of the reasons' numbers.
        #expect(summaries.map(\.reason) == [.malformedMessage, .proofInvalid])
        #expect(summaries.map(\.count) == [12, 3])
        #expect(summaries.allSatisfy { $0.uid?.rawValue == 7 && $0.isDenied })
        #expect(world.pass(milliseconds: 5_000).flatMap(\.events).isEmpty)
        #expect(world.broker.counters.refused == 25)
    }

    @Test func `each second and each uid begins anew`() {
        let world = World()
        for second in 0..<3 {
            for uid in [1, 2] as [UInt32] {
                let told = (0..<12).flatMap { _ in
                    world.apply(.recordRefusal(.proofInvalid), from: Self.peer(uid)).events
                }.filter { $0.kind == .requestRefused }
                #expect(told.count == 10, "second \(second), uid \(uid)")
            }
            world.now = world.now.advanced(bySeconds: 1)
        }
    }

    @Test func `a second named again after the next one began gives no new allowance`() {
        var ledger = RefusalLedger()
        let uid = UserID(rawValue: 3)
        let late = Fixture.start.advanced(bySeconds: 1)
        for time in [Fixture.start, late] {
            let told = (0..<12).filter { _ in
                ledger.isRecordedSingly(.expired, by: uid, at: time)
            }
            #expect(told.count == 10)
        }
        for time in [Fixture.start, late, Fixture.start, late] {
            let isTold = ledger.isRecordedSingly(.expired, by: uid, at: time)
            #expect(!isTold)
        }
        let summaries = ledger.summaries(dueAt: late.advanced(bySeconds: 1))
        #expect(summaries.map(\.count) == [8])
    }

    @Test func `a summary that is due comes with the next refusal, whoever's it is`() {
        let world = World()
        for _ in 0..<13 { world.apply(.recordRefusal(.expired), from: Self.peer(1)) }
        world.now = world.now.advanced(bySeconds: 1)
        let events = world.apply(.recordRefusal(.expired), from: Self.peer(2)).events
        #expect(events.map(\.kind) == [.refusalsSummarized, .requestRefused])
        #expect(events.map(\.uid?.rawValue) == [1, 2])
        #expect(events.first?.count == 3)
    }

    @Test func `uids past the limit share one count, and one that names no uid`() {
        let world = World()
        for uid in 0..<256 as Range<UInt32> {
            world.apply(.recordRefusal(.expired), from: Self.peer(uid))
        }
        let told = (1_000..<1_100 as Range<UInt32>).flatMap {
            world.apply(.recordRefusal(.expired), from: Self.peer($0)).events
        }
        #expect(told.count == 10)
        #expect(told.first?.uid?.rawValue == 1_000, "a single record still says who")
        let summaries = world.pass(milliseconds: 1_000).flatMap(\.events)
        #expect(summaries.count == 1)
        #expect(summaries.first?.uid == nil && summaries.first?.count == 90)
    }

    @Test func `a flood of bad tokens costs the log ten records and a count`() {
        let world = World()
        let before = world.broker.logPosition.rawValue
        for _ in 0..<100_000 {
            let outcome = world.broker.apply(
                .validate(Self.unknown), from: Self.peer(5), at: world.now)
            #expect(outcome.decision.invalidReason == .unknownGrant)
        }
        #expect(world.broker.logPosition.rawValue == before + 10)
    }

    @Test func `a refusal says what was asked for, by whom, and for which app`() throws {
        let world = World()
        let shop = try world.addApp()
        let spec = Fixture.agent(key: 1, scope: ["write:data:x"])
        let event = try #require(
            world.apply(.spawn([spec], proof: .agent), from: shop).events.first)
        #expect(event.kind == .requestRefused && event.reason == .scopeViolation && event.isDenied)
        #expect(event.app?.text == "shop" && event.orchestration == spec.orchestration)
        #expect(event.task == spec.task && event.scope == TextList(spec.scope))
        #expect(event.uid == shop.uid && event.pid == shop.pid && event.grant == nil)
        let invalid = world.apply(.validate(Self.unknown), from: Self.peer(8))
        #expect(invalid.events.first?.grant == Self.unknown.grant)
        #expect(invalid.events.first?.app == nil)
    }

    @Test func `a start and a stop are recorded with what was found`() throws {
        let world = World()
        let outcome = world.apply(
            .recordBoundary(.brokerStarted, count: 12, detail: [UInt8]("x".utf8)))
        #expect(outcome.events.map(\.kind) == [.brokerStarted])
        #expect(outcome.events.first?.count == 12 && outcome.events.first?.detail == [0x78])
        #expect(outcome.dependsOn == world.broker.logPosition)
    }

    @Test func `a broker that stops tells what it had only counted`() {
        let world = World()
        for _ in 0..<13 { world.apply(.recordRefusal(.proofInvalid), from: Self.peer(7)) }
        let told = world.apply(.recordBoundary(.brokerStopped, count: 0, detail: [])).events
        #expect(told.map(\.kind) == [.refusalsSummarized, .brokerStopped])
        #expect(told.first?.count == 3)
    }
}
