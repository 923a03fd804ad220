/// Which apps have live grants under which orchestration ids: an id that the operator gave to no
/// app belongs to the app that holds live grants under it.
///
/// One entry per id and app, because two apps can have grants under one id where the operator
/// gave it away over the head of the first.
struct OrchestrationTable: ~Copyable {
    struct Entry {
        let name: Name
        let app: Serial
        var liveGrants: UInt32
        /// Where the log was when the first of them was made: since then there was always one.
        let position: LogPosition
    }

    private var entries = Slab<Entry>()
    private var index: SlotIndex

    init(seed: (UInt64, UInt64)) { index = SlotIndex(seed: seed) }

    var count: Int { entries.count }

    /// The first claim on `name` that `matches` accepts.
    func claim(on name: Name, where matches: (Entry) -> Bool) -> Entry? {
        let slot = index.find(index.hash(name.bytes)) {
            entries[$0].name == name && matches(entries[$0])
        }
        return slot.map { entries[$0] }
    }

    func find(_ name: Name, of app: Serial) -> Slot? {
        index.find(index.hash(name.bytes)) { entries[$0].app == app && entries[$0].name == name }
    }

    subscript(slot: Slot) -> Entry { entries[slot] }

    /// One more live grant of `app` under `name`; gives the entry and the name's shared bytes.
    mutating func enter(_ name: Name, app: Serial, at position: LogPosition) -> (Slot, Name) {
        if let slot = find(name, of: app) {
            entries[slot].liveGrants += 1
            return (slot, entries[slot].name)
        }
        let entry = Entry(name: name, app: app, liveGrants: 1, position: position)
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
