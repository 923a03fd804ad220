internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore

/// From the disk to a broker that stands where it stood: what the server does at its start.
extension Host {
    /// Brings a broker up on what the disk has.
    func open() throws {
        var configuration = StoreConfiguration(path: disk.path, issuer: Self.issuer)
        configuration.vfs = disk.vfs
        configuration.walCheckpointPages = 24
        configuration.faults = mutant.storeFaults
        let store = try Store(configuration, checkpointKey: checkpointKey)
        self.store = store
        let recovered = store.recovered
        let newest = recovered.newestEventTime.milliseconds
        let start = max(clock.wall, newest == 0 ? 0 : newest + 1_000, clock.boottime)
        let boot = try store.startBoot(clock.bootID, clockAnchor: start - clock.boottime)
        anchor = boot.clockAnchor
        try auditor.crash(recovered: recovered.position.rawValue, acknowledged: durable)
        durable = recovered.position.rawValue
        group = CommitGroup(start: recovered.position)
        try auditor.restart(isReboot: boot.isNew, now: now)
        try restore(store, recovered, boot)
    }

    private func restore(_ store: Store, _ recovered: RecoveredState, _ boot: Boot) throws {
        let keys = recovered.keys.isEmpty ? [firstKey] : recovered.keys
        broker = Broker(
            settings: settings, issuance: PlainIssuance(), keys: keys, now: instant,
            position: recovered.position, nextSerial: recovered.serialBound,
            clockOffset: boot.clockOffset)
        broker.isStorageLow = isStorageLow
        var found = State()
        func find(_ fact: Fact) { found.apply(fact, at: 0) }
        for key in keys { find(.key(SigningKey(key))) }
        find(.offset(boot.clockOffset.milliseconds))
        for app in recovered.apps {
            find(.app(App(app)))
            broker.restore(app)
        }
        for token in boot.launchTokens {
            find(.launch(Launch(token)))
            broker.restore(token)
        }
        var changes: [Change] = []
        for record in recovered.revocations {
            find(.record(Record(record)))
            changes += broker.restore(record, restarts: boot.isNew, at: instant)
        }
        var lost: [GrantRecord] = []
        try store.forEachGrant { grant in
            find(.grant(Grant(grant)))
            if !broker.restore(grant, at: instant) { lost.append(grant) }
        }
        if let grant = lost.first { throw Disagreement("\(grant) has no app") }
        try auditor.compare(found)
        changes += broker.finishRecovery()
        let grants = broker.liveGrants
        let outcome = broker.apply(
            .recordBoundary(.brokerStarted, count: UInt64(grants), detail: []), from: .broker,
            at: instant)
        try accept(outcome, .start(grants: grants), Peer(uid: 0), also: changes)
        try lookAround()
    }
}
