/// The tasks that have live grants, or a revocation on record: how many grants, and up to where in
/// the log what was granted under the name is dead.
///
/// An entry for the task's name, shared by all orchestrations, has the text; one for the name under
/// one orchestration has the list of its grants.
struct TaskTable: ~Copyable {
    /// A count, and what a revocation left behind.
    struct Coverage {
        var liveGrants: UInt32 = 0
        /// Of these, already covered.
        var coveredGrants: UInt32 = 0
        /// What was granted up to here is dead.
        var upTo = LogPosition.start
        /// New grants under the name are refused; where the log was when that began.
        var refusal: LogPosition?
        /// A revocation record needs the entry.
        var isRecorded = false

        func covers(_ position: LogPosition) -> Bool { position <= upTo }

        /// One that comes back after a restart may be covered already.
        fileprivate mutating func enter(_ position: LogPosition) {
            liveGrants += 1
            if covers(position) { coveredGrants += 1 }
        }

        fileprivate mutating func leave(_ position: LogPosition) {
            liveGrants -= 1
            if covers(position) { coveredGrants -= 1 }
        }

        /// Covers all that is live; gives how many were not covered before.
        fileprivate mutating func cover(upTo position: LogPosition) -> UInt32 {
            defer {
                coveredGrants = liveGrants
                upTo = max(upTo, position)
            }
            return liveGrants - coveredGrants
        }
    }

    /// A task's name, under whatever orchestration.
    struct NameEntry {
        let text: TextStore.Reference
        var coverage = Coverage()
        /// Tasks of this name.
        var tasks: UInt32 = 0
    }

    /// A task of one orchestration.
    struct Entry {
        let name: Slot
        let orchestration: Name
        var coverage = Coverage()
        var grants = GrantList()
    }

    /// No revocation reaches further: what was granted after it is looked up under no name.
    private var coveredUpTo = LogPosition.start
    private var names = Slab<NameEntry>()
    private var entries = Slab<Entry>()
    private var texts = TextStore()
    private var byName: SlotIndex
    private var byTask: SlotIndex

    init(seed: (UInt64, UInt64)) {
        byName = SlotIndex(seed: seed)
        byTask = SlotIndex(seed: seed)
    }

    var count: Int { entries.count }

    // MARK: Grants

    /// One more live grant under the name; gives the entry that it belongs to.
    mutating func enter(
        _ task: Name, of orchestration: Name, at position: LogPosition
    ) -> Slot {
        let slot = makeEntry(task, of: orchestration)
        entries[slot].coverage.enter(position)
        names[entries[slot].name].coverage.enter(position)
        return slot
    }

    /// One less, which the log had last at this position.
    mutating func leave(_ slot: Slot, position: LogPosition) {
        entries[slot].coverage.leave(position)
        names[entries[slot].name].coverage.leave(position)
        dropIfUnused(slot)
    }

    /// The task's grants, oldest first: what a revocation covers comes before what it does not.
    subscript(grants slot: Slot) -> GrantList {
        get { entries[slot].grants }
        set { entries[slot].grants = newValue }
    }

    func name(at slot: Slot) -> Name {
        Name(alreadyChecked: texts.first(at: names[entries[slot].name].text))
    }

    /// Up to where in the log what was granted under the name is dead, if that covers this
    /// position; nil where it does not.
    func coverage(at slot: Slot, of position: LogPosition) -> LogPosition? {
        guard position <= coveredUpTo else { return nil }
        let upTo = max(entries[slot].coverage.upTo, names[entries[slot].name].coverage.upTo)
        return position <= upTo ? upTo : nil
    }

    // MARK: Names

    func find(_ task: Name, of orchestration: Name) -> Slot? {
        guard let name = findName(task) else { return nil }
        return byTask.find(hash(name, orchestration)) {
            entries[$0].name == name && entries[$0].orchestration == orchestration
        }
    }

    /// Since where in the log new grants under the name are refused; nil where they are not.
    func refusal(of task: Name, under orchestration: Name) -> LogPosition? {
        guard let name = findName(task) else { return nil }
        return names[name].coverage.refusal
            ?? find(task, of: orchestration).flatMap { entries[$0].coverage.refusal }
    }

    // MARK: Revocations

    /// Covers what is live under the name, as the record says; gives how many grants it matched.
    mutating func cover(_ record: RevocationRecord) -> UInt32 {
        coveredUpTo = max(coveredUpTo, record.position)
        return update(record) { coverage in
            coverage.isRecorded = true
            coverage.refusal = record.allowsNew ? nil : record.position
            return coverage.cover(upTo: record.position)
        }
    }

    /// The name may be used again; what was covered stays so.
    mutating func allow(_ record: RevocationRecord) {
        _ = update(record) { coverage in
            coverage.refusal = nil
            return 0
        }
    }

    /// Before the grants come back: the record covers those that the log had up to its position.
    mutating func restore(_ record: RevocationRecord) {
        coveredUpTo = max(coveredUpTo, record.position)
        _ = update(record) { coverage in
            coverage.isRecorded = true
            coverage.refusal = record.allowsNew ? nil : record.position
            coverage.upTo = max(coverage.upTo, record.position)
            return 0
        }
    }

    /// The record is gone: what was covered stays so.
    mutating func uncover(_ record: RevocationRecord) {
        _ = update(record) { coverage in
            coverage.isRecorded = false
            coverage.refusal = nil
            return 0
        }
        guard let name = findName(record.task) else { return }
        if let orchestration = record.orchestration {
            if let slot = find(record.task, of: orchestration) { dropIfUnused(slot) }
        } else {
            dropNameIfUnused(name)
        }
    }

    /// How many live grants a revocation of the name would match.
    func matches(_ task: Name, orchestration: Name?) -> UInt32 {
        let coverage: Coverage? =
            if let orchestration {
                find(task, of: orchestration).map { entries[$0].coverage }
            } else {
                findName(task).map { names[$0].coverage }
            }
        return coverage.map { $0.liveGrants - $0.coveredGrants } ?? 0
    }

    /// Nothing covered under the task's name, whatever the orchestration, is left.
    func isFinished(_ task: Name) -> Bool {
        findName(task).map { names[$0].coverage.coveredGrants == 0 } ?? true
    }

    private mutating func update(
        _ record: RevocationRecord, _ body: (inout Coverage) -> UInt32
    ) -> UInt32 {
        if let orchestration = record.orchestration {
            return body(&entries[makeEntry(record.task, of: orchestration)].coverage)
        }
        return body(&names[makeName(record.task)].coverage)
    }

    // MARK: Entries

    private func hash(_ name: Slot, _ orchestration: Name) -> UInt32 {
        byTask.hash(UInt64(name.rawValue) << 32 | UInt64(byTask.hash(orchestration.bytes)))
    }

    private func findName(_ task: Name) -> Slot? {
        byName.find(byName.hash(task.bytes)) { texts.isFirst(task.bytes, at: names[$0].text) }
    }

    private mutating func makeName(_ task: Name) -> Slot {
        if let slot = findName(task) { return slot }
        let slot = names.insert(NameEntry(text: texts.keep(task.bytes)))
        byName.insert(byName.hash(task.bytes), slot)
        return slot
    }

    private mutating func makeEntry(_ task: Name, of orchestration: Name) -> Slot {
        if let slot = find(task, of: orchestration) { return slot }
        let name = makeName(task)
        let slot = entries.insert(Entry(name: name, orchestration: orchestration))
        byTask.insert(hash(name, orchestration), slot)
        names[name].tasks += 1
        return slot
    }

    private mutating func dropIfUnused(_ slot: Slot) {
        let coverage = entries[slot].coverage
        guard coverage.liveGrants == 0, !coverage.isRecorded else { return }
        let name = entries[slot].name
        byTask.remove(hash(name, entries[slot].orchestration), slot)
        entries.remove(at: slot)
        names[name].tasks -= 1
        dropNameIfUnused(name)
    }

    private mutating func dropNameIfUnused(_ name: Slot) {
        guard names[name].tasks == 0, !names[name].coverage.isRecorded else { return }
        let text = names[name].text
        byName.remove(byName.hash(texts.first(at: text)), name)
        texts.forget(text)
        names.remove(at: name)
    }
}
