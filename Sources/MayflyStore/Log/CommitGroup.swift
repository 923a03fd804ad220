package import MayflyCore

/// Events and changes that become durable together, in log order.
///
/// It keeps the arrays as they came, so that to append under the broker's lock costs the same
/// for one event and for a batch.
package struct CommitGroup: Sendable {
    struct Entry: Sendable {
        let events: [Event]
        let changes: [Change]
    }

    private(set) var entries: [Entry] = []
    private(set) var rowCount = 0
    /// Where the log is before the group, and once the group is in it.
    package let start: LogPosition
    package private(set) var end: LogPosition

    package init(start: LogPosition) {
        self.start = start
        end = start
    }

    package var isEmpty: Bool { entries.isEmpty }

    package mutating func append(events: [Event], changes: [Change]) {
        guard !events.isEmpty || !changes.isEmpty else { return }
        entries.append(Entry(events: events, changes: changes))
        rowCount += events.count + changes.count
        end = LogPosition(rawValue: end.rawValue + UInt64(events.count))
    }

    /// The grants that are both made and ended within the group: they need no row.
    func grantsWithoutTrace() -> Set<Serial> {
        var firstMade: Serial?
        for entry in entries {
            for case .grantInserted(let grant) in entry.changes {
                firstMade = min(firstMade ?? grant.serial, grant.serial)
            }
        }
        guard let firstMade else { return [] }
        var ended: Set<Serial> = []
        for entry in entries {
            for case .grantDeleted(let serial) in entry.changes where serial >= firstMade {
                ended.insert(serial)
            }
        }
        guard !ended.isEmpty else { return [] }
        var without: Set<Serial> = []
        for entry in entries {
            for case .grantInserted(let grant) in entry.changes where ended.contains(grant.serial) {
                without.insert(grant.serial)
            }
        }
        return without
    }
}
