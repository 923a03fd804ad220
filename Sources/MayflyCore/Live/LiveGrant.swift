/// A live grant in memory: its record, what a presented token must digest to, and its links.
struct LiveGrant {
    /// Without its task, scope and audience, which `LiveTable.record(at:)` gives back.
    var record: GrantRecord
    let texts: TextStore.Reference
    /// A digest of the whole current token. Nil until it is signed, and for a grant recovered
    /// after a restart until its first presentation.
    var tokenDigest: Digest?
    /// Where the orchestration's live count is kept.
    var orchestration: Slot
    var timer = TimerLink()

    private static let elsewhere = Name(alreadyChecked: [])

    init(
        record: consuming GrantRecord, texts: TextStore.Reference = .none, orchestration: Slot
    ) {
        self.record = record
        self.record.task = Self.elsewhere
        self.record.scope = .empty
        self.record.audience = .empty
        self.texts = texts
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
