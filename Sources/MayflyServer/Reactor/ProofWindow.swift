/// Which proofs of a connection were accepted: each sequence number once, within 1,024 of the
/// highest, so that pipelined requests may arrive in any order and none may come twice.
struct ProofWindow {
    static let width: UInt64 = 1_024
    private var highest: UInt64 = 0
    private var seen = [UInt64](repeating: 0, count: Int(width / 64))

    /// Whether a proof of this number could still be accepted.
    func isFresh(_ sequence: UInt64) -> Bool {
        if sequence == 0 { return false }
        if sequence > highest { return true }
        if highest - sequence >= Self.width { return false }
        return seen[word(sequence)] & bit(sequence) == 0
    }

    /// Called once the proof itself was found good.
    mutating func accept(_ sequence: UInt64) {
        precondition(isFresh(sequence), "a proof is accepted once")
        if sequence > highest {
            if sequence - highest >= Self.width {
                for index in seen.indices { seen[index] = 0 }
            } else {
                for skipped in (highest + 1)...sequence { seen[word(skipped)] &= ~bit(skipped) }
            }
            highest = sequence
        }
        seen[word(sequence)] |= bit(sequence)
    }

    private func word(_ sequence: UInt64) -> Int { Int(sequence % Self.width / 64) }
    private func bit(_ sequence: UInt64) -> UInt64 { 1 << (sequence % 64) }
}
