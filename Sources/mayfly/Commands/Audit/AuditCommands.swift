internal import ArgumentParser
internal import MayflyClient

/// What the operator does with the audit.
struct AuditGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Reads and verifies the audit.",
        subcommands: [
            AuditTail.self, AuditQuery.self, AuditVerify.self, AuditCheckpoint.self,
        ])
}

/// Which events are wanted.
struct EventFilterOptions: ParsableArguments {
    @Option(help: "The SPIFFE ID of an agent.")
    var agent: String?
    @Option(help: "A task id.")
    var task: String?
    @Option(
        name: [.customLong("orch"), .customLong("orchestration")], help: "An orchestration id.")
    var orchestration: String?
    @Option(help: "The name of an app.")
    var app: String?
    @Option(help: "A kind of event, for example agent_spawned; proto/AUDIT.md lists them.")
    var type: String?
    @Option(help: "success or denied.")
    var outcome: Outcome?

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        case success
        case denied
    }

    func query(_ order: EventQuery.Order) -> EventQuery {
        var query = EventQuery(order: order)
        query.agentID = agent
        query.task = task
        query.orchestration = orchestration
        query.app = app
        query.type = type
        query.outcome = outcome.map { $0 == .success ? .success : .denied }
        return query
    }
}

struct AuditQuery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Shows events that match, newest first.",
        discussion: """
            Times are RFC 3339 in UTC (2026-01-31T08:15:00Z), @ and Unix seconds, or a length of \
            time ago (15m).
            """)

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var filter: EventFilterOptions

    @Option(help: "From this time on.")
    var since: TimeArgument?
    @Option(help: "Before this time.")
    var until: TimeArgument?
    @Option(help: "At most so many; 0 for all.")
    var limit = 100
    @Flag(help: "Begin with the oldest.")
    var oldestFirst = false

    func run() async throws {
        try await reporting {
            guard limit >= 0 else { throw Failure.usage("A limit is not negative.") }
            var query = filter.query(oldestFirst ? .oldestFirst() : .newestFirst())
            query.since = since?.time
            query.until = until?.time
            query.pageSize = limit == 0 ? 1_000 : min(limit, 1_000)
            var shown = 0
            for try await event in socket.client().events(query) {
                output.write(EventText.json(event), EventText.line(event))
                shown += 1
                if shown == limit { break }
            }
        }
    }
}

struct AuditTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Shows the newest events, oldest of them first.")

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var filter: EventFilterOptions

    @Option(name: .shortAndLong, help: "How many, at most 1,000.")
    var number = 20
    @Flag(name: .shortAndLong, help: "Go on with what is added, until interrupted.")
    var follow = false

    /// Between two looks at a log that has nothing new.
    private static let interval = Duration.milliseconds(250)

    func run() async throws {
        try await reporting {
            guard 0...1_000 ~= number else { throw Failure.usage("At most 1,000 events.") }
            let client = socket.client()
            let size = try await showNewest(client)
            if follow { try await showAdded(client, from: size) }
        }
    }

    /// - Returns: the sequence number behind the newest event.
    private func showNewest(_ client: OperatorClient) async throws -> UInt64 {
        var query = EventQuery()
        query.pageSize = 1
        let size = try await client.page(query).treeSize
        guard number > 0, size > 0 else { return size }
        query = filter.query(.newestFirst(before: size))
        query.pageSize = number
        var newest: [AuditEvent] = []
        for try await event in client.events(query) {
            newest.append(event)
            if newest.count == number { break }
        }
        for event in newest.reversed() { write(event) }
        return size
    }

    private func showAdded(_ client: OperatorClient, from start: UInt64) async throws {
        var next = start
        while true {
            let page = try await client.page(filter.query(.oldestFirst(from: next)))
            for event in page.events { write(event) }
            next = max(next, page.next)
            if page.isLast { try await Task.sleep(for: Self.interval) }
        }
    }

    private func write(_ event: AuditEvent) {
        output.write(EventText.json(event), EventText.line(event))
    }
}

struct AuditCheckpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Shows the newest signed statement of the audit's size and root.",
        discussion: """
            Keep it outside this host: `mayfly audit verify --checkpoint` shows with it that nothing \
            before it was changed or cut off.
            """)

    @OptionGroup var socket: OperatorSocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reporting {
            let checkpoint = try await socket.client().checkpoint()
            output.write(.object([("checkpoint", .text(checkpoint))]), checkpoint)
        }
    }
}
