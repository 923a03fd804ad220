/// Everything that is to last, as the facts left it: plain dictionaries, everything kept until a
/// fact takes it away.
struct State {
    /// A grant, and the revocations of its task that cover it.
    struct Row {
        var grant: Grant
        /// Where the log was when this task was revoked, under its orchestration or under all.
        var revokedByTask: Position?
        var revokedByName: Position?
        var isRevoked: Bool { revokedByTask != nil || revokedByName != nil }
        /// From here on everyone may know of it.
        var revokedAt: Position { min(revokedByTask ?? .max, revokedByName ?? .max) }
    }

    /// An app's live grants under an orchestration, and since when it has had any.
    struct Claim {
        var grants = 0
        var since: Position
    }

    /// What one uid holds, or all together that nobody named.
    struct Share: Equatable {
        var grants = 0
        var bytes = 0
    }

    private(set) var rows: [UInt64: Row] = [:]
    private(set) var apps: [UInt64: App] = [:]
    private(set) var launches: [UInt64: Launch] = [:]
    private(set) var records: [UInt64: Record] = [:]
    private(set) var keys: [UInt32: SigningKey] = [:]
    private(set) var offset: Int64 = 0

    // The same rows by other names.
    private(set) var serials: [WideID: UInt64] = [:]
    private(set) var agents: [AgentID: UInt64] = [:]
    private(set) var publicKeys: [Fingerprint: UInt64] = [:]
    private(set) var claims: [String: [UInt64: Claim]] = [:]
    private(set) var grantsOfApp: [UInt64: Int] = [:]
    /// Grants and bytes of their texts, by the uid that is charged.
    private(set) var shares: [UInt32: Share] = [:]

    /// Where the log was when a grant ended.
    private(set) var goneAt: [WideID: Position] = [:]
    /// Every agent there ever was.
    private(set) var instances: Set<UInt64> = []

    // MARK: Finding

    func row(_ id: WideID) -> Row? { serials[id].flatMap { rows[$0] } }

    /// The agent's own grant.
    func row(of agent: AgentID) -> Row? { agents[agent].flatMap { rows[$0] } }

    /// The grant of the agent that has this key itself.
    func row(with key: Fingerprint) -> Row? { publicKeys[key].flatMap { rows[$0] } }

    /// In the order in which they were made.
    func rows(where isWanted: (Grant) -> Bool) -> [Row] {
        rows.values.filter { isWanted($0.grant) }.sorted { $0.grant.serial < $1.grant.serial }
    }

    func app(named name: String) -> App? {
        apps.values.first { $0.name == name && !$0.isRemoved }
    }

    func record(_ task: String, _ orchestration: String?) -> Record? {
        records.values.first { $0.task == task && $0.orchestration == orchestration }
    }

    func launch(_ secret: Fingerprint) -> Launch? {
        launches.values.first { $0.secret == secret }
    }

    /// The one that signs.
    var currentKey: UInt32 {
        keys.values.filter { $0.state == .current }.map(\.number).max() ?? 0
    }

    // MARK: Changing

    /// - Parameter position: where the log is once the fact is in it.
    mutating func apply(_ fact: Fact, at position: Position) {
        switch fact {
        case .grant(let grant): write(grant)
        case .grantGone(let serial): forget(serial, at: position)
        case .app(let app): apps[app.serial] = app
        case .appGone(let serial): apps[serial] = nil
        case .launch(let launch): launches[launch.serial] = launch
        case .launchGone(let serial): launches[serial] = nil
        case .record(let record):
            cover(record)
            records[record.serial] = record
        case .recordGone(let serial): records[serial] = nil
        case .key(let key): keys[key.number] = key
        case .keyGone(let number): keys[number] = nil
        case .offset(let offset): self.offset = offset
        }
    }

    private mutating func write(_ grant: Grant) {
        shares[grant.share, default: Share()].bytes += grant.bytes
        if let before = rows[grant.serial]?.grant {
            shares[grant.share]?.bytes -= before.bytes
            rows[grant.serial]?.grant = grant
            return
        }
        rows[grant.serial] = Row(grant: grant)
        shares[grant.share]?.grants += 1
        serials[grant.id] = grant.serial
        grantsOfApp[grant.app, default: 0] += 1
        claims[grant.orchestration, default: [:]][
            grant.app, default: Claim(since: grant.position)
        ].grants += 1
        guard grant.link == nil else { return }
        agents[grant.agent] = grant.serial
        publicKeys[grant.publicKey] = grant.serial
        instances.insert(grant.instance)
    }

    private mutating func forget(_ serial: UInt64, at position: Position) {
        guard let grant = rows.removeValue(forKey: serial)?.grant else { return }
        shares[grant.share]?.grants -= 1
        shares[grant.share]?.bytes -= grant.bytes
        serials[grant.id] = nil
        goneAt[grant.id] = position
        grantsOfApp[grant.app, default: 0] -= 1
        claims[grant.orchestration]?[grant.app]?.grants -= 1
        if claims[grant.orchestration]?[grant.app]?.grants == 0 {
            claims[grant.orchestration]?[grant.app] = nil
        }
        guard grant.link == nil else { return }
        agents[grant.agent] = nil
        publicKeys[grant.publicKey] = nil
    }

    /// What was granted under the name up to the record's position is revoked.
    private mutating func cover(_ record: Record) {
        for (serial, row) in rows
        where record.names(row.grant) && row.grant.position <= record.position {
            if record.orchestration == nil {
                rows[serial]?.revokedByName = row.revokedByName ?? record.position
            } else {
                rows[serial]?.revokedByTask = row.revokedByTask ?? record.position
            }
        }
    }

    // MARK: Restarts

    /// What a restart finds: a revocation is known by its record alone. Gives the grants that were
    /// dead and would come back to life.
    mutating func restart() -> [Grant] {
        var revived: [Grant] = []
        for (serial, row) in rows where row.grant.tether?.isConnection == true {
            rows[serial]?.grant.tether = .connection(0)
        }
        for (serial, row) in rows where row.isRevoked {
            rows[serial]?.revokedByTask = nil
            rows[serial]?.revokedByName = nil
        }
        let before = rows
        for record in records.values { cover(record) }
        for (serial, row) in before where row.isRevoked && rows[serial]?.isRevoked == false {
            revived.append(row.grant)
        }
        return revived
    }

    /// Another boot of the machine: grants and launch tokens are dead.
    mutating func reboot(at position: Position) {
        for serial in rows.keys.sorted() { forget(serial, at: position) }
        launches = [:]
        offset = 0
    }
}

extension Grant {
    /// Of its texts: what its share is charged.
    fileprivate var bytes: Int {
        let lists = [scope, audience].map { $0.joined(separator: " ") }
        var texts = [orchestration, task] + lists
        if let link { texts += [link.hop, link.subject.orchestration, link.subject.task] }
        return texts.reduce(0) { $0 + $1.utf8.count }
    }
}
