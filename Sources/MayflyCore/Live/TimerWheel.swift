/// Which grants end at which second: five wheels of 64 buckets, each bucket a list through the
/// grants themselves. Inserting, removing and expiring cost the same with ten grants or ten
/// million, and `advance` does at most the work it is allowed.
struct TimerWheel {
    private static let bitsPerLevel = 6
    private static let bucketsPerLevel = 64
    private static let levels = 5
    /// Seconds ahead that a grant is filed at most; what is due later is filed again then.
    private static let reach: UInt64 = 1 << UInt64(bitsPerLevel * levels - 1)

    /// The second up to which everything has ended.
    private(set) var second: UInt64
    private var heads = [Slot](repeating: .none, count: bucketsPerLevel * levels)
    /// Coarse buckets whose time has come and whose grants are on their way to a finer wheel.
    private var opened: [Int] = []

    init(second: UInt64) { self.second = second }

    /// `due` is rounded up to a whole second, so that nothing ends before its time.
    mutating func insert(_ slot: Slot, due: Instant, in grants: inout Slab<LiveGrant>) {
        link(slot, at: Self.bucket(for: (due.milliseconds + 999) / 1_000, from: second), &grants)
    }

    mutating func remove(_ slot: Slot, from grants: inout Slab<LiveGrant>) {
        let link = grants[slot].timer
        guard link.bucket != TimerLink.unlinked else { return }
        if link.previous.isNone {
            heads[Int(link.bucket)] = link.next
        } else {
            grants[link.previous].timer.next = link.next
        }
        if !link.next.isNone { grants[link.next].timer.previous = link.previous }
        grants[slot].timer = TimerLink()
    }

    /// Moves time on towards `now` and takes out one grant that is due; nil when none is left or
    /// `budget` is used up. `budget` counts every list step.
    mutating func nextDue(
        at now: Instant, budget: inout Int, in grants: inout Slab<LiveGrant>
    ) -> Slot? {
        while budget > 0 {
            budget -= 1
            if let bucket = opened.last {
                let slot = heads[bucket]
                if slot.isNone {
                    opened.removeLast()
                } else {
                    remove(slot, from: &grants)
                    insert(slot, due: grants[slot].due, in: &grants)
                }
                continue
            }
            let due = heads[Int(second) & (Self.bucketsPerLevel - 1)]
            if !due.isNone {
                remove(due, from: &grants)
                return due
            }
            guard second < now.seconds else { return nil }
            if grants.count == 0 {
                second = now.seconds
                return nil
            }
            enterNextSecond()
        }
        return nil
    }

    private mutating func enterNextSecond() {
        second += 1
        var level = 1
        while level < Self.levels, second & ((1 << UInt64(Self.bitsPerLevel * level)) - 1) == 0 {
            let index = Int(second >> UInt64(Self.bitsPerLevel * level)) & 63
            opened.append(level * Self.bucketsPerLevel + index)
            level += 1
        }
    }

    private mutating func link(_ slot: Slot, at bucket: UInt16, _ grants: inout Slab<LiveGrant>) {
        let head = heads[Int(bucket)]
        grants[slot].timer = TimerLink(next: head, previous: .none, bucket: bucket)
        if !head.isNone { grants[head].timer.previous = slot }
        heads[Int(bucket)] = slot
    }

    /// The wheel is the one whose six bits are the highest that differ from now.
    private static func bucket(for due: UInt64, from second: UInt64) -> UInt16 {
        let due = min(max(due, second), second + reach)
        let difference = due ^ second
        let highest = difference == 0 ? 0 : 63 - difference.leadingZeroBitCount
        let level = min(highest / bitsPerLevel, levels - 1)
        let index = Int(due >> UInt64(bitsPerLevel * level)) & (bucketsPerLevel - 1)
        return UInt16(level * bucketsPerLevel + index)
    }
}
