/// Finds slots by a hash of their key: open addressing, in segments, resized in small steps.
///
/// A cell keeps 32 bits of the hash and the slot, so that a probe seldom touches an element and a
/// resize never does. While it is resized two tables stand side by side and each insertion or
/// removal moves a few cells, so that no single request pays for a million others.
struct SlotIndex: ~Copyable {
    /// Cells moved from the old table per insertion or removal.
    private static let cellsMovedPerStep = 64
    private static let minimumCapacity = 1_024

    private var current: CellTable
    private var old: CellTable?
    private var oldCursor = 0
    private let seed: (UInt64, UInt64)

    var count: Int { current.count + (old?.count ?? 0) }

    /// `seed` keeps a peer that chooses keys from choosing where they land.
    init(seed: (UInt64, UInt64)) {
        self.seed = seed
        current = CellTable(capacity: Self.minimumCapacity)
    }

    /// The hash of a 64-bit key; only its low 32 bits are kept.
    func hash(_ key: UInt64) -> UInt32 {
        let product = (key ^ seed.0).multipliedFullWidth(by: seed.1 | 1)
        let folded = product.high ^ product.low
        return UInt32(truncatingIfNeeded: folded ^ (folded >> 32))
    }

    /// The hash of a key that a peer may have chosen: all of it counts, each word under the seed,
    /// so that keys which agree in part land as far apart as any.
    func hash(_ key: Bytes32) -> UInt32 {
        let words = key.words
        var state = seed.0
        for word in [words.0, words.1, words.2, words.3] {
            let product = (state ^ word).multipliedFullWidth(by: seed.1 | 1)
            state = (product.high ^ product.low) &+ 0x9E37_79B9_7F4A_7C15
        }
        return hash(state)
    }

    /// The hash of a byte string.
    func hash(_ bytes: [UInt8]) -> UInt32 {
        var state = seed.0
        for byte in bytes {
            let product = (state ^ UInt64(byte)).multipliedFullWidth(by: seed.1 | 1)
            state = (product.high ^ product.low) &+ 0x9E37_79B9_7F4A_7C15
        }
        return hash(state)
    }

    /// The first slot with this hash that `matches` accepts.
    func find(_ hash: UInt32, where matches: (Slot) -> Bool) -> Slot? {
        if let slot = current.find(hash, where: matches) { return slot }
        return old?.find(hash, where: matches)
    }

    /// The caller has made sure that the key is not there.
    mutating func insert(_ hash: UInt32, _ slot: Slot) {
        if old == nil && (current.count + 1) * 10 > current.capacity * 7 {
            startResize(to: current.capacity * 2)
        }
        current.insert(hash, slot)
        step()
    }

    mutating func remove(_ hash: UInt32, _ slot: Slot) {
        if !current.remove(hash, slot) {
            let removed = old?.abandon(hash, slot) ?? false
            precondition(removed, "what is removed was inserted")
        }
        if old == nil && current.capacity > Self.minimumCapacity
            && current.count * 8 < current.capacity
        {
            startResize(to: current.capacity / 2)
        }
        step()
    }

    private mutating func startResize(to capacity: Int) {
        old = current
        current = CellTable(capacity: capacity)
        oldCursor = 0
    }

    private mutating func step() {
        guard old != nil else { return }
        for _ in 0..<Self.cellsMovedPerStep {
            guard oldCursor < (old?.capacity ?? 0) else {
                old = nil
                return
            }
            if let (hash, slot) = old?.take(at: oldCursor) { current.insert(hash, slot) }
            oldCursor += 1
        }
        if old?.count == 0 { old = nil }
    }
}

/// One power-of-two table of cells, in segments that come to be when first written.
private struct CellTable {
    private static let segmentCapacity = 1_024
    /// A cell is hash << 32 | slot + 1; 0 is empty.
    private static let empty: UInt64 = 0
    /// A cell that was moved or removed while probes may still have to pass it.
    private static let abandoned: UInt64 = 0xFFFF_FFFF

    private var segments: [[UInt64]]
    private let mask: Int
    private(set) var count = 0

    var capacity: Int { mask + 1 }

    init(capacity: Int) {
        mask = capacity - 1
        segments = Array(repeating: [], count: max(1, capacity / Self.segmentCapacity))
    }

    func find(_ hash: UInt32, where matches: (Slot) -> Bool) -> Slot? {
        var place = Int(hash) & mask
        while true {
            let cell = self[place]
            if cell == Self.empty { return nil }
            if cell != Self.abandoned && UInt32(cell >> 32) == hash {
                let slot = Self.slot(of: cell)
                if matches(slot) { return slot }
            }
            place = (place + 1) & mask
        }
    }

    mutating func insert(_ hash: UInt32, _ slot: Slot) {
        var place = Int(hash) & mask
        while self[place] != Self.empty { place = (place + 1) & mask }
        self[place] = UInt64(hash) << 32 | UInt64(slot.rawValue + 1)
        count += 1
    }

    /// Removes and closes the gap, so that later probes stay short.
    mutating func remove(_ hash: UInt32, _ slot: Slot) -> Bool {
        guard var gap = place(of: hash, slot) else { return false }
        var place = (gap + 1) & mask
        while self[place] != Self.empty {
            let home = Int(self[place] >> 32) & mask
            if (place - home) & mask >= (place - gap) & mask {
                self[gap] = self[place]
                gap = place
            }
            place = (place + 1) & mask
        }
        self[gap] = Self.empty
        count -= 1
        return true
    }

    /// Removes without closing the gap: for a table that is being emptied.
    mutating func abandon(_ hash: UInt32, _ slot: Slot) -> Bool {
        guard let place = place(of: hash, slot) else { return false }
        self[place] = Self.abandoned
        count -= 1
        return true
    }

    mutating func take(at place: Int) -> (UInt32, Slot)? {
        let cell = self[place]
        guard cell != Self.empty && cell != Self.abandoned else { return nil }
        self[place] = Self.abandoned
        count -= 1
        return (UInt32(cell >> 32), Self.slot(of: cell))
    }

    private func place(of hash: UInt32, _ slot: Slot) -> Int? {
        let wanted = UInt64(hash) << 32 | UInt64(slot.rawValue + 1)
        var place = Int(hash) & mask
        while self[place] != wanted {
            if self[place] == Self.empty { return nil }
            place = (place + 1) & mask
        }
        return place
    }

    private static func slot(of cell: UInt64) -> Slot {
        Slot(rawValue: UInt32(truncatingIfNeeded: cell) - 1)
    }

    private subscript(place: Int) -> UInt64 {
        get {
            let segment = segments[place / Self.segmentCapacity]
            return segment.isEmpty ? Self.empty : segment[place % Self.segmentCapacity]
        }
        set {
            let segment = place / Self.segmentCapacity
            if segments[segment].isEmpty {
                segments[segment] = Array(repeating: Self.empty, count: Self.segmentCapacity)
            }
            segments[segment][place % Self.segmentCapacity] = newValue
        }
    }
}
