internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire

/// A query of the audit, well formed.
struct EventQuery {
    private static let defaultLimit = 100
    private static let maximumLimit = 1_000

    var filter = EventFilter()
    let order: EventOrder
    let limit: Int
    let isAscending: Bool

    init(_ message: QueryEventsRequestMessage, issuer: TokenIssuer) throws(Refusal) {
        guard message.limit <= Self.maximumLimit else {
            throw Refusal(.invalidQuery, "Ask for at most \(Self.maximumLimit) events at once.")
        }
        limit = message.limit == 0 ? Self.defaultLimit : Int(message.limit)
        isAscending = message.ascending
        order =
            message.ascending
            ? .ascending(from: message.fromSequence)
            : .descending(before: message.beforeSequence == 0 ? nil : message.beforeSequence)
        filter.app = try Self.name("app", message.app)
        filter.orchestration = try Self.name("orch_id", message.orchestration)
        filter.task = try Self.name("task_id", message.task)
        if !message.agentID.isEmpty { try narrow(toAgent: message.agentID, issuer) }
        if !message.eventType.isEmpty {
            guard let kind = EventKind(text: message.eventType) else {
                throw Refusal(.invalidQuery, "No such event type; proto/AUDIT.md lists them.")
            }
            filter.kind = kind
        }
        switch message.outcome {
        case "": break
        case "success": filter.isDenied = false
        case "denied": filter.isDenied = true
        default: throw Refusal(.invalidQuery, "An outcome is success or denied.")
        }
        if message.sinceMilliseconds > 0 {
            filter.since = Instant(milliseconds: message.sinceMilliseconds)
        }
        if message.untilMilliseconds > 0 {
            filter.until = Instant(milliseconds: message.untilMilliseconds)
        }
    }

    private static func name(_ field: String, _ text: String) throws(Refusal) -> Name? {
        if text.isEmpty { return nil }
        guard let name = Name(text) else {
            throw Refusal(.invalidQuery, "\(field) is not an identifier.")
        }
        return name
    }

    private mutating func narrow(
        toAgent id: String, _ issuer: TokenIssuer
    ) throws(Refusal) {
        guard let agent = issuer.agent(id) else {
            throw Refusal(
                .invalidQuery,
                "An agent id is spiffe://\(issuer.trustDomain)/agent/{orch}/{task}/{instance}.")
        }
        filter.orchestration = agent.orchestration
        filter.task = agent.task
        filter.instance = agent.instance
    }
}

extension QueryEventsResponseMessage {
    /// Half of an outbound frame: an event is far smaller than the other half.
    private static let eventBytes = WireLimits.outboundFrameBytes / 2

    /// As much of the page as fits one answer; where it is cut, the next page begins.
    init(_ page: EventPage, isAscending: Bool, issuer: TokenIssuer) {
        self.init()
        nextSequence = page.next
        done = page.isDone
        treeSize = page.treeSize
        var bytes = 0
        for recorded in page.events {
            let message = EventMessage(recorded, issuer: issuer)
            bytes += message.encodedSize
            guard bytes <= Self.eventBytes else {
                nextSequence = isAscending ? recorded.sequence : recorded.sequence + 1
                done = false
                return
            }
            events.append(message)
        }
    }
}

extension EventMessage {
    init(_ recorded: RecordedEvent, issuer: TokenIssuer) {
        self.init()
        let event = recorded.event
        sequence = recorded.sequence
        timeMilliseconds = event.time.milliseconds
        eventType = event.kind.text
        outcome = event.isDenied ? "denied" : "success"
        reason = event.reason?.code ?? ""
        app = event.app?.text ?? ""
        orchestration = event.orchestration?.text ?? ""
        task = event.task?.text ?? ""
        if let orchestration = event.orchestration, let task = event.task,
            let instance = event.instance
        {
            let agent = AgentName(orchestration: orchestration, task: task, instance: instance)
            agentID = String(decoding: issuer.subject(of: agent), as: UTF8.self)
        }
        grantID = event.grant?.text ?? ""
        tokenID = event.token?.text ?? ""
        scope = event.scope.words.map { String(decoding: $0, as: UTF8.self) }
        uid = event.uid?.rawValue ?? 0
        pid = event.pid?.rawValue ?? 0
        count = event.count ?? 0
        detail = String(decoding: event.detail, as: UTF8.self)
        parentGrantID = event.parent?.text ?? ""
        depth = UInt32(event.depth ?? 0)
        chainHash =
            event.chainHash.map { String(decoding: Hex.encode($0.bytes), as: UTF8.self) } ?? ""
        previousTokenID = event.previousToken?.text ?? ""
    }
}
