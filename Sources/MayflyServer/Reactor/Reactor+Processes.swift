internal import Glibc
internal import Logging
internal import MayflyCore

/// What a connection has to do with the process that made it.
extension Reactor {
    /// Only a process that is no agent's operates the broker.
    func recogniseOperator(_ connection: Connection) {
        do throws(Refusal) {
            try pipeline.admitPeer(of: connection, at: now)
        } catch {
            context.logger.warning(
                "no operator",
                metadata: [
                    "reason": "\(error.reason.code)", "uid": "\(connection.caller.uid.rawValue)",
                    "pid": "\(connection.caller.pid.rawValue)",
                ])
            _ = context.authority.apply(
                .recordRefusal(error.reason), from: connection.caller, at: now)
            close(connection)
        }
    }

    /// The processes that made these have exited: whoever has a copy of the socket has no part in
    /// what it stood for. What was sent before is still served, because who says a last word and
    /// exits has said it; nothing more is taken, and the end of the input closes the connection.
    func closeOrphaned(_ tags: [UInt64]) {
        for tag in tags {
            guard let connection = connections[tag] else { continue }
            endBond(of: connection)
            shutdown(connection.socket, Int32(SHUT_RD))
        }
    }

    /// Whether grants hang on it: then it may be silent.
    func holdsGrants(_ connection: Connection) -> Bool {
        guard let bond = connection.bond else { return false }
        return context.authority.read { $0.hasGrants(of: .connection(bond)) }.result
    }

    /// The connection is closed: nobody waits for its process any more, and what hangs on it ends.
    func letGo(of connection: Connection) {
        if let process = connection.process.take() {
            context.processes.detach(
                DependentConnection(inbox: inbox, tag: connection.tag), from: process)
        }
        endBond(of: connection)
    }

    private func endBond(of connection: Connection) {
        guard let bond = connection.bond.take() else { return }
        context.processes.connectionClosed(bond, of: connection.share.key)
    }
}
