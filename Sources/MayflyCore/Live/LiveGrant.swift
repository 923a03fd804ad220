/// A live grant in memory: its record, what a presented token must digest to, and its links.
struct LiveGrant {
    var record: GrantRecord
    /// A digest of the whole current token. Nil until it is signed, and for a grant recovered
    /// after a restart until its first presentation.
    var tokenDigest: Digest?
    /// Where the orchestration's live count is kept.
    var orchestration: Slot
    var timer = TimerLink()

    init(record: GrantRecord, orchestration: Slot) {
        self.record = record
        self.orchestration = orchestration
    }
}

/// A grant's place in the timer wheel's lists.
struct TimerLink {
    var next: Slot = .none
    var previous: Slot = .none
    var bucket: UInt16 = TimerLink.unlinked

    static let unlinked = UInt16.max
}
