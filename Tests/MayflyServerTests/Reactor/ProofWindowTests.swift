@testable import MayflyServer
import Testing

@Suite struct `The window of proof_seq` {
    private func window(accepting numbers: [UInt64]) -> ProofWindow {
        var window = ProofWindow()
        for number in numbers { window.accept(number) }
        return window
    }

    @Test func `zero is never fresh`() {
        #expect(!ProofWindow().isFresh(0))
        #expect(!window(accepting: [1]).isFresh(0))
    }

    @Test func `each number is fresh once`() {
        var window = ProofWindow()
        for number in [3, 1, 2, 500, 499, 4] as [UInt64] {
            #expect(window.isFresh(number))
            window.accept(number)
            #expect(!window.isFresh(number))
        }
    }

    @Test(arguments: [1_025, 2_000, 1 << 40, UInt64.max])
    func `with the highest at h, h - 1,023 is fresh and h - 1,024 is not`(highest: UInt64) {
        let window = window(accepting: [highest])
        #expect(window.isFresh(highest - 1_023))
        #expect(!window.isFresh(highest - 1_024))
        #expect(!window.isFresh(highest))
    }

    @Test func `skipped numbers stay fresh until the window has passed them`() {
        var window = window(accepting: [1, 3])
        window.accept(1_025)
        #expect(window.isFresh(2))
        #expect(!window.isFresh(3))
        window.accept(1_026)
        #expect(!window.isFresh(2))
    }

    @Test func `a jump forgets nothing that is still in the window`() {
        let window = window(accepting: [1_000, 2_023])
        #expect(!window.isFresh(1_000))
        #expect(window.isFresh(1_001))
    }

    @Test func `a jump past the window keeps no trace of what was before`() {
        let window = window(accepting: Array(1...1_024) + [4_000])
        for number in (4_000 - 1_023)...3_999 as ClosedRange<UInt64> {
            #expect(window.isFresh(number))
        }
    }

    @Test func `it agrees with a set of everything accepted, over random orders`() {
        var generator = SystemRandomNumberGenerator()
        var window = ProofWindow()
        var accepted: Set<UInt64> = []
        var highest: UInt64 = 0
        for _ in 0..<20_000 {
            let reach: UInt64 = [3, 100, 1_100, 5_000].randomElement(using: &generator) ?? 3
            let low = highest > 1_200 ? highest - 1_200 : 0
            let number = UInt64.random(in: low...(highest + reach), using: &generator)
            let isFresh =
                number > 0 && !accepted.contains(number)
                && (number > highest || highest - number < 1_024)
            #expect(window.isFresh(number) == isFresh)
            guard isFresh else { continue }
            window.accept(number)
            accepted.insert(number)
            highest = max(highest, number)
        }
    }
}
