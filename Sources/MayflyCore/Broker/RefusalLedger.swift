/// Which refusals the audit gets singly and which as counts: the first ten of a uid in a second
/// are events of their own, the rest one summary with a count per reason, so that a flood of bad
/// requests costs the log next to nothing.
struct RefusalLedger {
    private struct Window {
        var second: UInt64
        var recorded = 0
        var suppressed: [Reason: UInt64] = [:]
    }

    /// Uids past the limit share this one.
    private static let others = UserID(rawValue: .max)

    private var windows: [UserID: Window] = [:]
    private var lastSummary: UInt64 = 0

    mutating func isRecordedSingly(_ reason: Reason, by uid: UserID, at now: Instant) -> Bool {
        let isKnown = windows[uid] != nil || windows.count < Limits.refusalUids
        let uid = isKnown ? uid : Self.others
        var window = windows[uid] ?? Window(second: now.seconds)
        defer { windows[uid] = window }
        // Reactors look at the clock on their own: a second may be named after the next one began.
        if window.second < now.seconds {
            window.second = now.seconds
            window.recorded = 0
        }
        if window.recorded < Limits.refusalsRecordedPerSecond {
            window.recorded += 1
            return true
        }
        window.suppressed[reason, default: 0] += 1
        return false
    }

    /// What was suppressed in seconds that are over; forgets uids that have been quiet since.
    mutating func summaries(dueAt now: Instant) -> [Event] {
        guard lastSummary < now.seconds, !windows.isEmpty else { return [] }
        lastSummary = now.seconds
        return take(at: now) { $0.second < now.seconds }
    }

    /// All that was suppressed, also in the second that is not over: the broker stops.
    mutating func remainder(at now: Instant) -> [Event] { take(at: now) { _ in true } }

    private mutating func take(at now: Instant, where isOver: (Window) -> Bool) -> [Event] {
        var events: [Event] = []
        for uid in windows.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let window = windows[uid], isOver(window) else { continue }
            windows[uid] = nil
            let inOrder = window.suppressed.sorted { $0.key.rawValue < $1.key.rawValue }
            for (reason, count) in inOrder {
                var event = Event(time: now, kind: .refusalsSummarized)
                event.reason = reason
                event.count = count
                event.uid = uid == Self.others ? nil : uid
                events.append(event)
            }
        }
        return events
    }
}
