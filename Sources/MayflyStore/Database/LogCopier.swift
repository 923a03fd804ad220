/// The thread that copies the bulk of the write-ahead log into the database when told to.
///
/// Used by one thread, the writer; what it shares with its own thread is the monitor.
final class LogCopier {
    private struct State: Sendable {
        var isRequested = false
        var isStopping = false
        var result: Result<Void, StoreFailure>?
    }

    private enum Work {
        case copy
        case stop
    }

    private let state: Monitor<State>
    private var thread: WorkerThread?

    init(path: String, faults: StoreFaults) throws(StoreFailure) {
        let state = Monitor(State())
        self.state = state
        thread = try WorkerThread(name: "mayfly-wal") {
            LogCopier.run(state, path: path, faults: faults)
        }
    }

    func start() {
        state.withLock { $0.isRequested = true }
        state.wake()
    }

    /// How the last copy ended, once.
    func takeResult() -> Result<Void, StoreFailure>? {
        state.withLock { $0.result.take() }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        state.wake()
        thread.take()?.join()
    }

    private static func run(_ state: Monitor<State>, path: String, faults: StoreFaults) {
        do throws(StoreFailure) {
            let connection = try Connection(path: path, mode: .readWrite)
            try connection.makeDurable(faults: faults)
            // The writer's connection is the one that completes the log.
            connection.forgoCheckpointOnClose()
            while case .copy = state.wait({ state in
                if state.isStopping { return .done(Work.stop) }
                guard state.isRequested else { return .wait }
                state.isRequested = false
                return .done(.copy)
            }) {
                _ = try connection.copyLog()
                state.withLock { $0.result = .success(()) }
            }
        } catch {
            state.withLock { $0.result = .failure(error) }
        }
    }
}
