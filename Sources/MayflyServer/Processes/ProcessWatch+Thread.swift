internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import Synchronization

/// The thread: exits and closings in, ends out.
extension ProcessWatch {
    /// As many exits as are taken from the kernel at once.
    private static let eventsPerWait = 256
    /// Processes and connections that are done with before exits are looked for again.
    private static let endsPerLook = 64
    /// So that the reactors have their turn while all that hangs on one process ends: microseconds.
    private static let pauseMicroseconds: UInt32 = 100

    func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    /// Returns when the broker drains. What has not been ended then ends at the next start.
    func run() {
        clinux_run_promptly()
        var events = [clinux_event](repeating: clinux_event(), count: Self.eventsPerWait)
        var due = DueEnds()
        while !isStopping.load(ordering: .acquiring) {
            // What exits while there is much to end gets in line at once, and has its turn.
            let count = clinux_epoll_wait(
                poller.rawValue, &events, Int32(events.count), due.isEmpty ? -1 : 0)
            if count > 0 {
                let tags = events[..<Int(count)].map(\.tag)
                if tags.contains(Self.wakeTag) { wakeUp.clear() }
                noteExits(of: tags.filter { $0 != Self.wakeTag }, in: &due)
                for end in takeReported() { due.append(end) }
            }
            work(on: &due)
        }
    }

    private func noteExits(of numbers: [UInt64], in due: inout DueEnds) {
        guard !numbers.isEmpty else { return }
        let rows = remove(numbers)
        for row in rows {
            forget(row.process)
            if ProcessFaults.current.ignoresExits { continue }
            row.process.markExited()
            if row.isRecognised {
                due.append(DueEnds.End(bond: row.process.bond, share: row.boundBy))
            }
        }
        for row in rows {
            for connection in row.connections { connection.inbox.deliver(closing: connection.tag) }
        }
        logger.debug("processes exited", metadata: ["count": "\(rows.count)"])
    }

    /// Ends some of what is due. After each that leaves something behind the reactors have their
    /// turn, and exits are looked for.
    private func work(on due: inout DueEnds) {
        var hasEnded = false
        for _ in 0..<Self.endsPerLook {
            guard let end = due.next() else { break }
            let (count, more) = step(end.bond)
            if count > 0 { hasEnded = true }
            guard more else { continue }
            due.append(end)
            authority.requestFlush()
            usleep(Self.pauseMicroseconds)
            return
        }
        if hasEnded { authority.requestFlush() }
    }

    /// Ends some of what hangs on it: how many grants that were, and whether there are more.
    private func step(_ bond: Bond) -> (count: UInt64, more: Bool) {
        let outcome = authority.apply(.endBound(bond), from: .broker, at: clock.now)
        guard case .unbound(let count, let more) = outcome.decision else {
            preconditionFailure("a bond is ended")
        }
        return (count, more)
    }

    /// Ends all that hangs on it; gives how many grants that were. Before anyone is answered.
    func end(_ bond: Bond) -> UInt64 {
        var ended: UInt64 = 0
        while true {
            let (count, more) = step(bond)
            ended += count
            guard more else { return ended }
            authority.requestFlush()
        }
    }
}
