internal import MayflyWire

/// Which events of the audit are wanted, and in which order. Nil means any.
public struct EventQuery: Equatable, Sendable {
    /// Which way to read.
    public enum Order: Equatable, Sendable {
        /// Below this sequence number; nil begins at the newest event.
        case newestFirst(before: UInt64? = nil)
        /// From this sequence number on.
        case oldestFirst(from: UInt64 = 0)
    }

    /// The SPIFFE ID of one agent.
    public var agentID: String?
    /// A task id.
    public var task: String?
    /// An orchestration id.
    public var orchestration: String?
    /// The name of an app.
    public var app: String?
    /// A kind of event, as proto/AUDIT.md names it, for example `agent_spawned`.
    public var type: String?
    /// Only what was carried out, or only what was refused.
    public var outcome: AuditEvent.Outcome?
    /// From this time on.
    public var since: UnixTime?
    /// Before this time.
    public var until: UnixTime?
    /// Which way to read.
    public var order: Order
    /// Events in one page, 1 to 1,000; nil takes the broker's 100.
    public var pageSize: Int?

    /// All events, newest first.
    public init(order: Order = .newestFirst()) { self.order = order }

    var message: QueryEventsRequestMessage {
        var message = QueryEventsRequestMessage()
        message.agentID = agentID ?? ""
        message.task = task ?? ""
        message.orchestration = orchestration ?? ""
        message.app = app ?? ""
        message.eventType = type ?? ""
        message.outcome = outcome?.rawValue ?? ""
        message.sinceMilliseconds = since?.milliseconds ?? 0
        message.untilMilliseconds = until?.milliseconds ?? 0
        message.limit = UInt32(clamping: pageSize ?? 0)
        switch order {
        case .newestFirst(let before): message.beforeSequence = before ?? 0
        case .oldestFirst(let from):
            message.ascending = true
            message.fromSequence = from
        }
        return message
    }

    /// The same query, behind a page of its answer; nil where nothing lies there.
    func following(_ page: EventPage) -> EventQuery? {
        var next = self
        switch order {
        // To the wire, "before 0" is "from the newest", which is not meant here.
        case .newestFirst:
            guard !page.isLast, page.next > 0 else { return nil }
            next.order = .newestFirst(before: page.next)
        case .oldestFirst:
            guard !page.isLast else { return nil }
            next.order = .oldestFirst(from: page.next)
        }
        return next
    }
}

/// A piece of the audit.
public struct EventPage: Equatable, Sendable {
    /// What matched.
    public let events: [AuditEvent]
    /// The sequence number where the next page begins, in the direction of the query.
    public let next: UInt64
    /// Nothing further can match, as the log is now.
    public let isLast: Bool
    /// Events in the log.
    public let treeSize: UInt64

    init(_ message: QueryEventsResponseMessage) {
        events = message.events.map { AuditEvent($0) }
        next = message.nextSequence
        isLast = message.done
        treeSize = message.treeSize
    }
}
