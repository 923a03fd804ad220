internal import CLinux
internal import Glibc
package import Logging
internal import MayflyCore
package import MayflyCrypto
package import MayflyStore

/// The broker, from recovery to drain.
package final class Server: Sendable {
    private let context: ReactorContext
    private let log: LogWriter
    private let inboxes: [ReactorInbox]
    private let acceptor: Acceptor
    private let housekeeper: Housekeeper
    private let threads = ThreadGroup()

    /// Recovers what was durable, opens the sockets and starts every thread; then it serves.
    ///
    /// The caller holds the data directory's lock. `keyStorage` is where `keys` came from.
    /// `onStorageFailure` is called once, on the
    /// writer's thread, when a write or an fsync failed: nothing is acknowledged after it, and the
    /// process must end.
    package init(
        _ configuration: ServerConfiguration, keys: KeyFile, keyStorage: any KeyStorage,
        listeners inherited: InheritedListeners, logger: Logger,
        onStorageFailure: @escaping @Sendable (StoreFailure) -> Void
    ) throws {
        let agentInboxes = try (0..<configuration.reactors).map { _ in try ReactorInbox() }
        let operatorInbox = try ReactorInbox()
        let inboxes = agentInboxes + [operatorInbox]
        let operators = configuration.operatorUidsInEffect
        let metrics = BrokerMetrics()
        let feed = try EndFeed(metrics: metrics)
        let recovered = try Recovery.run(
            configuration, keys: keys, storage: keyStorage, logger: logger,
            hooks: Recovery.Hooks(
                onDurable: { _ in
                    for inbox in inboxes { inbox.logAdvanced() }
                    feed.logAdvanced()
                },
                onCommit: { metrics.noteCommit(rows: $0, nanoseconds: $1) },
                onFailure: onStorageFailure))
        let processes = try Self.watchProcesses(configuration, recovered, logger)
        context = ReactorContext(
            recovered: recovered, secrets: SecretDigester(key: keys.digestKey), feed: feed,
            metrics: metrics, processes: processes,
            shares: ShareTable(ShareLimits(configuration), operators: operators), logger: logger,
            patience: Patience(idleSeconds: configuration.idleTimeoutSeconds),
            spinNanoseconds: UInt64(configuration.spinMicroseconds) * 1_000)
        log = recovered.log
        self.inboxes = inboxes
        housekeeper = try Housekeeper(
            context: context, inboxes: inboxes, log: recovered.log)
        let listeners = try Self.open(configuration, inherited)
        acceptor = try Acceptor(
            listeners: listeners, agentInboxes: agentInboxes,
            operatorInbox: operatorInbox, context: context,
            operatorUids: Set(operators.map(\.rawValue)))
        context.nameShares()
        logger.info(
            "recovered",
            metadata: [
                "live-grants": "\(recovered.grants)", "events": "\(log.durablePosition.rawValue)",
                "discarded-after-reboot": "\(recovered.boot.discardedGrants)",
            ])
        if listeners.contains(where: \.mayTakeDescriptors) { try context.closer.start() }
        try startReactors(configuration, agentInboxes)
        try startOperatorReactor(configuration, operatorInbox)
        let (housekeeper, acceptor) = (housekeeper, acceptor)
        try threads.start("mayfly-time") { housekeeper.run() }
        try threads.start("mayfly-processes") { processes.run() }
        try threads.start("mayfly-accept") { acceptor.run() }
        try startFeed(configuration, recovered.boot)
    }

    /// Refuses new requests, sends what is owed, makes everything durable and ends every thread.
    package func drain() {
        context.startDraining()
        acceptor.stop()
        housekeeper.stop()
        context.feed.stop()
        context.processes.stop()
        for inbox in inboxes { inbox.wakeUp.signal() }
        threads.join()
        let live = context.authority.read { $0.liveGrants }.result
        _ = context.authority.apply(
            .recordBoundary(.brokerStopped, count: UInt64(live), detail: []), from: .broker,
            at: context.clock.now)
        log.stop()
    }

    /// With everything that recovered grants hang on looked at: what is gone has ended before
    /// anyone is answered.
    private static func watchProcesses(
        _ configuration: ServerConfiguration, _ recovered: Recovery, _ logger: Logger
    ) throws -> ProcessWatch {
        let capacity = ProcessWatch.Capacity(
            wanted: configuration.maximumBoundProcesses,
            perUid: configuration.maximumBoundProcessesPerUid,
            connections: configuration.maximumConnections)
        if capacity.processes < configuration.maximumBoundProcesses {
            logger.warning(
                "fewer processes can be bound than configured: raise the limit of descriptors",
                metadata: ["processes": "\(capacity.processes)"])
        }
        let watch = try ProcessWatch(
            authority: recovered.authority, clock: recovered.clock, logger: logger,
            capacity: capacity)
        if !watch.inspector.canBind {
            logger.warning(
                "no grant can hang on a process: no pidfds, or a /proc that does not show the broker"
            )
        }
        watch.recover(recovered.authority.read { $0.recoveredBonds }.result)
        return watch
    }

    private func startReactors(
        _ configuration: ServerConfiguration, _ inboxes: [ReactorInbox]
    ) throws {
        // Where one reactor is enough, the scheduler may place it; two on one core are useless.
        let pins = configuration.pinsReactors && inboxes.count > 1
        for (number, inbox) in inboxes.enumerated() {
            let context = context
            let core = clinux_usable_processor(Int32(number))
            try threads.start("mayfly-react-\(number)") {
                if pins { clinux_pin_to_core(core) }
                // Folding the log into the database is done on these cores too, and can wait.
                clinux_run_promptly()
                context.serve { try Reactor(context: context, inbox: inbox) }
            }
        }
    }

    private func startOperatorReactor(
        _ configuration: ServerConfiguration, _ inbox: ReactorInbox
    ) throws {
        let signs = VitalSigns(
            version: mayflyVersion, startedAt: context.clock.now, reactors: configuration.reactors)
        let (context, log, path) = (context, log, configuration.databasePath)
        try threads.start("mayfly-operator") {
            context.serve {
                let desk = OperatorDesk(
                    events: try EventReader(path: path), log: log, vitalSigns: signs)
                return try Reactor(context: context, inbox: inbox, desk: desk)
            }
        }
    }

    private func startFeed(_ configuration: ServerConfiguration, _ boot: Boot) throws {
        let (context, path) = (context, configuration.databasePath)
        try threads.start("mayfly-feed") {
            context.feed.run(
                EndSource(
                    path: path, authority: context.authority, issuer: context.issuer,
                    clock: context.clock, logger: context.logger, boot: boot))
        }
    }

    /// Makes the directories of the sockets that are not inherited, or finds them fit: a process that
    /// has given up making directories can still open its sockets then.
    package static func prepareSocketDirectories(
        _ configuration: ServerConfiguration, _ inherited: InheritedListeners
    ) throws {
        if inherited.agentDescriptor == nil {
            try Listener.prepareDirectory(
                of: configuration.agentSocketPath, mode: agentDirectoryMode(configuration))
        }
        if inherited.operatorDescriptor == nil {
            try Listener.prepareDirectory(
                of: configuration.operatorSocketPath, mode: operatorDirectoryMode)
        }
    }

    /// A socket that is open to all is of no use in a directory that is not.
    private static func agentDirectoryMode(_ configuration: ServerConfiguration) -> mode_t {
        configuration.agentSocketMode & 0o006 == 0 ? 0o750 : 0o755
    }

    private static let operatorDirectoryMode: mode_t = 0o700

    private static func open(
        _ configuration: ServerConfiguration, _ inherited: InheritedListeners
    ) throws -> [Listener] {
        let agents =
            if let descriptor = inherited.agentDescriptor {
                try Listener(inherited: descriptor, role: .agents)
            } else {
                try Listener(
                    path: configuration.agentSocketPath,
                    mode: mode_t(configuration.agentSocketMode),
                    directoryMode: agentDirectoryMode(configuration), role: .agents)
            }
        let operators =
            if let descriptor = inherited.operatorDescriptor {
                try Listener(inherited: descriptor, role: .operator)
            } else {
                try Listener(
                    path: configuration.operatorSocketPath, mode: 0o600,
                    directoryMode: operatorDirectoryMode,
                    role: .operator)
            }
        return [agents, operators]
    }
}
