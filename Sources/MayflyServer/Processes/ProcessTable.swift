internal import MayflyCore

/// Which processes are watched, why, and who of them is an agent's.
struct ProcessTable: Sendable {
    struct Row: Sendable {
        let process: WatchedProcess
        /// Closed when it exits.
        var connections: Set<DependentConnection> = []
        /// The pids above it, where it has a role.
        var ancestors: [ProcessID] = []
        /// Decisions under way on grants that are to hang on it.
        var pending = 0
        /// One of them was granted. It stays so until the process exits, also when the grants have
        /// ended: nobody comes to a role by releasing.
        var isAgent = false
        /// In whose share it counts; nil for one recovered.
        var boundBy: ShareKey?

        /// What is recognised: also what is about to be an agent's.
        var isRecognised: Bool { isAgent || pending > 0 }
    }

    private var rows: [UInt64: Row] = [:]
    private var numbers: [BoundProcess: UInt64] = [:]
    /// By pid, those that are recognised.
    private var agents: [ProcessID: UInt64] = [:]
    /// By the pid of an ancestor, those that have a role.
    private var descendants: [ProcessID: Set<UInt64>] = [:]
    private var boundBy: [ShareKey: Int] = [:]
    private var nextNumber: UInt64 = 1

    /// Processes that are, or are about to be, an agent's.
    var boundCount: Int { agents.count }
    func boundCount(by share: ShareKey) -> Int { boundBy[share] ?? 0 }

    /// Whether one of these is an agent's process. A pid is enough to go by: an agent is in the
    /// table until the watch has seen its exit, and until then no other process has its pid; one
    /// that exited in this instant makes for a refusal too many.
    func hasAgent(among pids: [ProcessID]) -> Bool { pids.contains { agents[$0] != nil } }

    func isAgent(_ identity: BoundProcess) -> Bool {
        numbers[identity].flatMap { rows[$0]?.isRecognised } ?? false
    }

    // MARK: Rows

    func find(_ identity: BoundProcess) -> WatchedProcess? {
        numbers[identity].flatMap { rows[$0]?.process }
    }

    mutating func insert(_ process: InspectedProcess) -> WatchedProcess {
        let watched = WatchedProcess(process, number: nextNumber)
        nextNumber += 1
        rows[watched.number] = Row(process: watched)
        // Two that have neither pid nor inode cannot be told apart: each has its own row.
        if watched.identity.pid.rawValue != 0 || watched.identity.inode != 0 {
            numbers[watched.identity] = watched.number
        }
        return watched
    }

    /// Gives the row back that it had, with everything that leads to it gone.
    mutating func remove(_ number: UInt64) -> Row? {
        guard let row = rows.removeValue(forKey: number) else { return nil }
        let identity = row.process.identity
        if numbers[identity] == number { numbers[identity] = nil }
        if agents[identity.pid] == number { agents[identity.pid] = nil }
        if let share = row.boundBy { giveBack(share) }
        forgetAncestors(of: row)
        return row
    }

    /// Whether nothing needs the process watched any more; then the row is gone.
    private mutating func removeIfIdle(_ number: UInt64) -> Row? {
        guard let row = rows[number], row.connections.isEmpty, !row.isRecognised else { return nil }
        return remove(number)
    }

    // MARK: Roles

    mutating func attach(_ connection: DependentConnection, to number: UInt64) {
        rows[number]?.connections.insert(connection)
    }

    mutating func detach(_ connection: DependentConnection, from number: UInt64) -> Row? {
        rows[number]?.connections.remove(connection)
        return removeIfIdle(number)
    }

    /// The process has a role now: when one of these becomes an agent's, it loses it.
    mutating func note(_ ancestors: [ProcessID], above number: UInt64) {
        guard let row = rows[number] else { return }
        forgetAncestors(of: row)
        rows[number]?.ancestors = ancestors
        for pid in ancestors { descendants[pid, default: []].insert(number) }
    }

    private mutating func forgetAncestors(of row: Row) {
        for pid in row.ancestors {
            descendants[pid]?.remove(row.process.number)
            if descendants[pid]?.isEmpty == true { descendants[pid] = nil }
        }
    }

    // MARK: Agents

    /// A decision is under way on a grant that is to hang on it.
    mutating func beginBinding(_ number: UInt64, by share: ShareKey?) {
        guard var row = rows[number] else { return }
        if !row.isRecognised {
            agents[row.process.identity.pid] = number
            row.boundBy = share
            if let share { boundBy[share, default: 0] += 1 }
        }
        row.pending += 1
        rows[number] = row
    }

    /// The decision was made. Gives those back that have a role and came from below this pid, where
    /// it was no agent's before, and in whose share it counts; or the row, gone, where nothing came
    /// of it and nothing else needs it.
    mutating func finishBinding(
        _ number: UInt64, isBound: Bool
    ) -> (below: [WatchedProcess], share: ShareKey?, removed: Row?) {
        guard var row = rows[number] else { return ([], nil, nil) }
        let isNew = isBound && !row.isAgent
        row.pending -= 1
        row.isAgent = row.isAgent || isBound
        if !row.isRecognised {
            let pid = row.process.identity.pid
            if agents[pid] == number { agents[pid] = nil }
            if let share = row.boundBy.take() { giveBack(share) }
        }
        rows[number] = row
        guard isBound else { return ([], nil, removeIfIdle(number)) }
        let below = isNew ? descendants[row.process.identity.pid] ?? [] : []
        return (below.compactMap { rows[$0]?.process }, row.boundBy, nil)
    }

    private mutating func giveBack(_ share: ShareKey) {
        guard let count = boundBy[share] else { return }
        boundBy[share] = count > 1 ? count - 1 : nil
    }
}
