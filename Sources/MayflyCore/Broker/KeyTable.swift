/// The keys that sign tokens: one current, and those whose tokens may still be valid.
struct KeyTable {
    /// In the order of their numbers; few.
    private(set) var all: [KeyRecord]
    private(set) var current: KeyNumber

    /// Exactly one of the records is current.
    init(_ records: [KeyRecord]) {
        all = records.sorted { $0.number.rawValue < $1.number.rawValue }
        guard let current = all.last(where: { $0.state == .current }) else {
            preconditionFailure("one key is current")
        }
        self.current = current.number
    }

    /// Whether what the key signed is dead, and where the log was when it died.
    func fault(of number: KeyNumber) -> (isDead: Bool, position: LogPosition) {
        guard let record = all.first(where: { $0.number == number }) else {
            return (true, .start)
        }
        return (record.state == .revoked, record.position)
    }

    func find(_ number: KeyNumber) -> KeyRecord? { all.first { $0.number == number } }

    mutating func write(_ record: KeyRecord) {
        if let index = all.firstIndex(where: { $0.number == record.number }) {
            all[index] = record
        } else {
            all.append(record)
        }
        if record.state == .current { current = record.number }
    }

    mutating func delete(_ number: KeyNumber) { all.removeAll { $0.number == number } }
}
