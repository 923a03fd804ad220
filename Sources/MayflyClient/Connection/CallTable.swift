internal import MayflyWire

/// How a call ends.
enum CallEnd {
    /// The response message, still to be decoded; good until the closure that is given it returns.
    case reply(ByteView, MessageArena)
    case refused(RemoteStatus)
    /// `wasSent` says whether the broker can have received the whole request, now or later.
    case failed(MayflyError, wasSent: Bool)
}

/// The calls of one connection that have no answer yet, by stream.
///
/// A call that ran out of time leaves its stream behind, so that an answer that comes late is told
/// from one that nobody asked for.
struct CallTable {
    typealias Finish = @Sendable (CallEnd) -> Void

    struct Call {
        /// Of a stream, when it has been silent for too long.
        fileprivate(set) var deadline: MonotonicTime
        /// Where its frame ends, in bytes since the connection began.
        let endOffset: UInt64
        /// What takes its messages; nil for a call with one answer.
        var stream: Stream?
        let finish: Finish
    }

    /// What makes a call a stream.
    struct Stream: Sendable {
        /// How long nothing may come.
        let silenceLimit: Duration
        /// Takes a message; good until the closure returns. Called on the link's thread, and short.
        let take: @Sendable (ByteView, MessageArena) throws(MayflyError) -> Void
    }

    enum Match {
        case call(Call)
        /// The answer to a call that ran out of time.
        case late
        case unknown
    }

    private enum Entry {
        case waiting(Call)
        case abandoned
    }

    private var entries: [StreamID: Entry] = [:]
    private var abandonedCount = 0

    /// No call's time runs out before this; nil where nothing waits. It may be too early, because
    /// it is not moved when a call ends: a busy connection would have to look for the next each
    /// time.
    private(set) var nextDeadline: MonotonicTime?

    /// Looking through the table costs more the longer it is: not more often than this.
    private static let expiryInterval = Duration.milliseconds(5)

    /// Streams given up and not answered since: a broker that leaves so many has lost them.
    static let maximumAbandoned = 4_096

    var isEmpty: Bool { entries.isEmpty }
    var isOverrun: Bool { abandonedCount > Self.maximumAbandoned }

    mutating func insert(_ call: Call, stream: StreamID) {
        precondition(entries[stream] == nil, "a stream is one call")
        entries[stream] = .waiting(call)
        nextDeadline = min(nextDeadline ?? call.deadline, call.deadline)
    }

    /// The call that an answer on `stream` is for, which is over with it.
    mutating func take(_ stream: StreamID) -> Match {
        switch entries.removeValue(forKey: stream) {
        case .waiting(let call): return .call(call)
        case .abandoned:
            abandonedCount -= 1
            return .late
        case nil: return .unknown
        }
    }

    /// The stream that a message is for, which has until its silence limit again; nil where none is
    /// open there.
    mutating func stream(_ stream: StreamID, heardAt now: MonotonicTime) -> Stream? {
        guard case .waiting(var call) = entries[stream], let handler = call.stream else {
            return nil
        }
        call.deadline = now.advanced(by: handler.silenceLimit)
        entries[stream] = .waiting(call)
        return handler
    }

    /// Gives up the calls whose time has run out.
    mutating func expire(at now: MonotonicTime) -> [Call] {
        guard let nextDeadline, nextDeadline <= now else { return [] }
        var expired: [Call] = []
        var next: MonotonicTime?
        for (stream, entry) in entries {
            guard case .waiting(let call) = entry else { continue }
            if call.deadline <= now {
                expired.append(call)
                entries[stream] = .abandoned
                abandonedCount += 1
            } else {
                next = min(next ?? call.deadline, call.deadline)
            }
        }
        let soonest = now.advanced(by: Self.expiryInterval)
        self.nextDeadline = next.map { max($0, soonest) }
        return expired
    }

    /// All that waits: the connection is over.
    mutating func drain() -> [Call] {
        let calls = entries.values.compactMap { entry in
            if case .waiting(let call) = entry { call } else { nil }
        }
        entries = [:]
        abandonedCount = 0
        nextDeadline = nil
        return calls
    }
}
