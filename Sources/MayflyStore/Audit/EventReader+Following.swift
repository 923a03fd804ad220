package import MayflyCore

/// The log as it grows, for whoever tells others of it.
extension EventReader {
    /// How many events the log has; all of them are durable.
    package func size() throws(StoreFailure) -> UInt64 {
        UInt64(try connection.integer("SELECT max(sequence) + 1 FROM events") ?? 0)
    }

    /// The first event that is not before `time`; the log's size where there is none.
    package func firstSequence(notBefore time: Instant) throws(StoreFailure) -> UInt64 {
        try firstSequence(notBefore: time, of: size())
    }

    /// Events in the log's order from `sequence` on, `limit` at most; none at the log's end.
    package func events(
        from sequence: UInt64, limit: Int
    ) throws(StoreFailure) -> [RecordedEvent] {
        guard let start = Int64(exactly: sequence) else { return [] }
        ascending.bind(1, start)
        ascending.bind(2, Int64.max)
        ascending.bind(3, Int64(limit))
        defer { ascending.reset() }
        var events: [RecordedEvent] = []
        while try ascending.step() {
            let event = try decode(ascending)
            guard event.sequence == sequence + UInt64(events.count) else {
                throw .corruptLog("event \(sequence + UInt64(events.count)) is missing")
            }
            events.append(event)
        }
        return events
    }
}
