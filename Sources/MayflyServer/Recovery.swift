internal import Glibc
internal import Logging
internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
internal import MayflyWire

/// From the key file and the database to a core that stands where it stood.
struct Recovery {
    let authority: Authority
    let log: LogWriter
    let issuer: TokenIssuer
    let clock: BrokerClock
    let keys: KeyKeeper
    /// What signs checkpoints.
    let checkpointKey: PublicKeyMessage
    let boot: Boot
    /// Live grants that were put back.
    let grants: UInt64

    /// What a recovery is told of by the log's writer, on its thread.
    struct Hooks {
        let onDurable: @Sendable (LogPosition) -> Void
        let onCommit: @Sendable (_ rows: Int, _ nanoseconds: UInt64) -> Void
        let onFailure: @Sendable (StoreFailure) -> Void
    }

    static func run(
        _ configuration: ServerConfiguration, keys file: KeyFile, storage: any KeyStorage,
        logger: Logger, hooks: Hooks
    ) throws -> Recovery {
        let checkpointKey = Ed25519PrivateKey(seed: file.checkpointSigningSeed)
        let store = try openStore(configuration, checkpointKey)
        let recovered = store.recovered
        let boot = try store.startBoot(
            bootID(), clockAnchor: BrokerClock.anchor(newestEvent: recovered.newestEventTime),
            longestLifeSeconds: configuration.maximumLifetimeSeconds)
        let clock = BrokerClock(anchorMilliseconds: boot.clockAnchor, offset: boot.clockOffset)
        let now = clock.now

        // The start's own event is the next, and a first key comes with it.
        let (records, newKey) = try KeyKeeper.records(
            of: file, stored: recovered.keys, now: now,
            position: LogPosition(rawValue: recovered.position.rawValue + 1))
        let keeper = KeyKeeper(file, storage: storage)
        prune(keeper, to: records, logger)
        let issuer = TokenIssuer(
            issuer: configuration.issuer, trustDomain: configuration.trustDomain,
            keys: keeper.ring, permutation: InstancePermutation(key: file.instancePermutationKey))

        let broker = makeBroker(configuration, issuer, records, recovered, boot, now: now)
        let (restored, leftOver) = try restore(store, boot, into: broker, at: now)
        let log = try openLog(store, configuration, hooks)
        let start = broker.apply(
            .recordBoundary(
                .brokerStarted, count: restored,
                detail: Array("version=\(mayflyVersion) discarded=\(boot.discardedGrants)".utf8)),
            from: .broker, at: now)
        log.append(
            events: start.events,
            changes: start.changes + (newKey.map { [.keyWritten($0)] } ?? []) + leftOver)
        log.requestFlush()
        return Recovery(
            authority: Authority(broker: broker, log: log, clock: clock), log: log, issuer: issuer,
            clock: clock, keys: keeper,
            checkpointKey: try publicKey(configuration, checkpointKey), boot: boot,
            grants: restored)
    }

    // MARK: Storage

    private static func openStore(
        _ configuration: ServerConfiguration, _ checkpointKey: Ed25519PrivateKey
    ) throws -> Store {
        var settings = StoreConfiguration(
            path: configuration.databasePath, issuer: configuration.issuer)
        settings.walCheckpointPages = Int(configuration.walCheckpointPages)
        return try Store(settings, checkpointKey: checkpointKey)
    }

    private static func openLog(
        _ store: sending Store, _ configuration: ServerConfiguration, _ hooks: Hooks
    ) throws -> LogWriter {
        var writing = LogWriterConfiguration()
        writing.storageReserveBytes = configuration.storageReserveBytes
        writing.onCommit = hooks.onCommit
        return try LogWriter(
            store: store, start: store.recovered.position, configuration: writing,
            onDurable: hooks.onDurable, onFailure: hooks.onFailure)
    }

    /// Not being able to is no reason to keep a broker from its agents: the next start tries again.
    private static func prune(_ keeper: KeyKeeper, to records: [KeyRecord], _ logger: Logger) {
        do {
            try keeper.prune(to: records)
        } catch {
            logger.warning(
                "keys that nothing needs stay in the key file", metadata: ["cause": "\(error)"])
        }
    }

    // MARK: The core

    private static func makeBroker(
        _ configuration: ServerConfiguration, _ issuer: TokenIssuer, _ keys: [KeyRecord],
        _ recovered: RecoveredState, _ boot: Boot, now: Instant
    ) -> Broker {
        var random = RandomSource()
        var settings = BrokerSettings(indexSeed: (random.next(), random.next()))
        settings.defaultLifetimeSeconds = configuration.defaultLifetimeSeconds
        settings.maximumLifetimeSeconds = configuration.maximumLifetimeSeconds
        settings.maximumLiveGrants = configuration.maximumLiveGrants
        settings.liveGrantsPerUid = said(configuration.maximumLiveGrantsPerUid)
        settings.liveGrantsPerApp = said(configuration.maximumLiveGrantsPerApp)
        settings.liveGrantBytesPerUid = configuration.maximumLiveGrantBytesPerUid
        settings.maximumLaunchTokens = configuration.maximumLaunchTokens
        settings.launchTokensPerUid = said(configuration.maximumLaunchTokensPerUid)
        settings.launchTokensPerApp = said(configuration.maximumLaunchTokensPerApp)
        settings.operatorUids = configuration.operatorUidsInEffect
        #if MAYFLY_FAULTS
            if let fault = getenv("MAYFLY_FAULT") {
                settings.faults = CoreFaults(named: String(cString: fault))
            }
        #endif
        return Broker(
            settings: settings, issuance: issuer, keys: keys, now: now,
            position: recovered.position, nextSerial: recovered.serialBound,
            clockOffset: boot.clockOffset)
    }

    /// Nil where 0 stands for what the core thinks right.
    private static func said(_ setting: Int) -> Int? { setting == 0 ? nil : setting }

    /// Apps before what names them, revocations before the grants that they cover as these come.
    ///
    /// - Returns: how many grants are live again, and what the store has to be told.
    private static func restore(
        _ store: Store, _ boot: Boot, into broker: Broker, at now: Instant
    ) throws -> (grants: UInt64, changes: [Change]) {
        var restored: UInt64 = 0
        var changes: [Change] = []
        for app in store.recovered.apps { broker.restore(app) }
        for record in store.recovered.revocations {
            changes += broker.restore(record, restarts: boot.isNew, at: now)
        }
        try store.forEachGrant { grant in
            if broker.restore(grant, at: now) {
                restored += 1
            } else {
                changes.append(.grantDeleted(grant.serial))
            }
        }
        for token in boot.launchTokens { broker.restore(token) }
        return (restored, changes + broker.finishRecovery())
    }

    // MARK: The rest

    private static func publicKey(
        _ configuration: ServerConfiguration, _ key: Ed25519PrivateKey
    ) throws -> PublicKeyMessage {
        let signer = try CheckpointSigner(issuer: configuration.issuer, key: key)
        return PublicKeyMessage(checkpoint: key.publicKey, verifierKey: signer.verifierKey)
    }

    /// The kernel's name for this boot of the machine.
    private static func bootID() throws -> String {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let file = Descriptor(owning: open(path, O_RDONLY | O_CLOEXEC)) else {
            throw SystemFailure("opening \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file.rawValue, &bytes, bytes.count)
        guard count > 0 else { throw SystemFailure("reading \(path)") }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
