internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyStore
internal import Synchronization

/// Takes new connections, asks the kernel who they are, and deals them to the reactors.
///
/// The operator socket's go to a reactor of their own, so that a long query of the audit holds up
/// nobody's agents.
final class Acceptor: Sendable {
    /// How long accepting pauses when the process has no descriptor left, and not even a spare one.
    private static let pauseMilliseconds: Int32 = 100

    private static let acceptedAtOnce = 256

    private let listeners: [Listener]
    private let agentInboxes: [ReactorInbox]
    private let operatorInbox: ReactorInbox
    private let context: ReactorContext
    private let operatorUids: Set<UInt32>
    private let wakeUp: WakeUp
    private let exhaustionNoted = Atomic<UInt64>(0)

    init(
        listeners: [Listener], agentInboxes: [ReactorInbox], operatorInbox: ReactorInbox,
        context: ReactorContext, operatorUids: Set<UInt32>
    ) throws {
        self.listeners = listeners
        self.agentInboxes = agentInboxes
        self.operatorInbox = operatorInbox
        self.context = context
        self.operatorUids = operatorUids
        wakeUp = try WakeUp()
    }

    func stop() { wakeUp.signal() }

    /// Returns when the broker drains.
    func run() {
        var spare = SpareDescriptor()
        var polled = listeners.map {
            pollfd(fd: $0.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        }
        polled.append(pollfd(fd: wakeUp.rawValue, events: Int16(POLLIN), revents: 0))
        while !context.isDraining {
            guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
            for (listener, state) in zip(listeners, polled) where state.revents != 0 {
                accept(from: listener, &spare)
            }
        }
    }

    private func accept(from listener: Listener, _ spare: inout SpareDescriptor) {
        // Bounded, so that no listener starves the other.
        for _ in 0..<Self.acceptedAtOnce {
            let rawValue = clinux_accept(listener.descriptor.rawValue)
            guard let descriptor = Descriptor(owning: rawValue) else {
                guard turnAway(from: listener, errno, &spare) else { return }
                continue
            }
            var (uid, gid, pid): (UInt32, UInt32, UInt32) = (0, 0, 0)
            guard clinux_peer_credentials(descriptor.rawValue, &uid, &gid, &pid) == 0 else {
                continue
            }
            let refusesDescriptors = listener.refusesDescriptors(of: descriptor.rawValue)
            guard let share = admit(UserID(rawValue: uid), pid, by: listener) else {
                if !refusesDescriptors { refuse(descriptor, of: UserID(rawValue: uid)) }
                continue
            }
            let arrival = Arrival(
                descriptor: descriptor, role: listener.role, uid: UserID(rawValue: uid),
                pid: ProcessID(rawValue: pid), share: share,
                refusesDescriptors: refusesDescriptors)
            switch listener.role {
            case .agents:
                agentInboxes[share.dealReactor(of: agentInboxes.count)].deliver(arrival)
            case .operator:
                operatorInbox.deliver(arrival)
            }
        }
    }

    /// Closes one that was not let in. What its peer passed lies in it unread and is closed with it,
    /// which can take its time: not here, where everybody else waits to be let in.
    private func refuse(_ descriptor: consuming Descriptor, of uid: UserID) {
        let share = context.shares.share(of: uid, at: BrokerClock.monotonicNanoseconds)
        // Else they would take the descriptors that everyone needs: this one is closed here.
        guard share.refusedConnections < ShareLimits.refusedConnectionsPerUid else { return }
        context.closer.closeRefused(descriptor.release(), of: share)
    }

    /// The share in which a new connection is counted; nil where it is to be closed at once. It has
    /// no request yet that could be refused.
    private func admit(_ uid: UserID, _ pid: UInt32, by listener: Listener) -> Share? {
        let now = BrokerClock.monotonicNanoseconds
        switch listener.role {
        case .agents:
            switch context.shares.admit(uid, at: now) {
            case .admitted(let share):
                return share
            case .refused(let limit):
                context.metrics.note(limit)
                return nil
            }
        case .operator:
            guard operatorUids.contains(uid.rawValue) else {
                context.logger.warning(
                    "a uid that is no operator's came to the operator socket",
                    metadata: ["uid": "\(uid.rawValue)", "pid": "\(pid)"])
                return nil
            }
            return context.shares.admitOperator(at: now)
        }
    }

    /// There was no connection to take, or no descriptor to take it with: then the oldest that waits
    /// is closed. Whoever is connected goes on, and the next that comes when a descriptor is free
    /// gets in.
    ///
    /// - Returns: whether more may wait.
    private func turnAway(
        from listener: Listener, _ code: Int32, _ spare: inout SpareDescriptor
    ) -> Bool {
        guard code == EMFILE || code == ENFILE || code == ENOMEM else { return false }
        // The kernel looks for a descriptor first, and for a connection then.
        var outcome = EMFILE
        let isWell = spare.lend {
            let isTaken = Descriptor(owning: clinux_accept(listener.descriptor.rawValue)) != nil
            outcome = isTaken ? 0 : errno
        }
        if outcome == EAGAIN { return false }
        context.metrics.note(.descriptors)
        noteExhaustion()
        // Not even that helps: without a pause the thread would spin.
        if !isWell || outcome != 0 { _ = poll(nil, 0, Self.pauseMilliseconds) }
        return outcome == 0
    }

    /// In the log once a second at most.
    private func noteExhaustion() {
        let now = BrokerClock.monotonicNanoseconds / 1_000_000_000
        guard exhaustionNoted.exchange(now, ordering: .relaxed) != now else { return }
        context.logger.warning("no descriptor left for a new connection")
    }
}
