internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyWire
internal import Synchronization

/// One thread, one epoll instance, many connections; it does its own cryptography.
///
/// A turn: take what arrived, decide it, ask for the log to be written, sign tokens while the disk
/// works, send what the disk has. `Reactor+Sockets.swift` has the sending and receiving.
final class Reactor {
    private static let wakeTag = UInt64.max
    /// No timer: the housekeeper wakes every reactor once a second.
    private static let untilWoken: Int32 = -1
    /// How often a turn asks for more when there were as many sockets as one answer holds.
    private static let looksPerTurn = 16

    let context: ReactorContext
    let poller: Poller
    let pipeline: Pipeline
    let inbox: ReactorInbox
    var connections: [UInt64: Connection] = [:]
    /// Whose turn it is, of those with whole frames or with a socket to be read.
    let turns: TurnTable
    /// Other shares wait as well: each gets a little at a time.
    var isContested = false
    /// These have answers that became ready, or were appended, in this turn.
    var dirty: [Connection] = []
    /// These wait for the disk.
    var holding: [Connection] = []
    let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: ConnectionLimits.receiveBytes, alignment: 16)
    /// Where what peers passed is put, on kernels that let it through.
    var passedDescriptors = [Int32](repeating: -1, count: Int(CLINUX_PASSED_DESCRIPTORS))
    var now: Instant
    private var lastSweep: Instant
    private var nextTag: UInt64 = 0
    private var drainBegan: Instant?
    private var hasBegun = false

    init(context: ReactorContext, inbox: ReactorInbox, desk: OperatorDesk? = nil) throws {
        self.context = context
        self.inbox = inbox
        poller = try Poller()
        turns = TurnTable()
        pipeline = Pipeline(context: context, desk: desk, turns: turns)
        now = context.clock.now
        lastSweep = now
        guard poller.add(inbox.wakeUp.rawValue, clinux_epollin, tag: Self.wakeTag) else {
            throw SystemFailure("epoll_ctl")
        }
    }

    deinit { scratch.deallocate() }

    /// Returns when the broker drains and everything owed has been sent, or its time is over.
    func run() {
        while !isDrained { turn() }
        for connection in connections.values { close(connection) }
    }

    /// One round of everything; sleeps where there is nothing to do.
    func turn() {
        hasBegun = false
        waitForWork()
        if !hasBegun { begin() }
        inbox.isWaiting.store(false, ordering: .relaxed)
        takeWaiting()
        serveWaiting()
        if pipeline.awaitsDisk {
            pipeline.awaitsDisk = false
            context.authority.requestFlush()
        }
        pipeline.sign { markDirty($0) }
        sendDurable()
        if now.milliseconds >= lastSweep.milliseconds + 1_000 { closeOverdue() }
    }

    /// What is taken up in the turn is decided at the time at which it began, not at which the last
    /// one did: the sleep lies between them.
    private func begin() {
        hasBegun = true
        now = context.clock.now
        pipeline.beginTurn(at: BrokerClock.monotonicNanoseconds)
    }

    /// Sleeps until something arrives, after looking for a while where that is wanted: a wake-up
    /// from another core costs more than a short look.
    private func waitForWork() {
        let milliseconds = waitMilliseconds()
        if milliseconds != 0, context.spinNanoseconds > 0 {
            let end = BrokerClock.monotonicNanoseconds + context.spinNanoseconds
            while BrokerClock.monotonicNanoseconds < end {
                if takeEvents(milliseconds: 0)
                    || context.authority.durablePosition > pipeline.durable && !holding.isEmpty
                {
                    return
                }
            }
        }
        _ = takeEvents(milliseconds: milliseconds)
    }

    /// Every socket that has something gets in line, also when others are in it already: a quiet
    /// peer's request must not wait unseen behind those of a crowd.
    private func takeEvents(milliseconds: Int32) -> Bool {
        var count = 0
        var milliseconds = milliseconds
        for round in 0..<Self.looksPerTurn {
            count = poller.wait(
                milliseconds: milliseconds, woken: { if round == 0 { begin() } }
            ) { tag, events in
                if tag == Self.wakeTag {
                    inbox.wakeUp.clear()
                } else if let connection = connections[tag] {
                    attend(to: connection, events)
                }
            }
            // A full answer may not have been all: the kernel goes on where it stopped.
            guard count == Poller.capacity else { return round > 0 || count > 0 }
            milliseconds = 0
        }
        return true
    }

    /// 0 while there is work in hand; else until someone wakes the reactor. The check after the
    /// flag is set closes the gap in which the disk could finish without anyone being told.
    private func waitMilliseconds() -> Int32 {
        if turns.hasWaiting || turns.hasSigning { return 0 }
        if drainBegan != nil { return 1 }
        guard !holding.isEmpty else { return Self.untilWoken }
        inbox.isWaiting.store(true, ordering: .sequentiallyConsistent)
        let durable = context.authority.durablePosition
        return durable > pipeline.durable ? 0 : Self.untilWoken
    }

    private func takeWaiting() {
        let waiting = inbox.take()
        accept(waiting.arrivals)
        closeOrphaned(waiting.closings)
        for delivery in waiting.deliveries { take(delivery) }
    }

    private func accept(_ arrivals: [Arrival]) {
        for arrival in arrivals {
            nextTag += 1
            let connection = Connection(
                tag: nextTag, descriptor: arrival.takeDescriptor(), role: arrival.role,
                caller: Caller(uid: arrival.uid, pid: arrival.pid), share: arrival.share,
                lane: turns.join(arrival.share.key), refusesDescriptors: arrival.refusesDescriptors,
                inbox: inbox, now: now)
            guard poller.add(connection.socket, clinux_epollin, tag: nextTag) else {
                turns.leave(connection.lane)
                context.shares.leave(connection.share)
                continue
            }
            connection.readiness.interest = clinux_epollin
            connections[nextTag] = connection
            if connection.role == .operator { recogniseOperator(connection) }
        }
    }

    /// Each connection of a share that is alone here is served once. Where others are connected it is
    /// only for a time: then the tokens of those that were served must be signed and the sockets be
    /// looked at. And where several want something they have their turns.
    private func serveWaiting() {
        guard turns.hasWaiting else { return }
        isContested = turns.isContested
        var left = isContested ? Int.max : turns.waitingCount
        var time = BrokerClock.monotonicNanoseconds
        let end = time + patienceOfOthers
        while left > 0, time < end, let (connection, lane) = turns.next() {
            left -= 1
            serve(connection)
            let after = BrokerClock.monotonicNanoseconds
            turns.charge(lane, after - time)
            time = after
        }
    }

    /// How long others who are connected may be kept waiting, in nanoseconds.
    private var patienceOfOthers: UInt64 {
        if isContested { return TurnLimits.contestedNanoseconds }
        return turns.hasRivals ? TurnLimits.rivalledNanoseconds : UInt64.max >> 1
    }

    /// Releases what the disk has, counts it and sends it, for every connection that this concerns.
    private func sendDurable() {
        let durable = context.authority.durablePosition
        if durable > pipeline.durable {
            pipeline.durable = durable
            let waiting = holding
            holding.removeAll(keepingCapacity: true)
            for connection in waiting {
                connection.readiness.isHolding = false
                markDirty(connection)
            }
        }
        let touched = dirty
        dirty.removeAll(keepingCapacity: true)
        for connection in touched {
            connection.readiness.isDirty = false
            // An answer appended in this turn was held by the look at the disk before this one,
            // and nothing may come after it that would make another.
            connection.replies.release(upTo: pipeline.durable) {
                pipeline.notes.answered.append($0)
            }
        }
        // Before it is sent: whoever has an answer finds it counted.
        fileNotes()
        for connection in touched where !connection.readiness.isClosed {
            send(connection)
            if connection.replies.heldCount > 0 && !connection.readiness.isHolding {
                connection.readiness.isHolding = true
                holding.append(connection)
            }
        }
    }

    private func fileNotes() {
        guard !pipeline.notes.isEmpty else { return }
        pipeline.meter.file(&pipeline.notes, now: BrokerClock.monotonicNanoseconds)
    }

    func markDirty(_ connection: Connection) {
        guard !connection.readiness.isDirty else { return }
        connection.readiness.isDirty = true
        dirty.append(connection)
    }

    private func closeOverdue() {
        lastSweep = now
        turns.forgetIdle()
        for connection in connections.values {
            if let closes = connection.session?.registrationCloses, now >= closes {
                connection.closeRegistration()
            }
            // One that waited for its share to be less crowded has nobody else to wake it.
            updateInterest(of: connection)
            guard let reason = connection.overdue(at: now, context.patience),
                reason != .idle || !holdsGrants(connection)
            else { continue }
            context.metrics.note(reason)
            context.logger.debug(
                "closing a connection",
                metadata: ["reason": "\(reason.label)", "uid": "\(connection.caller.uid.rawValue)"])
            close(connection)
        }
    }

    /// While draining: nothing owed any more, or five seconds have passed.
    private var isDrained: Bool {
        guard context.isDraining else { return false }
        if drainBegan == nil { endStreams() }
        let began = drainBegan ?? now
        drainBegan = began
        return !turns.hasWaiting && !connections.values.contains { $0.hasWork }
            || now.milliseconds > began.milliseconds + ReactorContext.drainMilliseconds
    }
}
