internal import MayflyCore
internal import MayflyWire

/// Live grants in pages, for the operator and for each app.
extension Pipeline {
    /// Grants looked at under one hold of the lock, about 0.2 ms; and holds in one call. A page may
    /// be short of what was asked, or empty, without being the last.
    private static let grantsPerHold = 1_024
    private static let holdsPerCall = 16
    /// Grants listed at once: of the largest, a third of an outbound frame.
    private static let grantsPerStep = 128
    /// Half of an outbound frame: one more step still fits the other half.
    private static let pageBytes = WireLimits.outboundFrameBytes / 2

    /// The operator's.
    func listGrants(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ListGrantsRequestMessage.self, payload)
        var filter = Broker.GrantFilter(
            orchestration: try Name(filter: "orch_id", message.orchestration),
            task: try Name(filter: "task_id", message.task))
        let page = try GrantPage(limit: message.limit, cursor: message.cursor)
        if !message.app.isEmpty {
            let name = try Name(appName: message.app)
            guard let app = look({ $0.app(named: name)?.record.serial }).result else {
                throw Refusal(.appNotFound, "No app of this name; see `mayfly app list`.")
            }
            filter.app = app
        }
        list(filter, page, request)
    }

    /// An app's own.
    func listAppGrants(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(AppsListGrantsRequestMessage.self, payload)
        let filter = Broker.GrantFilter(
            orchestration: try Name(filter: "orch_id", message.orchestration),
            task: try Name(filter: "task_id", message.task))
        let page = try GrantPage(limit: message.limit, cursor: message.cursor)
        guard let app = look({ $0.standingApp(of: request.caller) }).result else {
            throw .appRequired
        }
        list(
            Broker.GrantFilter(
                app: app, orchestration: filter.orchestration, task: filter.task), page, request)
    }

    private func list(_ filter: Broker.GrantFilter, _ page: GrantPage, _ request: Request) {
        var response = ListGrantsResponseMessage()
        var next: Int? = page.start
        var bytes = 0
        var position = LogPosition.start
        for _ in 0..<Self.holdsPerCall {
            guard let start = next, response.grants.count < page.limit, bytes < Self.pageBytes
            else { break }
            let limit = min(page.limit - response.grants.count, Self.grantsPerStep)
            let (step, restsOn) = context.authority.read {
                $0.list(
                    filter, from: start, limit: limit, scanned: Self.grantsPerHold,
                    at: request.now)
            }
            for grant in step.page {
                let message = GrantSummaryMessage(grant, issuer: context.issuer)
                bytes += message.encodedSize
                response.grants.append(message)
            }
            next = step.next
            position = max(position, restsOn)
        }
        response.cursor = next.map(GrantPage.cursor(at:)) ?? ""
        answer(request, restingOn: position, response)
    }
}

/// Which page of the live grants.
struct GrantPage: Equatable {
    private static let defaultLimit = 100
    private static let maximumLimit = 1_000
    private static let cursorDigits = 8

    let start: Int
    let limit: Int

    init(limit: UInt32, cursor: String) throws(Refusal) {
        guard limit <= Self.maximumLimit else {
            throw Refusal(.invalidQuery, "Ask for at most \(Self.maximumLimit) grants at once.")
        }
        guard let start = Self.start(at: cursor) else {
            throw Refusal(.invalidQuery, "Pass the cursor as the page before gave it, or none.")
        }
        self.start = start
        self.limit = limit == 0 ? Self.defaultLimit : Int(limit)
    }

    /// Eight lower-case hex characters; what they say is nobody else's business.
    static func cursor(at place: Int) -> String {
        let digits = String(place, radix: 16)
        return String(repeating: "0", count: max(0, cursorDigits - digits.count)) + digits
    }

    private static func start(at cursor: String) -> Int? {
        if cursor.isEmpty { return 0 }
        guard cursor.utf8.count == cursorDigits, let place = Int(cursor, radix: 16), place >= 0,
            Self.cursor(at: place) == cursor
        else { return nil }
        return place
    }
}

extension Name {
    /// Nil where there is no filter.
    fileprivate init?(filter field: StaticString, _ text: String) throws(Refusal) {
        if text.isEmpty { return nil }
        guard let name = Name(text) else {
            throw Refusal(.invalidQuery, "\(field) is not an identifier.")
        }
        self = name
    }
}
