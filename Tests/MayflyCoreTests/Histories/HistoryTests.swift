import Glibc
import Testing

@testable import MayflyCore

/// Random histories of delegation and renewal: whatever is asked for, in whatever order, no grant
/// gets a scope, an audience, a use, an expiry or a depth beyond what it hangs on.
///
/// MAYFLY_HISTORIES says how many (20,000; a million take some minutes), MAYFLY_HISTORY_SEED
/// replays one.
@Suite struct HistoryTests {
    private static func setting(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    @Test func `no history of delegation and renewal widens anything`() throws {
        let replayed = Self.setting("MAYFLY_HISTORY_SEED")
        let histories = replayed == nil ? Int(Self.setting("MAYFLY_HISTORIES") ?? 20_000) : 1
        let first = replayed ?? UInt64.random(in: 0...(UInt64.max / 2))
        print("histories: \(histories) from seed \(first) on")
        var total = History.Count()
        for seed in first..<(first + UInt64(histories)) {
            let history = try History(seed: seed)
            if let disagreement = history.disagreement {
                Issue.record("MAYFLY_HISTORY_SEED=\(seed): \(disagreement)")
                return
            }
            total.delegated += history.count.delegated
            total.renewed += history.count.renewed
            total.consumed += history.count.consumed
            total.refused += history.count.refused
            total.depth = max(total.depth, history.count.depth)
        }
        // They are only worth something if all of it happened often.
        guard replayed == nil else { return }
        for number in [total.delegated, total.renewed, total.consumed, total.refused] {
            #expect(number > histories / 4, "\(total)")
        }
        #expect(total.depth >= 4, "\(total)")
    }

    #if MAYFLY_FAULTS
        @Test(arguments: [
            "widen-scope", "widen-lifetime", "copy-uses", "forget-holder", "keep-old-token",
        ])
        func `a broker that widens is found out`(fault: String) throws {
            for seed in 1...2_000 as ClosedRange<UInt64> {
                let history = try History(seed: seed, faults: CoreFaults(named: fault))
                if history.disagreement != nil { return }
            }
            Issue.record("\(fault) was not found")
        }
    #endif
}
