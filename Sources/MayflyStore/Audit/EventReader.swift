package import MayflyCore

/// Which events are wanted; nil means any.
package struct EventFilter: Sendable {
    package var app: Name?
    package var orchestration: Name?
    package var task: Name?
    package var instance: InstanceID?
    package var kind: EventKind?
    package var isDenied: Bool?
    /// From this time on.
    package var since: Instant?
    /// Before this time.
    package var until: Instant?

    package init() {}

    /// Times are not looked at here: they bound what is read at all.
    func matches(_ event: Event) -> Bool {
        (app == nil || event.app == app)
            && (orchestration == nil || event.orchestration == orchestration)
            && (task == nil || event.task == task)
            && (instance == nil || event.instance == instance)
            && (kind == nil || event.kind == kind)
            && (isDenied == nil || event.isDenied == isDenied)
    }
}

/// Where a page begins, and which way it goes.
package enum EventOrder: Equatable, Sendable {
    /// From this sequence number on, oldest first.
    case ascending(from: UInt64)
    /// Below this sequence number, newest first; nil begins at the newest.
    case descending(before: UInt64?)
}

package struct RecordedEvent: Equatable, Sendable {
    package var sequence: UInt64
    package var event: Event
}

package struct EventPage: Sendable {
    package var events: [RecordedEvent]
    /// Where the next page begins, in the same direction.
    package var next: UInt64
    /// Nothing further in this direction can match, as the log is now.
    package var isDone: Bool
    /// How many events the log has.
    package var treeSize: UInt64
}

/// Reads the log for the operator, on a connection of its own, a bounded number of rows at a time.
///
/// No read lasts longer than one page, because a reader keeps the write-ahead log from being begun
/// anew. Used by one thread at a time.
package final class EventReader {
    /// Rows that one page reads at most, whatever the filter.
    package static let maximumScannedRows = 20_000

    let connection: Connection
    let ascending: Statement
    private let descending: Statement
    private let leaf: Statement

    package init(path: String) throws(StoreFailure) {
        connection = try Connection.openForReading(path: path)
        ascending = try connection.prepare(
            "SELECT sequence, leaf FROM events WHERE sequence >= ?1 AND sequence < ?2"
                + " ORDER BY sequence LIMIT ?3")
        descending = try connection.prepare(
            "SELECT sequence, leaf FROM events WHERE sequence >= ?1 AND sequence < ?2"
                + " ORDER BY sequence DESC LIMIT ?3")
        leaf = try connection.prepare("SELECT sequence, leaf FROM events WHERE sequence = ?1")
    }

    package func page(
        _ filter: EventFilter, _ order: EventOrder, limit: Int,
        maximumScannedRows: Int = EventReader.maximumScannedRows
    ) throws(StoreFailure) -> EventPage {
        let size = try size()
        var lower: UInt64 = 0
        var upper = size
        if let since = filter.since { lower = try firstSequence(notBefore: since, of: size) }
        if let until = filter.until { upper = try firstSequence(notBefore: until, of: size) }
        let isAscending: Bool
        switch order {
        case .ascending(let from):
            isAscending = true
            lower = max(lower, from)
        case .descending(let before):
            isAscending = false
            upper = min(upper, before ?? size)
        }
        var page = EventPage(
            events: [], next: isAscending ? lower : upper, isDone: true, treeSize: size)
        guard lower < upper else { return page }
        if isAscending {
            try scan(ascending, lower..<upper, filter, limit, maximumScannedRows) {
                page.next = $0 + 1
                page.isDone = page.next >= upper
            } found: {
                page.events.append($0)
            }
        } else {
            try scan(descending, lower..<upper, filter, limit, maximumScannedRows) {
                page.next = $0
                page.isDone = page.next <= lower
            } found: {
                page.events.append($0)
            }
        }
        return page
    }

    private func scan(
        _ rows: borrowing Statement, _ range: Range<UInt64>, _ filter: EventFilter, _ limit: Int,
        _ maximumScannedRows: Int, seen: (UInt64) -> Void, found: (RecordedEvent) -> Void
    ) throws(StoreFailure) {
        rows.bind(1, Int64(range.lowerBound))
        rows.bind(2, Int64(range.upperBound))
        rows.bind(3, Int64(maximumScannedRows))
        defer { rows.reset() }
        var foundCount = 0
        while foundCount < limit, try rows.step() {
            let record = try decode(rows)
            seen(record.sequence)
            guard filter.matches(record.event) else { continue }
            found(record)
            foundCount += 1
        }
    }

    /// By bisection: the times of the log never run backwards.
    func firstSequence(notBefore time: Instant, of size: UInt64) throws(StoreFailure)
        -> UInt64
    {
        var range = 0..<size
        while !range.isEmpty {
            let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
            leaf.bind(1, Int64(middle))
            defer { leaf.reset() }
            guard try leaf.step() else { throw .corruptLog("event \(middle) is missing") }
            if try decode(leaf).event.time < time {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    func decode(_ row: borrowing Statement) throws(StoreFailure) -> RecordedEvent {
        let key = row.integer(0)
        do throws(Malformed) {
            let (sequence, event) = try row.withBlob(1) { leaf throws(Malformed) in
                try EventLeaf.decode(leaf)
            }
            guard Int64(exactly: sequence) == key else { throw Malformed("it says \(sequence)") }
            return RecordedEvent(sequence: sequence, event: event)
        } catch {
            throw .corruptRow(table: "events", key: key, problem: error.problem)
        }
    }
}
