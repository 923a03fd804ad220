internal import Glibc
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
    let publicKeys: GetKeysResponseMessage
    /// Live grants that were put back.
    let grants: UInt64
    /// Grants of an earlier boot, which are dead.
    let discarded: UInt64

    static func run(
        _ configuration: ServerConfiguration, keys: KeyFile,
        onDurable: @escaping @Sendable (LogPosition) -> Void,
        onFailure: @escaping @Sendable (StoreFailure) -> Void
    ) throws -> Recovery {
        var settings = StoreConfiguration(
            path: configuration.databasePath, issuer: configuration.issuer)
        settings.walCheckpointPages = Int(configuration.walCheckpointPages)
        let checkpointKey = Ed25519PrivateKey(seed: keys.checkpointSigningSeed)
        let store = try Store(settings, checkpointKey: checkpointKey)
        let issuer = TokenIssuer(
            issuer: configuration.issuer, trustDomain: configuration.trustDomain,
            signingKey: Ed25519PrivateKey(seed: keys.tokenSigningSeeds[0].seed),
            permutation: InstancePermutation(key: keys.instancePermutationKey))
        let recovered = store.recovered
        let clock = BrokerClock(notBefore: recovered.newestEventTime)

        let discarded = try store.startBoot(bootID())
        let broker = makeBroker(configuration, issuer, recovered, now: clock.now)
        var restored: UInt64 = 0
        var orphans: [Serial] = []
        try store.forEachGrant { grant in
            if broker.restore(grant) { restored += 1 } else { orphans.append(grant.serial) }
        }
        let leftOver = broker.finishRecovery()

        var writing = LogWriterConfiguration()
        writing.storageReserveBytes = configuration.storageReserveBytes
        let log = try LogWriter(
            store: store, start: recovered.position, configuration: writing, onDurable: onDurable,
            onFailure: onFailure)
        let start = broker.apply(
            .recordBoundary(
                .brokerStarted, count: restored,
                detail: Array("version=\(mayflyVersion) discarded=\(discarded)".utf8)),
            from: .broker, at: clock.now)
        log.append(
            events: start.events,
            changes: start.changes + orphans.map { .grantDeleted($0) } + leftOver)
        log.requestFlush()
        return Recovery(
            authority: Authority(broker: broker, log: log), log: log, issuer: issuer, clock: clock,
            publicKeys: try publicKeys(configuration, issuer, checkpointKey), grants: restored,
            discarded: discarded)
    }

    private static func makeBroker(
        _ configuration: ServerConfiguration, _ issuer: TokenIssuer, _ recovered: RecoveredState,
        now: Instant
    ) -> Broker {
        var random = RandomSource()
        var settings = BrokerSettings(indexSeed: (random.next(), random.next()))
        settings.defaultLifetimeSeconds = configuration.defaultLifetimeSeconds
        settings.maximumLifetimeSeconds = configuration.maximumLifetimeSeconds
        settings.maximumLiveGrants = configuration.maximumLiveGrants
        let broker = Broker(
            settings: settings, issuance: issuer, signingKey: KeyNumber(rawValue: 1), now: now,
            position: recovered.position, nextSerial: recovered.serialBound)
        for app in recovered.apps { broker.restore(app) }
        return broker
    }

    private static func publicKeys(
        _ configuration: ServerConfiguration, _ issuer: TokenIssuer,
        _ checkpointKey: Ed25519PrivateKey
    ) throws -> GetKeysResponseMessage {
        let signer = try CheckpointSigner(issuer: configuration.issuer, key: checkpointKey)
        var token = PublicKeyMessage()
        token.use = .token
        token.kid = String(decoding: issuer.signer.key.publicKey.thumbprint, as: UTF8.self)
        token.publicKey = issuer.signer.key.publicKey.bytes
        var checkpoint = PublicKeyMessage()
        checkpoint.use = .checkpoint
        checkpoint.kid = String(decoding: checkpointKey.publicKey.thumbprint, as: UTF8.self)
        checkpoint.publicKey = checkpointKey.publicKey.bytes
        checkpoint.verifierKey = signer.verifierKey
        var response = GetKeysResponseMessage()
        response.issuer = configuration.issuer
        response.keys = [token, checkpoint]
        return response
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
