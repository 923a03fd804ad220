/// The apps, few and long-lived, with how many live grants each has.
struct AppTable {
    struct Entry {
        var record: AppRecord
        var liveGrants = 0
        /// When the heartbeat terms became what they are: nobody was late for them before. Not
        /// durable, as no heartbeat is.
        var heartbeatSince = Instant.zero
        var isRemoved: Bool { record.removedAt != nil }
    }

    /// A place in the table; kept until the app's record is deleted.
    typealias Index = Int

    private var entries: [Entry?] = []
    /// Of the same places, small and side by side.
    private var standings: [Standing] = []
    private var bySerial: [Serial: Index] = [:]
    private var byName: [Name: Index] = [:]
    private var byClientID: [Name: Index] = [:]
    /// How many apps that were not removed each uid is.
    private var appsOfUid: [UserID: Int] = [:]
    /// Orchestration ids that the operator gave to an app.
    private var owners: [Name: Serial] = [:]

    var count: Int { byName.count }

    var all: [(record: AppRecord, liveGrants: Int)] {
        entries.compactMap { $0 }.filter { !$0.isRemoved }
            .sorted { $0.record.serial < $1.record.serial }
            .map { ($0.record, $0.liveGrants) }
    }

    /// Removed apps whose grants are all gone.
    var removedWithoutGrants: [Serial] {
        entries.compactMap { $0 }.filter { $0.isRemoved && $0.liveGrants == 0 }
            .map(\.record.serial).sorted()
    }

    /// The app of that name, unless it was removed.
    func find(_ name: Name) -> Index? { byName[name] }

    /// The app with that client id, unless it was removed.
    func find(client id: Name) -> Index? { byClientID[id] }

    /// The app of that serial, removed or not.
    func find(_ serial: Serial) -> Index? { bySerial[serial] }

    /// Whether any app that was not removed is this uid.
    func names(_ uid: UserID) -> Bool { appsOfUid[uid] != nil }

    var namedUids: Set<UserID> { Set(appsOfUid.keys) }

    func owner(of orchestration: Name) -> Serial? { owners[orchestration] }

    /// The other apps that any of these uids is.
    func others(than serial: Serial, with uids: [UserID]) -> [AppRecord] {
        all.map(\.record).filter { record in
            record.serial != serial && record.uids.contains { uids.contains($0) }
        }
    }

    /// What of the app the validity of its grants depends on.
    struct Standing {
        var epoch: UInt32
        var isRemoved: Bool
        var position: LogPosition
    }

    func standing(at index: Index) -> Standing { standings[index] }

    /// A copy, and not `_read`: what that yields of an array is a copy too, in a frame of its own, and
    /// the compiler (6.3) reads a field of it after it has freed the frame.
    subscript(index: Index) -> Entry {
        get { entries[index]! }
        _modify { yield &entries[index]! }
    }

    /// Puts a new app in, or the new state of one that is there.
    mutating func write(_ record: AppRecord) {
        if let index = bySerial[record.serial] {
            let before = self[index].record
            if before.removedAt == nil { unname(before.uids) }
            for name in before.orchestrations where owners[name] == record.serial {
                owners[name] = nil
            }
            if let id = before.secret?.clientID, byClientID[id] == index { byClientID[id] = nil }
            self[index].record = record
        } else {
            let index = entries.firstIndex { $0 == nil } ?? entries.count
            if index == entries.count {
                entries.append(nil)
                standings.append(Standing(epoch: 0, isRemoved: true, position: .start))
            }
            entries[index] = Entry(record: record)
            bySerial[record.serial] = index
        }
        guard let index = bySerial[record.serial] else { return }
        standings[index] = Standing(
            epoch: record.epoch, isRemoved: record.removedAt != nil, position: record.position)
        if record.removedAt == nil {
            byName[record.name] = index
            for uid in record.uids { appsOfUid[uid, default: 0] += 1 }
            if let id = record.secret?.clientID { byClientID[id] = index }
            for name in record.orchestrations { owners[name] = record.serial }
        } else if byName[record.name] == index {
            byName[record.name] = nil
        }
    }

    private mutating func unname(_ uids: [UserID]) {
        for uid in uids {
            let count = appsOfUid[uid] ?? 1
            appsOfUid[uid] = count == 1 ? nil : count - 1
        }
    }

    /// Forgets a removed app whose last grant is gone.
    mutating func delete(_ serial: Serial) {
        guard let index = bySerial.removeValue(forKey: serial) else { return }
        precondition(self[index].isRemoved && self[index].liveGrants == 0)
        entries[index] = nil
    }
}
