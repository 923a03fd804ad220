/// What ended before its expiry, followed in the background: for a `Verifier`.
///
/// It keeps a stream of ends open for as long as it lives, opens another where one was lost, and
/// begins anew where the broker had to leave something out. Until it has caught up, and when the
/// broker was silent for too long, no token is good: an end that is not known of must not make a
/// dead token pass.
public final class Revocations: Sendable {
    /// Ends kept at most; beyond it nothing is good, as nothing can be forgotten safely.
    public static let maximumCount = 1_000_000

    private let feed: Feed
    private let task: Task<Void, Never>

    /// Follows the broker of a client, which needs no app.
    ///
    /// - Parameter retention: the longest life of a token of this broker (`max-ttl`), and leeway:
    ///   what ended longer ago than this has expired as well.
    public init(of client: MayflyClient, retention: Duration = .seconds(86_400 + 60)) {
        let feed = Feed(retention: retention)
        self.feed = feed
        task = Task { await feed.follow(client) }
    }

    deinit { task.cancel() }

    /// Ends that are known of.
    public var count: Int { feed.state.withLock { $0.set.count } }

    /// Where the stream is.
    public var position: UInt64 { feed.state.withLock { $0.set.position } }

    /// Waits until the stream has said what it had from the beginning.
    ///
    /// - Throws: `timeout`, and `cancelled`.
    public func waitUntilCurrent(timeout: Duration = .seconds(10)) async throws(MayflyError) {
        let end = MonotonicTime.now().advanced(by: timeout)
        while !feed.state.withLock({ $0.isCurrent }) {
            guard MonotonicTime.now() < end else { throw .timeout }
            do { try await Task.sleep(for: .milliseconds(2)) } catch { throw .cancelled }
        }
    }

    func check(
        _ entry: VerifiedTokenCache.Entry, staleness: Duration
    ) throws(VerificationRefusal) {
        let limit = staleness.wholeNanoseconds
        try feed.state.withLock { state throws(VerificationRefusal) in
            guard state.isCurrent,
                MonotonicTime.now().nanoseconds(since: state.heardAt) <= limit
            else { throw .stale }
            if let issuedAt = entry.token.issuedAt, issuedAt < state.set.firstIssueAt {
                throw .revoked
            }
            guard !entry.digests.contains(where: { state.set.contains($0) }) else {
                throw .revoked
            }
        }
    }
}

/// The part that the background task holds, so that it does not keep its owner alive.
private final class Feed: Sendable {
    struct State {
        var set = RevocationSet()
        var heardAt = MonotonicTime(nanoseconds: 0)
        /// Everything that was there when the stream began has come.
        var isCurrent = false
        var forgottenAt = UnixTime(seconds: 0)
    }

    let state = Lock(State())
    private let retentionMilliseconds: UInt64

    private static let pause = Duration.milliseconds(100)
    private static let forgetEveryMilliseconds: UInt64 = 60_000

    init(retention: Duration) { retentionMilliseconds = retention.wholeNanoseconds / 1_000_000 }

    func follow(_ client: MayflyClient) async {
        while !Task.isCancelled {
            do throws(MayflyError) {
                let position = state.withLock { $0.set.position }
                for try await batch in try await client.watchRevocations(after: position) {
                    guard take(batch) else { break }
                }
            } catch {
                if case .closed = error { return }
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// False where the stream has to begin anew.
    private func take(_ batch: RevocationBatch) -> Bool {
        state.withLock { state in
            if batch.hasGap && state.set.position > 0 {
                state.set = RevocationSet()
                state.isCurrent = false
                return false
            }
            let now = UnixTime.now
            state.set.insert(batch, at: now)
            state.heardAt = .now()
            state.isCurrent = state.isCurrent || batch.isCurrent
            if now.milliseconds > state.forgottenAt.milliseconds + Self.forgetEveryMilliseconds {
                state.forgottenAt = now
                let kept = min(now.milliseconds, retentionMilliseconds)
                state.set.forget(
                    receivedBefore: UnixTime(milliseconds: now.milliseconds - kept))
            }
            guard state.set.count <= Revocations.maximumCount else {
                state.set = RevocationSet()
                state.isCurrent = false
                return false
            }
            return true
        }
    }
}
