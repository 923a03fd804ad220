internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyStore

/// Time passing: expiry, the sweep, refusal summaries, the state of the disk and of the clock.
final class Housekeeper: Sendable {
    private static let intervalMilliseconds: Int32 = 100
    private static let roundsPerSecond = 10
    /// Grants ended under one hold of the lock: about a millisecond.
    private static let endsPerStep = 256
    private static let pauseMicroseconds: UInt32 = 100

    /// Grants that must have gone, and half of all, before their memory is given back: it walks
    /// the heap, which is not for every second.
    private static let worthReturning = 20_000

    private let context: ReactorContext
    private let log: LogWriter
    private let inboxes: [ReactorInbox]
    private let wakeUp: WakeUp

    init(context: ReactorContext, inboxes: [ReactorInbox], log: LogWriter) throws {
        self.context = context
        self.inboxes = inboxes
        self.log = log
        wakeUp = try WakeUp()
    }

    func stop() { wakeUp.signal() }

    /// Returns when the broker drains.
    func run() {
        var polled = [pollfd(fd: wakeUp.rawValue, events: Int16(POLLIN), revents: 0)]
        var deviates = false
        var isLow = false
        var peak = 0
        var rounds = 0
        while !context.isDraining {
            _ = poll(&polled, 1, Self.intervalMilliseconds)
            while !context.isDraining,
                context.authority.advance(
                    to: context.clock.now, limit: Self.endsPerStep, isStorageLow: log.isStorageLow)
            {
                // What ended is written as it goes, so that a mass expiry makes groups, not a heap.
                context.authority.requestFlush()
                // The lock is not fair: without a pause the reactors would wait for all of it.
                usleep(Self.pauseMicroseconds)
            }
            // So that an idle reactor looks at its peers' time without a timer in every wait.
            rounds += 1
            if rounds.isMultiple(of: Self.roundsPerSecond) {
                for inbox in inboxes { inbox.wakeUp.signal() }
            }
            let live = context.authority.read { $0.liveGrants }.result
            peak = max(peak, live)
            if peak - live > Self.worthReturning && live < peak / 2 {
                peak = live
                clinux_return_memory()
            }
            note(&deviates, context.clock.isDeviant) {
                $0
                    ? "the system's clock has departed from the broker's, which goes on by its own:"
                        + " nothing is issued until they agree or the operator accepts the time"
                    : "the system's clock agrees with the broker's again"
            }
            note(&isLow, log.isStorageLow) {
                $0
                    ? "free space is below the reserve: nothing is granted, everything still ends"
                    : "free space is above the reserve again"
            }
        }
    }

    /// Logs a state when it changes, and not again.
    private func note(_ state: inout Bool, _ now: Bool, _ text: (Bool) -> String) {
        guard state != now else { return }
        state = now
        context.logger.warning("\(text(now))")
    }
}
