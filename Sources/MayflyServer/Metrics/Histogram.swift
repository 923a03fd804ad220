/// A histogram with fixed bounds: counts below each bound, the rest, and the sum.
struct Histogram: Equatable, Sendable {
    /// Upper bounds, inclusive and ascending, in the unit of what is recorded.
    let bounds: [UInt64]
    /// One more than there are bounds: the last is for everything above them.
    private(set) var counts: [UInt64]
    private(set) var sum: UInt64 = 0

    init(bounds: [UInt64]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// Nanoseconds, from 5 µs to 2.5 s: where a broker's answers lie, and where they must not.
    static let latencyBounds: [UInt64] = [
        5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 1_000_000_000, 2_500_000_000,
    ]
    static var latency: Histogram { Histogram(bounds: latencyBounds) }

    /// Rows of a commit group.
    static var rows: Histogram {
        Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096])
    }

    var count: UInt64 { counts.reduce(0, +) }

    mutating func record(_ value: UInt64) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket] &+= 1
        sum &+= value
    }

    mutating func merge(_ other: Histogram) {
        precondition(bounds == other.bounds, "histograms of one kind are added up")
        for bucket in counts.indices { counts[bucket] &+= other.counts[bucket] }
        sum &+= other.sum
    }
}
