internal import CLinux
internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyStore
internal import Synchronization

/// Takes new connections, asks the kernel who they are, and deals them to the reactors in turn.
///
/// The operator socket's go to a reactor of their own, so that a long query of the audit holds up
/// nobody's agents.
final class Acceptor: Sendable {
    /// How long accepting pauses when the process has no descriptor left.
    private static let pauseMilliseconds: Int32 = 100

    private let listeners: [Listener]
    private let agentInboxes: [ReactorInbox]
    private let operatorInbox: ReactorInbox
    private let context: ReactorContext
    private let maximumConnections: Int
    private let operatorUids: Set<UInt32>
    private let wakeUp: WakeUp

    init(
        listeners: [Listener], agentInboxes: [ReactorInbox], operatorInbox: ReactorInbox,
        context: ReactorContext, maximumConnections: Int, operatorUids: Set<UInt32>
    ) throws {
        self.listeners = listeners
        self.agentInboxes = agentInboxes
        self.operatorInbox = operatorInbox
        self.context = context
        self.maximumConnections = maximumConnections
        self.operatorUids = operatorUids
        wakeUp = try WakeUp()
    }

    func stop() { wakeUp.signal() }

    /// Returns when the broker drains.
    func run() {
        var next = 0
        var polled = listeners.map {
            pollfd(fd: $0.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        }
        polled.append(pollfd(fd: wakeUp.rawValue, events: Int16(POLLIN), revents: 0))
        while !context.isDraining {
            guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
            for (listener, state) in zip(listeners, polled) where state.revents != 0 {
                accept(from: listener, next: &next)
            }
        }
    }

    private func accept(from listener: Listener, next: inout Int) {
        // Bounded, so that no listener starves the other.
        for _ in 0..<256 {
            let rawValue = clinux_accept(listener.descriptor.rawValue)
            guard let descriptor = Descriptor(owning: rawValue) else {
                let isExhausted = errno == EMFILE || errno == ENFILE || errno == ENOMEM
                guard isExhausted else { return }
                context.metrics.note(.descriptors)
                context.logger.warning("no descriptor left for a new connection")
                _ = poll(nil, 0, Self.pauseMilliseconds)
                return
            }
            var (uid, gid, pid): (UInt32, UInt32, UInt32) = (0, 0, 0)
            guard clinux_peer_credentials(descriptor.rawValue, &uid, &gid, &pid) == 0 else {
                continue
            }
            let arrival = { (descriptor: consuming Descriptor, role: SocketRole) in
                Arrival(
                    descriptor: descriptor, role: role, uid: UserID(rawValue: uid),
                    pid: ProcessID(rawValue: pid),
                    refusesDescriptors: listener.refusesDescriptors)
            }
            switch listener.role {
            case .agents:
                // Over the limit it is closed at once; the operator still gets in.
                guard context.connections < maximumConnections else {
                    context.metrics.note(.connections)
                    continue
                }
                context.countOpened()
                agentInboxes[next % agentInboxes.count].deliver(arrival(descriptor, .agents))
                next &+= 1
            case .operator:
                guard operatorUids.contains(uid) else {
                    context.logger.warning(
                        "a uid that is no operator's came to the operator socket",
                        metadata: ["uid": "\(uid)", "pid": "\(pid)"])
                    continue
                }
                context.countOpened()
                operatorInbox.deliver(arrival(descriptor, .operator))
            }
        }
    }
}
