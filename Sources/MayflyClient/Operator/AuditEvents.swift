/// The events that match a query, one after the other, to the end of the log as it is then.
public struct AuditEvents: AsyncSequence, Sendable {
    /// One event.
    public typealias Element = AuditEvent
    /// What reading can end with.
    public typealias Failure = MayflyError

    let client: OperatorClient
    let query: EventQuery

    /// Starts reading from the query's beginning.
    public func makeAsyncIterator() -> Iterator { Iterator(client: client, query: query) }

    /// Reads a page when the one before is used up.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: OperatorClient
        /// The page to come; nil after the last.
        private var query: EventQuery?
        private var page: ArraySlice<AuditEvent> = []

        init(client: OperatorClient, query: EventQuery) {
            self.client = client
            self.query = query
        }

        /// The next event; nil at the end.
        public mutating func next() async throws(MayflyError) -> AuditEvent? {
            try await next(isolation: nil)
        }

        /// The next event; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(MayflyError) -> AuditEvent? {
            while page.isEmpty, let current = query {
                guard !Task.isCancelled else { throw .cancelled }
                let answer = try await client.page(current)
                page = answer.events[...]
                query = current.following(answer)
            }
            return page.popFirst()
        }
    }
}
