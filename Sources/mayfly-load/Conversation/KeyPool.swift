internal import MayflyCrypto

/// Agent key pairs, made before the clock runs. One per thread.
///
/// A key comes back only when the release of the agent that held it was acknowledged, because no
/// two live agents have the same.
struct KeyPool {
    private var free: [AgentKeyPair] = []
    /// How many had to be made while the clock ran.
    private(set) var madeLate = 0

    init(count: Int) {
        free.reserveCapacity(count)
        for _ in 0..<count { free.append(AgentKeyPair()) }
    }

    mutating func take() -> AgentKeyPair {
        if let key = free.popLast() { return key }
        madeLate += 1
        return AgentKeyPair()
    }

    mutating func giveBack(_ key: AgentKeyPair) { free.append(key) }
}
