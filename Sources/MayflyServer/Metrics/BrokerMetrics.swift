internal import MayflyStore

/// A bound that a peer ran into without a refusal that names it.
enum LimitHit: Int, CaseIterable, Sendable {
    /// A connection closed at once: there are as many as there may be.
    case connections
    /// The same where its uid has as many as it may.
    case connectionsPerUid
    /// A connection that was closed or waits because the process has no descriptor left.
    case descriptors
    case halfFrame
    case answersNotTaken
    case idle
    /// Requests left in the socket, because too many of the connection's are unanswered.
    case requestsInFlight
    /// A connection closed because its uid passed more descriptors than have been closed yet.
    case passedDescriptors
    /// A watcher cut off with too much unread.
    case slowWatcher
    /// Requests that wait because their connection has had its turn of signature checks.
    case verificationsPerTurn

    /// The value of the label `limit`.
    var label: StaticString {
        switch self {
        case .connections: "connections"
        case .connectionsPerUid: "connections_per_uid"
        case .descriptors: "descriptors"
        case .halfFrame: "half_frame"
        case .answersNotTaken: "answers_not_taken"
        case .idle: "idle"
        case .requestsInFlight: "requests_in_flight"
        case .passedDescriptors: "passed_descriptors"
        case .slowWatcher: "slow_watcher"
        case .verificationsPerTurn: "verifications_per_turn"
        }
    }
}

/// Everything that is counted outside the core, for Operator.Metrics.
final class BrokerMetrics: Sendable {
    /// What the log's writer and the feed count.
    struct Tally: Sendable {
        var limits = [UInt64](repeating: 0, count: LimitHit.allCases.count)
        var commitNanoseconds = Histogram.latency
        var commitRows = Histogram.rows
        var streamMessages: UInt64 = 0
        var streamDigests: UInt64 = 0
        var streamGaps: UInt64 = 0
        var streamLag = Histogram.latency
    }

    private let meters = Monitor<[RequestMeter]>([])
    private let tally = Monitor(Tally())

    /// One for a reactor that starts.
    func makeMeter() -> RequestMeter {
        let meter = RequestMeter()
        meters.withLock { $0.append(meter) }
        return meter
    }

    func note(_ limit: LimitHit) { tally.withLock { $0.limits[limit.rawValue] &+= 1 } }

    func noteCommit(rows: Int, nanoseconds: UInt64) {
        tally.withLock { tally in
            tally.commitRows.record(UInt64(rows))
            tally.commitNanoseconds.record(nanoseconds)
        }
    }

    func noteStream(messages: Int, digests: Int) {
        tally.withLock { tally in
            tally.streamMessages &+= UInt64(messages)
            tally.streamDigests &+= UInt64(messages * digests)
        }
    }

    func noteStreamLag(nanoseconds: UInt64) { tally.withLock { $0.streamLag.record(nanoseconds) } }
    func noteStreamGap() { tally.withLock { $0.streamGaps &+= 1 } }

    var requests: RequestMeter.Tally {
        meters.withLock { $0 }.reduce(into: RequestMeter.Tally()) { $0.merge($1.snapshot) }
    }

    var others: Tally { tally.withLock { $0 } }
}
