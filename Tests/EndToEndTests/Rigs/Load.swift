internal import MayflyCrypto
internal import MayflyStore
internal import Synchronization

/// Several clients of two apps and the operator at work on one broker, each on a thread and a
/// connection of its own.
final class Load {
    static let apps = ["rig", "rival"]
    private static let workers = 6
    /// Of every agent: none expires while a rig runs.
    static let lifetimeSeconds: UInt32 = 86_400
    /// A broker that does not answer for this long is stuck.
    static let patienceSeconds = 20.0

    private let goesOn: RunFlag
    private let watch: OperatorWatch
    private var threads: [JoinableThread] = []

    /// Connects everyone, then starts everyone.
    init(
        on broker: BrokerProcess, attestationKey: AgentKeyPair, ledger: Ledger, seed: UInt64
    ) throws {
        goesOn = RunFlag()
        watch = try OperatorWatch(socketPath: broker.home.operatorSocket, ledger)
        var random = RigRandom(seed: seed)
        var workers: [LoadWorker] = []
        for number in 0..<Self.workers {
            // The rival is there for the contests, and small.
            let app = Self.apps[number == 0 ? 1 : 0]
            workers.append(
                try LoadWorker(
                    LoadWorker.Terms(
                        socketPath: broker.home.agentSocket, app: app,
                        attestationKey: attestationKey,
                        seed: random.next()),
                    ledger))
        }
        let (goesOn, watch) = (goesOn, watch)
        threads.append(try JoinableThread { watch.run { goesOn.isSet } })
        for worker in workers {
            threads.append(try JoinableThread { worker.run { goesOn.isSet } })
        }
    }

    /// Waits until every client has ended: told to, or because the broker is gone.
    func join() -> OperatorWatch.Sightings {
        for thread in threads { thread.join() }
        return watch.sightings
    }

    /// Lets every client finish the calls it has under way.
    func stop() { goesOn.clear() }

    /// Registers the apps with a fresh broker.
    static func registerApps(with broker: BrokerProcess, attestationKey: AgentKeyPair) throws {
        for app in apps {
            try broker.createApp(app, attestationKeys: [attestationKey.publicKey.bytes])
        }
    }
}

/// Set until it is cleared, from any thread.
final class RunFlag: Sendable {
    private let value = Atomic(true)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func clear() { value.store(false, ordering: .relaxed) }
}

/// A thread that is joined once, in a place that an array can hold.
final class JoinableThread {
    private var thread: WorkerThread?

    init(_ body: @escaping @Sendable () -> Void) throws(StoreFailure) {
        thread = try WorkerThread(name: "rig", body: body)
    }

    func join() { thread.take()?.join() }
}
