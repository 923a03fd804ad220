// The fault rigs: a real broker under load is killed, cut off from its power or given a failing
// disk, and what its clients were told is compared with what recovery finds. They may know the
// wire and the audit's reader, as any client and any auditor may, and nothing of the server.

/// The same choices for the same seed (SplitMix64): a run that failed names its seed.
struct RigRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func within(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True in `percent` of a hundred times.
    mutating func chance(percent: Int) -> Bool { below(100) < percent }
}
