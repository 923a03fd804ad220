/// Which app an orchestration id belongs to: the one that the operator gave it to, else the one
/// that holds live grants under it.
struct OrchestrationTable: ~Copyable {
    struct Entry {
        let name: Name
        /// The app that holds the live grants.
        let holder: Serial
        var liveGrants: UInt32
        /// Where the log was when the first of them was made.
        let position: LogPosition
    }

    private var entries = Slab<Entry>()
    private var index: SlotIndex

    init(seed: (UInt64, UInt64)) { index = SlotIndex(seed: seed) }

    var count: Int { entries.count }

    func find(_ name: Name) -> Slot? {
        index.find(index.hash(name.bytes)) { entries[$0].name == name }
    }

    subscript(slot: Slot) -> Entry { entries[slot] }

    /// One more live grant of `app` under `name`; gives the entry and the name's shared bytes.
    mutating func enter(_ name: Name, app: Serial, at position: LogPosition) -> (Slot, Name) {
        if let slot = find(name) {
            entries[slot].liveGrants += 1
            return (slot, entries[slot].name)
        }
        let entry = Entry(name: name, holder: app, liveGrants: 1, position: position)
        let slot = entries.insert(entry)
        index.insert(index.hash(name.bytes), slot)
        return (slot, name)
    }

    mutating func leave(_ slot: Slot) {
        entries[slot].liveGrants -= 1
        if entries[slot].liveGrants == 0 {
            index.remove(index.hash(entries[slot].name.bytes), slot)
            entries.remove(at: slot)
        }
    }
}
