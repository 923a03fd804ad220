/// The live grants that match, one after the other.
///
/// Read in pages: a grant that is there from the first page to the last is seen exactly once, one
/// that begins or ends in between may be seen or not.
public struct LiveGrants: AsyncSequence, Sendable {
    /// One grant.
    public typealias Element = Grant
    /// What reading can end with.
    public typealias Failure = MayflyError

    typealias Read = @Sendable (_ cursor: String) async throws(MayflyError) -> GrantPage

    let read: Read

    /// Starts reading from the beginning.
    public func makeAsyncIterator() -> Iterator { Iterator(read: read) }

    /// Reads a page when the one before is used up.
    public struct Iterator: AsyncIteratorProtocol {
        private let read: Read
        /// Of the page to come; nil after the last.
        private var cursor: String? = ""
        private var page: ArraySlice<Grant> = []

        init(read: @escaping Read) { self.read = read }

        /// The next grant; nil at the end.
        public mutating func next() async throws(MayflyError) -> Grant? {
            try await next(isolation: nil)
        }

        /// The next grant; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(MayflyError) -> Grant? {
            while page.isEmpty, let current = cursor {
                guard !Task.isCancelled else { throw .cancelled }
                let answer = try await read(current)
                page = answer.grants[...]
                cursor = answer.next
            }
            return page.popFirst()
        }
    }
}
