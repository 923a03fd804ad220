internal import Synchronization

/// So many signatures a second, and a second's worth at once.
///
/// One number is all its state: when the allowance will be whole again. It lives with the share, so
/// that a new connection brings no new allowance.
struct SignatureRate: ~Copyable, Sendable {
    /// What may be taken at once: a second's worth, in nanoseconds.
    private static let burstNanoseconds: UInt64 = 1_000_000_000

    private let nanosecondsEach: UInt64
    private let wholeAt = Atomic<UInt64>(0)

    /// - Parameter perSecond: 0 for no limit.
    init(perSecond: Int) {
        nanosecondsEach = perSecond <= 0 ? 0 : max(1, Self.burstNanoseconds / UInt64(perSecond))
    }

    /// Takes as many as asked for while anything is left: a batch may take more than is there, and
    /// then nothing is left until that has been made up for.
    ///
    /// - Parameter now: nanoseconds on the monotonic clock.
    func take(_ count: Int, at now: UInt64) -> Bool {
        guard nanosecondsEach > 0 else { return true }
        let cost = UInt64(max(0, count)) * nanosecondsEach
        var seen = wholeAt.load(ordering: .relaxed)
        while true {
            let from = max(seen, now)
            guard from - now < Self.burstNanoseconds else { return false }
            let (exchanged, original) = wholeAt.weakCompareExchange(
                expected: seen, desired: from + cost, ordering: .relaxed)
            if exchanged { return true }
            seen = original
        }
    }

    /// Takes what has been begun and cannot be refused any more.
    func owe(_ count: Int, at now: UInt64) {
        guard nanosecondsEach > 0 else { return }
        let cost = UInt64(max(0, count)) * nanosecondsEach
        var seen = wholeAt.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = wholeAt.weakCompareExchange(
                expected: seen, desired: max(seen, now) + cost, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }

    /// Nothing is lost by forgetting it.
    func isWhole(at now: UInt64) -> Bool { wholeAt.load(ordering: .relaxed) <= now }
}
