import Testing

@testable import mayfly_load

struct WorkloadTests {
    private let now = Moment(nanoseconds: 1_000)
    private let later = Moment(nanoseconds: 2_000)

    private func view(
        due: Moment? = nil, agents: Int = 0, presentable: Int = 0, quota: Int = 10,
        arrival: Moment? = nil, renewable: Int = 0
    ) -> Workload.View {
        Workload.View(
            oldestDue: due, agents: agents, presentable: presentable, quotaLeft: quota,
            arrival: arrival, renewable: renewable)
    }

    @Test func `pairs spawn until an agent's life is over, and then release it first`() {
        var workload = Workload(mix: .pairs, isOpenLoop: false, seed: 1)
        let spawn = workload.next(view(), now: now)
        #expect(spawn == .init(step: .spawn, began: nil, isCounted: true))
        let early = workload.next(view(due: later, agents: 1), now: now)
        #expect(early?.step == .spawn)
        let release = workload.next(view(due: now, agents: 1), now: now)
        #expect(release == .init(step: .release, began: nil, isCounted: false))
    }

    @Test func `without quota nothing new begins, and what lives is still released`() {
        var workload = Workload(mix: .pairs, isOpenLoop: false, seed: 1)
        #expect(workload.next(view(quota: 0), now: now) == nil)
        #expect(workload.next(view(due: now, agents: 1, quota: 0), now: now)?.step == .release)
    }

    @Test func `a token is renewed only while no other renewal replaces it`() {
        var workload = Workload(mix: .renew, isOpenLoop: false, seed: 1)
        #expect(workload.next(view(), now: now) == nil)
        let renew = workload.next(view(renewable: 1), now: now)
        #expect(renew == .init(step: .renew, began: nil, isCounted: true))
        #expect(workload.next(view(quota: 0, renewable: 1), now: now) == nil)
    }

    @Test func `a delegation waits for nothing`() {
        var workload = Workload(mix: .delegate, isOpenLoop: false, seed: 1)
        #expect(
            workload.next(view(), now: now) == .init(step: .delegate, began: nil, isCounted: true))
    }

    @Test func `an open loop waits for arrivals and counts from them`() {
        var workload = Workload(mix: .pairs, isOpenLoop: true, seed: 1)
        #expect(workload.next(view(), now: later) == nil)
        let spawn = workload.next(view(arrival: now), now: later)
        #expect(spawn == .init(step: .spawn, began: now, isCounted: true))
        let release = workload.next(view(due: now, agents: 1), now: later)
        #expect(release == .init(step: .release, began: now, isCounted: false))
    }

    @Test func `weights are kept, and impossible choices become spawns`() {
        var workload = Workload(
            mix: .weighted(spawn: 10, validate: 80, release: 10), isOpenLoop: false, seed: 7)
        var counts: [Step: Int] = [:]
        for _ in 0..<10_000 {
            let decision = workload.next(view(due: now, agents: 5), now: now)
            if let step = decision?.step { counts[step, default: 0] += 1 }
        }
        #expect(900...1_100 ~= counts[.spawn] ?? 0)
        #expect(7_800...8_200 ~= counts[.validate] ?? 0)
        #expect(900...1_100 ~= counts[.release] ?? 0)
        for _ in 0..<100 { #expect(workload.next(view(), now: now)?.step == .spawn) }
    }

    @Test func `a weighted mix stops spawning where enough agents live`() {
        var workload = Workload(
            mix: .weighted(spawn: 1, validate: 0, release: 0), isOpenLoop: false, seed: 7)
        let full = view(due: now, agents: Workload.agentsKept)
        #expect(workload.next(full, now: now)?.step == .release)
    }

    @Test func `choices stay below their bound`() {
        var random = RandomSteps(seed: 3)
        var seen: Set<Int> = []
        for _ in 0..<1_000 { seen.insert(random.next(below: 7)) }
        #expect(seen == Set(0..<7))
    }
}
