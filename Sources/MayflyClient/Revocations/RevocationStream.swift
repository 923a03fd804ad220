internal import MayflyWire

/// Every end before expiry, batch by batch, from a position on. For one consumer.
///
/// It has a connection of its own, which ends with the last reference to the stream, and with the
/// cancellation of the task that waits for it. It does not end by itself: it throws. A consumer that
/// is too slow is told so with `MayflyError.eventsLost` instead of using memory without end; it goes
/// on with a new stream from the last position that it handled.
public struct RevocationStream: AsyncSequence, Sendable {
    /// One batch of ends.
    public typealias Element = RevocationBatch
    /// What the stream can end with.
    public typealias Failure = MayflyError

    private let watch: RevocationWatch

    init(_ watch: RevocationWatch) { self.watch = watch }

    /// Goes on where the stream is: what one iterator took no other gets.
    public func makeAsyncIterator() -> Iterator { Iterator(watch: watch) }

    /// Takes the batches of a stream.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let watch: RevocationWatch

        /// The next batch; never nil.
        public mutating func next() async throws(MayflyError) -> RevocationBatch? {
            try await watch.mailbox.next().get()
        }

        /// The next batch; never nil.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(MayflyError) -> RevocationBatch? {
            try await watch.mailbox.next().get()
        }
    }
}

/// A stream's connection, ended with its last user.
final class RevocationWatch: Sendable {
    let mailbox = RevocationMailbox()
    private let link: Link

    /// Asks for the stream; what comes of it is in the mailbox.
    init(on link: Link, after position: UInt64, silenceLimit: Duration) throws(MayflyError) {
        self.link = link
        let mailbox = mailbox
        let stream = CallTable.Stream(silenceLimit: silenceLimit) {
            bytes, arena throws(MayflyError) in
            try mailbox.put(try Self.batch(bytes, arena))
        }
        let start = link.start(
            .watchRevocations,
            EncodedMessage(WatchRevocationsRequestMessage(afterPosition: position)),
            limit: WireLimits.frameBytesBeforeAuthenticate,
            deadline: .now().advanced(by: silenceLimit), timeoutNanoseconds: 0, stream: stream
        ) { end in
            mailbox.finish(Self.failure(end))
        }
        guard case .started = start else { throw .connection("the connection was lost") }
    }

    deinit { link.close(.closed) }

    private static func batch(
        _ bytes: ByteView, _ arena: MessageArena
    ) throws(MayflyError) -> RevocationBatch {
        let message: WatchRevocationsResponseMessage
        do throws(DecodeFailure) {
            message = try WatchRevocationsResponseMessage.decode(
                bytes.rawBuffer, arena: arena, limits: .response)
        } catch {
            throw .protocolViolation(error.sentence)
        }
        return try RevocationBatch(message)
    }

    private static func failure(_ end: CallEnd) -> MayflyError {
        switch end {
        case .reply: .connection("the broker ended the stream")
        case .refused(let status): .refused(Refusal(status))
        case .failed(let error, _): error
        }
    }
}

extension MayflyClient {
    /// Watches every end before expiry: releases, revocations, ends of bindings and, with renewals,
    /// of the tokens before. With it a resource server that verifies tokens by itself learns within
    /// milliseconds what is dead; see `RevocationSet`.
    ///
    /// May be asked without an app. Reconnecting is the caller's: with the position of the last batch
    /// that it handled.
    ///
    /// - Parameters:
    ///   - position: only what comes after it; 0 asks for everything that is still kept.
    ///   - silenceLimit: how long nothing may come before the stream ends with `timeout`; the broker
    ///     sends a heartbeat every 5 seconds.
    /// - Throws: `connection` and `closed`; the stream throws `refused`, for example with
    ///   `WATCHERS_EXHAUSTED`, and what the connection ends with.
    public func watchRevocations(
        after position: UInt64 = 0, silenceLimit: Duration = .seconds(20)
    ) async throws(MayflyError) -> RevocationStream {
        guard !Task.isCancelled else { throw .cancelled }
        let link = try await channel.separateLink()
        do throws(MayflyError) {
            return RevocationStream(
                try RevocationWatch(on: link, after: position, silenceLimit: silenceLimit))
        } catch {
            link.close(error)
            throw error
        }
    }
}
