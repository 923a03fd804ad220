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

/// One audit record. Text that does not apply is empty, numbers that do not are zero.
public struct AuditEvent: Equatable, Sendable {
    /// Whether a request was carried out.
    public enum Outcome: String, CaseIterable, Sendable {
        /// It was.
        case success
        /// It was refused.
        case denied
    }

    /// Its place in the log, from 0: the index of its leaf in the audit tree.
    public let sequence: UInt64
    /// The broker's clock when it happened.
    public let time: UnixTime
    /// What happened, as proto/AUDIT.md names it, for example `agent_spawned`.
    public let type: String
    /// Whether it was carried out; nil for an outcome that this version does not know.
    public let outcome: Outcome?
    /// A stable reason where it was refused or where a grant ended.
    public let reason: String
    /// The app.
    public let app: String
    /// The orchestration id.
    public let orchestration: String
    /// The task id.
    public let task: String
    /// The agent's SPIFFE ID.
    public let agentID: String
    /// The grant, 32 lower-case hexadecimal characters.
    public let grantID: String
    /// The token's `jti`.
    public let tokenID: String
    /// The scopes it was about.
    public let scope: [String]
    /// The uid of the peer that asked, as the kernel named it.
    public let uid: UInt32
    /// The pid of the peer that asked.
    public let pid: UInt32
    /// How many: refusals in a summary, grants at a start or an end.
    public let count: UInt64
    /// Anything else.
    public let detail: String

    init(_ message: EventMessage) {
        sequence = message.sequence
        time = UnixTime(milliseconds: message.timeMilliseconds)
        type = message.eventType
        outcome = Outcome(rawValue: message.outcome)
        reason = message.reason
        app = message.app
        orchestration = message.orchestration
        task = message.task
        agentID = message.agentID
        grantID = message.grantID
        tokenID = message.tokenID
        scope = message.scope
        uid = message.uid
        pid = message.pid
        count = message.count
        detail = message.detail
    }
}
