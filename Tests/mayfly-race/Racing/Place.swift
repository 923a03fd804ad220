internal import MayflyCrypto

/// Where families come and go, one at a time, all with the same task's name.
final class Place {
    let task: String
    var family: Family?
    var isSpawning = false
    /// Renewals race here, and have not all been answered.
    var isRacing = false

    init(number: Int) { task = "task-\(number)" }
}

/// Agent keys, used again when their agents are dead for certain.
struct KeyPool {
    private var free: [AgentKeyPair] = []
    private var next = 0

    mutating func take() -> AgentKeyPair {
        guard next < free.count else { return AgentKeyPair() }
        let key = free[next]
        next += 1
        if next > Self.compactedFrom {
            free.removeFirst(next)
            next = 0
        }
        return key
    }

    mutating func giveBack(_ key: AgentKeyPair) { free.append(key) }

    private static let compactedFrom = 1_024
}

/// Tokens of families that were forgotten, presented again now and then for as long as they are
/// kept: they stay dead.
struct Graveyard {
    private var tokens: [Token] = []
    private var oldest = 0

    static let capacity = 1_024

    var isEmpty: Bool { tokens.isEmpty }

    mutating func bury(_ token: Token) {
        if tokens.count < Self.capacity {
            tokens.append(token)
        } else {
            tokens[oldest] = token
            oldest = (oldest + 1) % Self.capacity
        }
    }

    func some(_ random: inout RaceRandom) -> Token { tokens[random.below(tokens.count)] }

    mutating func clear() { self = Graveyard() }
}

/// The same choices for the same seed (SplitMix64). The broker's own timing is not seeded: a seed
/// gives the same kind of race again, not the same race.
struct RaceRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is something to choose from")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in `percent` of a hundred times.
    mutating func chance(percent: Int) -> Bool { below(100) < percent }

    /// Sixteen bytes that no one had before.
    mutating func bytes16() -> [UInt8] {
        var words = (next(), next())
        return withUnsafeBytes(of: &words) { [UInt8]($0) }
    }
}
