/// Every live grant, found by its id, its agent's instance or its public key.
struct LiveTable: ~Copyable {
    private var grants = Slab<LiveGrant>()
    private var texts = TextStore()
    private var byID: SlotIndex
    private var byPublicKey: SlotIndex
    private var orchestrations: OrchestrationTable
    private var timers: TimerWheel

    init(seed: (UInt64, UInt64), now: Instant) {
        byID = SlotIndex(seed: seed)
        byPublicKey = SlotIndex(seed: seed)
        orchestrations = OrchestrationTable(seed: seed)
        timers = TimerWheel(second: now.seconds)
    }

    var count: Int { grants.count }
    var slotBound: Int { grants.slotBound }

    subscript(slot: Slot) -> LiveGrant {
        _read { yield grants[slot] }
        _modify { yield &grants[slot] }
    }

    func find(_ id: GrantID) -> Slot? {
        byID.find(byID.hash(id.high)) { grants[$0].record.id == id }
    }

    /// The agent's own grant, made at spawn: its id begins with the instance.
    func find(_ instance: InstanceID) -> Slot? {
        byID.find(byID.hash(instance.rawValue)) {
            grants[$0].record.id.high == instance.rawValue && grants[$0].record.parent == nil
        }
    }

    /// The grant of the agent that holds this key itself, not one delegated to it.
    func find(_ publicKey: PublicKey) -> Slot? {
        byPublicKey.find(byPublicKey.hash(publicKey)) {
            grants[$0].record.publicKey == publicKey
        }
    }

    /// The whole record, its texts included.
    func record(at slot: Slot) -> GrantRecord {
        whole(grants[slot].record, texts.texts(at: grants[slot].texts))
    }

    private func whole(_ record: GrantRecord, _ texts: TextStore.Texts) -> GrantRecord {
        var record = record
        record.task = texts.task
        record.scope = texts.scope
        record.audience = texts.audience
        return record
    }

    /// The first app with live grants under this orchestration id that `matches` accepts.
    func claim(
        on orchestration: Name, where matches: (OrchestrationTable.Entry) -> Bool
    ) -> OrchestrationTable.Entry? {
        orchestrations.claim(on: orchestration, where: matches)
    }

    mutating func insert(_ record: consuming GrantRecord) -> Slot {
        var record = record
        let (orchestration, name) = orchestrations.enter(
            record.orchestration, app: record.app, at: record.position)
        record.orchestration = name
        let id = record.id
        let key = record.publicKey
        let ownsKey = record.parent == nil
        let due = record.expiresAt
        let reference = texts.keep(
            TextStore.Texts(
                task: record.task, scope: record.scope, audience: record.audience))
        let slot = grants.insert(
            LiveGrant(record: record, texts: reference, orchestration: orchestration))
        byID.insert(byID.hash(id.high), slot)
        if ownsKey { byPublicKey.insert(byPublicKey.hash(key), slot) }
        timers.insert(slot, due: due, in: &grants)
        return slot
    }

    @discardableResult
    mutating func remove(_ slot: Slot) -> GrantRecord {
        timers.remove(slot, from: &grants)
        let grant = grants.remove(at: slot)
        byID.remove(byID.hash(grant.record.id.high), slot)
        if grant.record.parent == nil {
            byPublicKey.remove(byPublicKey.hash(grant.record.publicKey), slot)
        }
        orchestrations.leave(grant.orchestration)
        defer { texts.forget(grant.texts) }
        return whole(grant.record, texts.texts(at: grant.texts))
    }

    /// A grant whose time is over; it is no longer in the timer, but still in the table.
    mutating func nextDue(at now: Instant, budget: inout Int) -> Slot? {
        timers.nextDue(at: now, budget: &budget, in: &grants)
    }

    func nextUsed(from start: Int) -> Slot? { grants.nextUsed(from: start) }
}
