/// A live grant in memory: its record, what a presented token must digest to, and its links.
struct LiveGrant {
    /// First, so that it is one line of the cache: a chain is eleven of these.
    private(set) var facts = ValidityFacts()
    /// Without its task, scope, audience and bond, which `LiveTable.record(at:)` gives back.
    var record: GrantRecord
    var texts: TextStore.Reference
    /// A digest of the whole current token. Nil until it is signed, and for a grant recovered
    /// after a restart until its first presentation.
    var tokenDigest: Digest?
    /// Where the orchestration's live count is kept.
    var orchestration: Slot
    /// Where the task's is, and what was revoked under its name.
    var task: Slot
    /// Its place in the list of what it hangs on beyond its expiry; none where that is nothing.
    var bondPlace = Slot.none
    /// When it is to be looked at: at its expiry, or where a heartbeat would be missed.
    var due: Instant
    var timer = TimerLink()
    var vitals = Vitals()

    /// Delegated from this grant, and still in the table.
    var children = GrantList()
    /// Granted to this agent by delegation; of an agent's own grant only.
    var held = GrantList()
    var heldCount: UInt32 = 0
    /// Grants of the whole chain, this one among them; of a root only.
    var chainCount: UInt32 = 1
    /// What a delegated grant is listed and counted with.
    var joined = ChainPlaces()
    private var childLink = GrantList.Link()
    private var heldLink = GrantList.Link()
    private var taskLink = GrantList.Link()

    private static let elsewhere = Name(alreadyChecked: [])

    init(
        record: consuming GrantRecord, texts: TextStore.Reference = .none, orchestration: Slot,
        task: Slot = .none, due: Instant? = nil
    ) {
        self.due = due ?? record.expiresAt
        self.record = record
        self.texts = texts
        self.orchestration = orchestration
        self.task = task
        forgetTexts()
    }

    /// What the record says of validity; where the grant hangs does not change.
    mutating func updateFacts(app: AppTable.Index) {
        facts.serial = record.serial
        facts.position = record.position
        facts.expiresAt = record.expiresAt
        facts.app = UInt32(app)
        facts.appEpoch = record.appEpoch
        facts.key = record.key
        facts.task = task
        facts.isDelegated = record.delegation != nil
    }

    mutating func hang(on parent: (Slot, Serial)?, heldBy holder: (Slot, Serial)?) {
        if let parent { (facts.parent, facts.parentSerial) = parent }
        if let holder { (facts.holder, facts.holderSerial) = holder }
    }

    /// They are kept elsewhere.
    mutating func forgetTexts() {
        record.task = Self.elsewhere
        record.scope = .empty
        record.audience = .empty
        record.bond = nil
    }

    subscript(kind: GrantList.Kind) -> GrantList.Link {
        get {
            switch kind {
            case .children: childLink
            case .held: heldLink
            case .task: taskLink
            }
        }
        set {
            switch kind {
            case .children: childLink = newValue
            case .held: heldLink = newValue
            case .task: taskLink = newValue
            }
        }
    }
}

/// What the validity of a grant is judged by, all in one place. Parent and holder are found by
/// their slots, without a hash: a slot whose serial is another is somebody else's by now.
struct ValidityFacts {
    var serial = Serial(rawValue: .max)
    var position = LogPosition.start
    var expiresAt = Instant.zero
    var parentSerial = Serial(rawValue: .max)
    var holderSerial = Serial(rawValue: .max)
    var parent = Slot.none
    var holder = Slot.none
    var task = Slot.none
    var app: UInt32 = 0
    var appEpoch: UInt32 = 0
    var key = KeyNumber(rawValue: 0)
    var isDelegated = false
}

/// Where in its chain a grant has been put down.
struct ChainPlaces: OptionSet {
    let rawValue: UInt8
    static let parent = ChainPlaces(rawValue: 1)
    static let holder = ChainPlaces(rawValue: 2)
    static let root = ChainPlaces(rawValue: 4)
}

/// What the agent said of itself last; not durable.
struct Vitals {
    var state = AgentState.unspecified
    /// When it last said so, or when its grant came to be in this table.
    var lastBeat = Instant.zero
    var hasBeaten = false
    /// It missed its app's interval and has not been heard of since.
    var isFlagged = false
}

/// A grant's place in the timer wheel's lists.
struct TimerLink {
    var next: Slot = .none
    var previous: Slot = .none
    var bucket: UInt16 = TimerLink.unlinked

    static let unlinked = UInt16.max
}
