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

    /// In the order they were made.
    var all: [RevocationRecord] { bySerial.values.sorted { $0.serial < $1.serial } }

    subscript(serial: Serial) -> RevocationRecord? { bySerial[serial] }

    func find(_ task: Name, orchestration: Name?) -> RevocationRecord? {
        byName[Key(orchestration: orchestration, task: task)].flatMap { bySerial[$0] }
    }

    mutating func write(_ record: RevocationRecord) {
        bySerial[record.serial] = record
        byName[Key(orchestration: record.orchestration, task: record.task)] = record.serial
        lapses.insert(record.serial, at: record.lapsesAt)
    }

    mutating func delete(_ record: RevocationRecord) {
        bySerial[record.serial] = nil
        byName[Key(orchestration: record.orchestration, task: record.task)] = nil
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
