/// Every live grant, found by its id, its token, its agent's instance or its public key.
struct LiveTable: ~Copyable {
    private var grants = Slab<LiveGrant>()
    private var texts = TextStore()
    private var byID: SlotIndex
    private var byPublicKey: SlotIndex
    private var orchestrations: OrchestrationTable
    private var timers: TimerWheel
    var tasks: TaskTable
    private(set) var bonds: BondTable
    private(set) var shares = ShareTable()

    init(seed: (UInt64, UInt64), now: Instant) {
        byID = SlotIndex(seed: seed)
        byPublicKey = SlotIndex(seed: seed)
        orchestrations = OrchestrationTable(seed: seed)
        tasks = TaskTable(seed: seed)
        bonds = BondTable(seed: seed)
        timers = TimerWheel(second: now.seconds)
    }

    var count: Int { grants.count }
    var slotBound: Int { grants.slotBound }

    subscript(slot: Slot) -> LiveGrant {
        _read { yield grants[slot] }
        _modify { yield &grants[slot] }
    }

    // MARK: Finding

    func find(_ id: GrantID) -> Slot? {
        byID.find(byID.hash(id.high)) { grants[$0].record.id == id }
    }

    /// The grant whose current token this is: its id begins with the grant's.
    func find(_ token: TokenID) -> Slot? {
        byID.find(byID.hash(token.high)) { grants[$0].record.token == token }
    }

    /// The agent's own grant, made at spawn: its id begins with the instance.
    func find(_ instance: InstanceID) -> Slot? {
        byID.find(byID.hash(instance.rawValue)) {
            grants[$0].record.id.high == instance.rawValue && grants[$0].record.delegation == nil
        }
    }

    /// The agent's own grant, if its whole name is this one.
    func find(_ agent: AgentName) -> Slot? {
        guard let slot = find(agent.instance),
            grants[slot].record.orchestration == agent.orchestration,
            task(of: slot) == agent.task
        else { return nil }
        return slot
    }

    /// The grant of the agent that holds this key itself, not one delegated to it.
    func find(_ publicKey: PublicKey) -> Slot? {
        byPublicKey.find(byPublicKey.hash(publicKey)) {
            grants[$0].record.publicKey == publicKey
        }
    }

    func facts(of slot: Slot) -> ValidityFacts { grants[slot].facts }

    /// Of the grant of this serial, if it is still in its place.
    func facts(at slot: Slot, of serial: Serial) -> ValidityFacts? {
        guard !slot.isNone, grants.isUsed(slot) else { return nil }
        let facts = grants[slot].facts
        return facts.serial == serial ? facts : nil
    }

    func nextUsed(from start: Int) -> Slot? { grants.nextUsed(from: start) }

    /// The task's oldest grant.
    func firstGrant(of task: Slot) -> Slot? {
        let first = tasks[grants: task].first
        return first.isNone ? nil : first
    }

    // MARK: Texts

    func task(of slot: Slot) -> Name { tasks.name(at: grants[slot].task) }
    func scope(of slot: Slot) -> TextList { TextList(joined: texts.first(at: grants[slot].texts)) }
    func audience(of slot: Slot) -> TextList {
        TextList(joined: texts.second(at: grants[slot].texts))
    }

    func bond(of slot: Slot) -> Bond? {
        let place = grants[slot].bondPlace
        return place.isNone ? nil : bonds.bond(at: place)
    }

    /// The whole record, its texts included.
    func record(at slot: Slot) -> GrantRecord {
        var record = grants[slot].record
        record.task = task(of: slot)
        record.scope = scope(of: slot)
        record.audience = audience(of: slot)
        record.bond = bond(of: slot)
        return record
    }

    /// The first app with live grants under this orchestration id that `matches` accepts.
    func claim(
        on orchestration: Name, where matches: (OrchestrationTable.Entry) -> Bool
    ) -> OrchestrationTable.Entry? {
        orchestrations.claim(on: orchestration, where: matches)
    }

    // MARK: Coming and going

    /// - Parameters:
    ///   - app: where the grant's app is.
    ///   - due: when the grant is to be looked at, no later than its expiry.
    mutating func insert(
        _ record: consuming GrantRecord, app: AppTable.Index = 0, due: Instant? = nil
    ) -> Slot {
        var record = record
        shares.charge(record.share, textBytes: record.textBytes)
        let (orchestration, name) = orchestrations.enter(
            record.orchestration, app: record.app, at: record.position)
        record.orchestration = name
        let reference = texts.keep(record.scope.joined, record.audience.joined)
        let task = tasks.enter(record.task, of: name, at: record.position)
        let bond = record.bond
        let slot = grants.insert(
            LiveGrant(
                record: record, texts: reference, orchestration: orchestration, task: task,
                due: due))
        var list = tasks[grants: task]
        list.append(slot, .task, in: &grants)
        tasks[grants: task] = list
        if let bond { grants[slot].bondPlace = bonds.tie(slot, to: bond) }
        byID.insert(byID.hash(grants[slot].record.id.high), slot)
        if grants[slot].record.delegation == nil {
            byPublicKey.insert(byPublicKey.hash(grants[slot].record.publicKey), slot)
        }
        grants[slot].updateFacts(app: app)
        joinChain(slot)
        timers.insert(slot, due: grants[slot].due, in: &grants)
        return slot
    }

    @discardableResult
    mutating func remove(_ slot: Slot) -> GrantRecord {
        let record = record(at: slot)
        shares.giveBack(record.share, textBytes: record.textBytes)
        timers.remove(slot, from: &grants)
        leaveChain(slot)
        let task = grants[slot].task
        var list = tasks[grants: task]
        list.remove(slot, .task, in: &grants)
        tasks[grants: task] = list
        tasks.leave(task, position: record.position)
        let grant = grants.remove(at: slot)
        if !grant.bondPlace.isNone { bonds.untie(grant.bondPlace) }
        byID.remove(byID.hash(record.id.high), slot)
        if record.delegation == nil {
            byPublicKey.remove(byPublicKey.hash(record.publicKey), slot)
        }
        orchestrations.leave(grant.orchestration)
        texts.forget(grant.texts)
        return record
    }

    /// Puts the grant's new state in place: the same grant, app, agent, task, bond and share.
    mutating func replace(_ slot: Slot, with record: consuming GrantRecord, due: Instant) {
        let isRewritten = record.scope != scope(of: slot) || record.audience != audience(of: slot)
        if isRewritten {
            let before = self.record(at: slot).textBytes
            shares.giveBack(record.share, textBytes: before)
            shares.charge(record.share, textBytes: record.textBytes)
            texts.forget(grants[slot].texts)
            grants[slot].texts = texts.keep(record.scope.joined, record.audience.joined)
        }
        let name = grants[slot].record.orchestration
        grants[slot].record = record
        grants[slot].record.orchestration = name
        grants[slot].forgetTexts()
        grants[slot].updateFacts(app: AppTable.Index(grants[slot].facts.app))
        refile(slot, due: due)
    }

    // MARK: Time

    /// Looks at the grant at another time.
    mutating func refile(_ slot: Slot, due: Instant) {
        timers.remove(slot, from: &grants)
        grants[slot].due = due
        timers.insert(slot, due: due, in: &grants)
    }

    /// A grant whose time is over; it is no longer in the timer, but still in the table.
    mutating func nextDue(at now: Instant, budget: inout Int) -> Slot? {
        timers.nextDue(at: now, budget: &budget, in: &grants)
    }

    // MARK: Chains

    /// A delegated grant is listed with its parent and its holder, and counted with its root: those
    /// of them that are there.
    private mutating func joinChain(_ slot: Slot) {
        guard let delegation = grants[slot].record.delegation else { return }
        if let parent = find(delegation.parent) {
            var list = grants[parent].children
            list.append(slot, .children, in: &grants)
            grants[parent].children = list
            grants[slot].joined.insert(.parent)
            grants[slot].hang(on: (parent, grants[parent].record.serial), heldBy: nil)
        }
        if let holder = find(delegation.holder) {
            var list = grants[holder].held
            list.append(slot, .held, in: &grants)
            grants[holder].held = list
            grants[holder].heldCount += 1
            grants[slot].joined.insert(.holder)
            grants[slot].hang(on: nil, heldBy: (holder, grants[holder].record.serial))
        }
        if let root = find(delegation.root) {
            grants[root].chainCount += 1
            grants[slot].joined.insert(.root)
        }
    }

    /// Ids are never reused: what was joined is what is found now, or gone.
    private mutating func leaveChain(_ slot: Slot) {
        guard let delegation = grants[slot].record.delegation else { return }
        let joined = grants[slot].joined
        if joined.contains(.parent), let parent = find(delegation.parent) {
            var list = grants[parent].children
            list.remove(slot, .children, in: &grants)
            grants[parent].children = list
        }
        if joined.contains(.holder), let holder = find(delegation.holder) {
            var list = grants[holder].held
            list.remove(slot, .held, in: &grants)
            grants[holder].held = list
            grants[holder].heldCount -= 1
        }
        if joined.contains(.root), let root = find(delegation.root) {
            grants[root].chainCount -= 1
        }
    }

    /// The grants in one of these lists, at most `limit`; nil where there are more.
    func members(of list: GrantList, _ kind: GrantList.Kind, limit: Int) -> [GrantID]? {
        var members: [GrantID] = []
        var next = list.first
        while !next.isNone {
            if members.count == limit { return nil }
            members.append(grants[next].record.id)
            next = grants[next][kind].next
        }
        return members
    }
}
