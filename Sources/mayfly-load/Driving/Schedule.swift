/// The arrivals of an open loop: evenly spaced, and on time whatever the broker does.
struct Schedule {
    private let start: Moment
    private let interval: Double
    private var taken: UInt64 = 0

    /// - Parameter offset: the part of an interval, 0 to 1, that the first arrival waits: threads
    ///   that share a rate take turns.
    init(start: Moment, perSecond rate: Double, offset: Double = 0) {
        precondition(rate > 0, "something arrives")
        interval = 1e9 / rate
        self.start = Moment(nanoseconds: start.nanoseconds + UInt64(interval * offset))
    }

    /// When the next one arrives, or should have.
    var next: Moment {
        Moment(nanoseconds: start.nanoseconds + UInt64(Double(taken) * interval))
    }

    /// The next arrival, if its time has come.
    mutating func take(at now: Moment) -> Moment? {
        let arrival = next
        guard arrival <= now else { return nil }
        taken += 1
        return arrival
    }
}

/// Arrivals that no request could be sent for yet, oldest first.
struct ArrivalQueue {
    private var arrivals: [Moment] = []
    private var first = 0

    var oldest: Moment? { first < arrivals.count ? arrivals[first] : nil }
    var count: Int { arrivals.count - first }

    mutating func append(_ arrival: Moment) { arrivals.append(arrival) }

    mutating func dropOldest() {
        precondition(first < arrivals.count, "there is one")
        first += 1
        if first == arrivals.count {
            arrivals.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 4_096, first > arrivals.count / 2 {
            arrivals.removeFirst(first)
            first = 0
        }
    }

    mutating func removeAll() { self = ArrivalQueue() }
}
