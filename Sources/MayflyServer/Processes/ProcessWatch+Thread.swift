internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import Synchronization

/// The thread: exits and closings in, ends out.
extension ProcessWatch {
    /// As many exits as are taken from the kernel at once.
    private static let eventsPerWait = 256
    /// So that the reactors have their turn while all that hangs on one process ends: microseconds.
    private static let pauseMicroseconds: UInt32 = 100

    func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    /// Returns when the broker drains. What has not been ended then ends at the next start.
    func run() {
        var events = [clinux_event](repeating: clinux_event(), count: Self.eventsPerWait)
        while !isStopping.load(ordering: .acquiring) {
            let count = clinux_epoll_wait(poller.rawValue, &events, Int32(events.count), -1)
            guard count > 0 else { continue }
            let tags = events[..<Int(count)].map(\.tag)
            if tags.contains(Self.wakeTag) { wakeUp.clear() }
            noteExits(of: tags.filter { $0 != Self.wakeTag })
            var hasEnded = false
            for connection in takeClosed() where end(.connection(connection)) > 0 {
                hasEnded = true
            }
            if hasEnded { authority.requestFlush() }
        }
    }

    private func noteExits(of numbers: [UInt64]) {
        guard !numbers.isEmpty else { return }
        let rows = remove(numbers)
        var ended: UInt64 = 0
        for row in rows {
            forget(row.process)
            if ProcessFaults.current.ignoresExits { continue }
            row.process.markExited()
            if row.isRecognised { ended += end(row.process.bond) }
        }
        if ended > 0 { authority.requestFlush() }
        for row in rows {
            for connection in row.connections { connection.inbox.deliver(closing: connection.tag) }
        }
        logger.debug(
            "processes exited", metadata: ["count": "\(rows.count)", "ended-grants": "\(ended)"])
    }

    /// Ends what hangs on it; gives how many grants that were.
    @discardableResult
    func end(_ bond: Bond) -> UInt64 {
        var ended: UInt64 = 0
        while true {
            let outcome = authority.apply(.endBound(bond), from: .broker, at: clock.now)
            guard case .unbound(let count, let more) = outcome.decision else {
                preconditionFailure("a bond is ended")
            }
            ended += count
            guard more else { return ended }
            authority.requestFlush()
            usleep(Self.pauseMicroseconds)
        }
    }
}
