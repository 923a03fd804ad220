internal import MayflyCore
internal import MayflyStore
internal import MayflyWire

/// What a request is counted as, and when its reactor took it up.
struct RequestStamp: Equatable, Sendable {
    /// Nil until its method is known; what never gets one cannot be read.
    var method: Method?
    /// The start of its turn: nanoseconds on the monotonic clock.
    var began: UInt64

    static let none = RequestStamp(method: nil, began: 0)
}

/// What one reactor counts of its requests.
///
/// During a turn it only notes; at the turn's end one reading of the clock and one lock, which
/// nobody else wants but once a scrape, file all of it.
final class RequestMeter: Sendable {
    /// Counters behind the lock.
    struct Tally: Sendable {
        /// One for each method, and the last for requests that name none.
        var answered = [Histogram](repeating: .latency, count: Method.allCases.count + 1)
        /// By the number of their reason.
        var refused = [UInt64](repeating: 0, count: Tally.reasons)

        static let reasons = Int(Reason.allCases.map(\.rawValue).max() ?? 0) + 1

        mutating func merge(_ other: Tally) {
            for index in answered.indices { answered[index].merge(other.answered[index]) }
            for index in refused.indices { refused[index] &+= other.refused[index] }
        }
    }

    private let tally = Monitor(Tally())

    var snapshot: Tally { tally.withLock { $0 } }

    /// Files what a turn has noted.
    func file(_ notes: inout TurnNotes, now: UInt64) {
        tally.withLock { tally in
            for stamp in notes.answered {
                let place = stamp.method.map { Int($0.rawValue) } ?? Method.allCases.count
                tally.answered[place].record(now - min(now, stamp.began))
            }
            for reason in notes.refused { tally.refused[Int(reason.rawValue)] &+= 1 }
        }
        notes.answered.removeAll(keepingCapacity: true)
        notes.refused.removeAll(keepingCapacity: true)
    }
}

/// What happened in the turn of a reactor that is under way.
struct TurnNotes {
    /// Answers that may be sent from now on.
    var answered: [RequestStamp] = []
    var refused: [Reason] = []

    var isEmpty: Bool { answered.isEmpty && refused.isEmpty }
}
