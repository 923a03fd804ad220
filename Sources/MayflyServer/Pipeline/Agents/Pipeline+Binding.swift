internal import MayflyCore
internal import MayflyWire

/// What grants hang on: the process is found and watched before anything is granted, so that an
/// exit in between is not missed.
extension Pipeline {
    /// Each costs as much as a signature check or two.
    private static let boundProcessesPerBatch = 64

    // MARK: Spawn

    func wishes(of agents: [AgentSpecMessage]) throws(Refusal) -> [BindingWish] {
        var wishes: [BindingWish] = []
        wishes.reserveCapacity(agents.count)
        var processes = 0
        for agent in agents {
            let wish = try BindingWish(agent)
            if case .process = wish { processes += 1 }
            wishes.append(wish)
        }
        guard processes <= Self.boundProcessesPerBatch else {
            throw Refusal(
                .batchSize,
                "At most \(Self.boundProcessesPerBatch) agents of a batch are bound to processes.")
        }
        return wishes
    }

    /// Gives the processes that the core's decision has to be told of (`settle`).
    func hang(
        _ specs: inout [AgentSpec], on wishes: [BindingWish], _ request: Request
    ) throws(Refusal) -> [WatchedProcess] {
        var held: [WatchedProcess] = []
        do throws(Refusal) {
            for (index, wish) in wishes.enumerated() {
                if let process = try hang(&specs[index], on: wish, request) { held.append(process) }
            }
        } catch {
            for process in held { context.processes.settle(process, isBound: false) }
            throw error
        }
        return held
    }

    func hang(
        _ spec: inout AgentSpec, on wish: BindingWish, _ request: Request
    ) throws(Refusal) -> WatchedProcess? {
        switch wish {
        case .none:
            return nil
        case .process(let pid):
            spendVerification()
            let caller = try findPeer(of: request.connection, at: request.now)
            let process = try context.processes.inspector.descendant(pid, of: caller)
            return try adopt(process, for: &spec, request)
        case .connection:
            spec.bond = .connection(try bond(of: request))
            return nil
        }
    }

    // MARK: Register

    /// A registration binds the process that made the connection, and no other.
    func hangOwn(
        _ spec: inout AgentSpec, on wish: BindingWish, _ request: Request
    ) throws(Refusal) -> WatchedProcess? {
        guard case .process(let pid) = wish else { return try hang(&spec, on: wish, request) }
        spendVerification()
        guard context.processes.inspector.canBind else { throw .bindingUnsupported }
        let own = try findPeer(of: request.connection, at: request.now)
        guard own.isOwnNamespace else { throw .processNamespaceForeign }
        guard pid.rawValue == 0 || pid == own.identity.pid else { throw .notOwnProcess }
        return try adopt(own, for: &spec, request)
    }

    private func adopt(
        _ process: InspectedProcess, for spec: inout AgentSpec, _ request: Request
    ) throws(Refusal) -> WatchedProcess {
        // Where /proc shows nothing of it and the kernel has no inodes, a pid alone would be left.
        guard process.identity.startTicks != 0 || process.identity.inode != 0 else {
            throw .bindingUnsupported
        }
        let watched = try context.processes.adopt(
            process, by: request.connection.share.key)
        spec.bond = watched.bond
        return watched
    }

    /// Tells the watch what became of the grants that hang on these.
    func settle(_ processes: [WatchedProcess], _ outcome: Outcome) {
        guard !processes.isEmpty else { return }
        var isBound = true
        if case .refused = outcome.decision { isBound = false }
        for process in processes { context.processes.settle(process, isBound: isBound) }
    }

    // MARK: Connections

    /// What stands for this connection. It is closed when the process that made it exits, so that
    /// no copy of the socket keeps alive what hangs on it.
    private func bond(of request: Request) throws(Refusal) -> ConnectionID {
        let connection = request.connection
        if let bond = connection.bond { return bond }
        guard let inbox = connection.inbox else { throw .bindingUnsupported }
        let peer = try findPeer(of: connection, at: request.now)
        if connection.process == nil {
            connection.process = try context.processes.attach(
                peer, to: DependentConnection(inbox: inbox, tag: connection.tag))
        }
        let bond = context.processes.makeConnectionID()
        connection.bond = bond
        return bond
    }

    // MARK: Roles

    /// Finds out who is at the other end, and refuses agents' processes: they speak for no app and
    /// are no operators.
    func admitPeer(of connection: Connection, at now: Instant) throws(Refusal) {
        guard let inbox = connection.inbox else { return }
        let peer: InspectedProcess
        do throws(Refusal) {
            peer = try findPeer(of: connection, at: now)
        } catch {
            // A kernel that cannot say: then the uid is all there is to go by, as it was before.
            let isUnknowable =
                error.reason == .bindingUnsupported || error.reason == .processNamespaceForeign
            if isUnknowable { return }
            throw error
        }
        let dependent = DependentConnection(inbox: inbox, tag: connection.tag)
        ProcessFaults.passGate("peer-found")
        let ancestors = try context.processes.inspector.ancestors(of: peer.identity)
        // One that is gone has no ancestors to be known by, and may have left its socket to others.
        guard !peer.hasExited else { throw .peerExited }
        let admitted = try context.processes.admit(peer, below: ancestors, with: dependent)
        // One that cannot be told from others has another row each time.
        if let known = connection.process, known !== admitted {
            context.processes.detach(dependent, from: known)
        }
        connection.process = admitted
    }

    /// The process that made the connection, still running.
    private func findPeer(
        of connection: Connection, at now: Instant
    ) throws(Refusal) -> InspectedProcess {
        if let known = connection.process?.process {
            guard !known.hasExited else { throw .peerExited }
            return known
        }
        return try context.processes.inspector.peer(
            of: connection.socket, pid: connection.caller.pid,
            ageMilliseconds: now.milliseconds - min(now, connection.openedAt).milliseconds)
    }

    /// A process that became an agent's has no other role from then on.
    func checkRole(of connection: Connection) throws(Refusal) {
        guard let process = connection.process else { return }
        if process.openDoubt != nil {
            spendVerification()
            context.processes.resolveDoubt(of: process)
        }
        guard process.isBarred else { return }
        if connection.role == .operator {
            connection.readiness.isFinishing = true
            throw .boundAgent
        }
        connection.caller.app = nil
        connection.caller.credential = .uid
        connection.reader.frameLimit = WireLimits.frameBytesBeforeAuthenticate
    }
}
