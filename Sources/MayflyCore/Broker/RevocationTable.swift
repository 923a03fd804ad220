/// The revocation records in force, one for each name.
struct RevocationTable {
    struct Key: Hashable {
        var orchestration: Name?
        var task: Name
    }

    private var bySerial: [Serial: RevocationRecord] = [:]
    private var byName: [Key: Serial] = [:]
    private var lapses = ExpiryQueue()

    var count: Int { bySerial.count }
    /// Those that refuse their name; the others go with the grants that they cover.
    private(set) var refusingCount = 0
    /// Places kept for those that are to lapse.
    var waitingCount: Int { lapses.count }

    /// In the order they were made.
    var all: [RevocationRecord] { bySerial.keys.sorted().compactMap { bySerial[$0] } }

    /// Those that refuse nothing and are for a name under all orchestrations, in the order they were
    /// made.
    var allowingUnderAll: [Serial] {
        bySerial.values.filter { $0.allowsNew && $0.orchestration == nil }.map(\.serial).sorted()
    }

    subscript(serial: Serial) -> RevocationRecord? { bySerial[serial] }

    func find(_ task: Name, orchestration: Name?) -> RevocationRecord? {
        byName[Key(orchestration: orchestration, task: task)].flatMap { bySerial[$0] }
    }

    mutating func write(_ record: RevocationRecord) {
        let before = bySerial.updateValue(record, forKey: record.serial)
        byName[Key(orchestration: record.orchestration, task: record.task)] = record.serial
        if before?.allowsNew == false { refusingCount -= 1 }
        if !record.allowsNew { refusingCount += 1 }
        guard before?.lapsesAt != record.lapsesAt else { return }
        lapses.insert(record.serial, at: record.lapsesAt)
        tidy()
    }

    mutating func delete(_ record: RevocationRecord) {
        if bySerial.removeValue(forKey: record.serial)?.allowsNew == false { refusingCount -= 1 }
        byName[Key(orchestration: record.orchestration, task: record.task)] = nil
        tidy()
    }

    private mutating func tidy() {
        lapses.tidy(keeping: count) { serial, time in bySerial[serial]?.lapsesAt == time }
    }

    /// One whose time is over; it is still in the table.
    mutating func nextLapsed(at now: Instant) -> RevocationRecord? {
        while let serial = lapses.next(at: now) {
            // One that was written again lapses later, and has another place in the queue.
            if let record = bySerial[serial], record.lapsesAt <= now { return record }
        }
        return nil
    }
}
