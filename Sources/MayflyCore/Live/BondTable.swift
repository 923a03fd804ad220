/// The processes and connections that grants hang on, each with its grants, oldest first.
///
/// A bound grant has a node here, so that one that hangs on nothing has only the room for its place.
struct BondTable: ~Copyable {
    struct Entry {
        let bond: Bond
        var first = Slot.none
        var last = Slot.none
    }

    /// A grant in the list of its bond.
    struct Node {
        let entry: Slot
        let grant: Slot
        var next = Slot.none
        var previous = Slot.none
    }

    private var entries = Slab<Entry>()
    private var nodes = Slab<Node>()
    private var byBond: SlotIndex

    init(seed: (UInt64, UInt64)) { byBond = SlotIndex(seed: seed) }

    /// Processes and connections.
    var count: Int { entries.count }
    var grantCount: Int { nodes.count }

    /// In the order of their places: of a table that was only filled, that in which they came.
    var all: [Bond] {
        var bonds: [Bond] = []
        var next = entries.nextUsed(from: 0)
        while let slot = next {
            bonds.append(entries[slot].bond)
            next = entries.nextUsed(from: Int(slot.rawValue) + 1)
        }
        return bonds
    }

    func bond(at node: Slot) -> Bond { entries[nodes[node].entry].bond }

    /// The oldest grant that hangs on it.
    func firstGrant(of bond: Bond) -> Slot? {
        find(bond).map { nodes[entries[$0].first].grant }
    }

    func lastGrant(of bond: Bond) -> Slot? {
        find(bond).map { nodes[entries[$0].last].grant }
    }

    /// Gives the node of the grant: what `untie` takes.
    mutating func tie(_ grant: Slot, to bond: Bond) -> Slot {
        let entry = find(bond) ?? makeEntry(bond)
        let last = entries[entry].last
        let node = nodes.insert(Node(entry: entry, grant: grant, previous: last))
        if last.isNone { entries[entry].first = node } else { nodes[last].next = node }
        entries[entry].last = node
        return node
    }

    mutating func untie(_ place: Slot) {
        let node = nodes.remove(at: place)
        let entry = node.entry
        if node.previous.isNone {
            entries[entry].first = node.next
        } else {
            nodes[node.previous].next = node.next
        }
        if node.next.isNone {
            entries[entry].last = node.previous
        } else {
            nodes[node.next].previous = node.previous
        }
        if entries[entry].first.isNone { drop(entry) }
    }

    private func find(_ bond: Bond) -> Slot? {
        byBond.find(hash(bond)) { entries[$0].bond == bond }
    }

    private mutating func makeEntry(_ bond: Bond) -> Slot {
        let entry = entries.insert(Entry(bond: bond))
        byBond.insert(hash(bond), entry)
        return entry
    }

    private mutating func drop(_ entry: Slot) {
        byBond.remove(hash(entries[entry].bond), entry)
        entries.remove(at: entry)
    }

    private func hash(_ bond: Bond) -> UInt32 {
        switch bond {
        case .process(let process), .processPid(let process):
            byBond.hash(UInt64(process.pid.rawValue) << 32 ^ process.startTicks)
        case .connection(let connection):
            byBond.hash(~connection.rawValue)
        }
    }
}
