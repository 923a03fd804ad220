private import Glibc
internal import MayflyWire

/// One run from its first phase to its report.
struct Run {
    private let plan: Plan
    private let control = Control()
    private let operation: Operator
    private let threads: [DriverThread]
    private let leavesLive: Bool
    private var progress: Progress
    private var isInterrupted = false

    /// How long the answers still owed may take when the time is over.
    private static let drainSeconds = 30.0
    private static let pollNanoseconds = 20_000_000

    /// - Parameter leavesLive: what is live at the end stays, or goes with its app.
    init(
        plan: Plan, access: Access, operation: Operator, leavesLive: Bool, isQuiet: Bool
    ) throws(LoadFailure) {
        self.plan = plan
        self.operation = operation
        self.leavesLive = leavesLive
        var threads: [DriverThread] = []
        for number in 0..<plan.threads {
            threads.append(
                try DriverThread(number: number, plan: plan, access: access, control: control))
        }
        self.threads = threads
        progress = Progress(gauges: threads.map(\.gauge), isQuiet: isQuiet)
    }

    mutating func execute() throws(LoadFailure) -> Report {
        let base = try? operation.status()
        for thread in threads { try thread.start() }
        if plan.population > 0 { pass(.populate, "building up", seconds: .infinity) }

        if plan.warmUpSeconds > 0 {
            control.phase = .load
            wait("warming up", seconds: plan.warmUpSeconds) { false }
        }
        let before = try? operation.status()
        let ownBefore = Self.ownCPUMicroseconds
        let start = Moment.now()
        control.measureFrom = start
        control.phase = .load
        let gauges = threads.map(\.gauge)
        wait("measuring", seconds: plan.seconds ?? .infinity) {
            gauges.allSatisfy { $0.isQuiet(in: .load) }
        }
        let end = Moment.now()
        pass(.drain, "draining", seconds: Self.drainSeconds)
        let own = Self.ownCPUMicroseconds - ownBefore
        let after = try? operation.status()
        if !leavesLive { pass(.clear, "releasing", seconds: .infinity) }
        control.phase = .stop
        return report(
            base: base, broker: zip(before, after).map { BrokerFigures(before: $0, after: $1) },
            start: start, end: end, own: own)
    }

    private func report(
        base: StatusResponseMessage?, broker: BrokerFigures?, start: Moment, end: Moment,
        own: UInt64
    ) -> Report {
        let results = threads.map { $0.join() }
        var recorder = Recorder()
        for result in results { recorder.add(result.recorder) }
        // A run bounded by its count ends with its last answer, one bounded by time not before it.
        let last = plan.seconds == nil ? recorder.lastEnd : max(end, recorder.lastEnd)
        return Report(
            plan: plan, elapsedSeconds: last.seconds(since: start), recorder: recorder,
            broker: broker, base: base, ownCPUMicroseconds: own,
            keysMadeLate: results.reduce(0) { $0 + $1.keysMadeLate },
            failure: results.lazy.compactMap(\.failure).first.map { "\($0)" })
    }

    /// A phase until every thread has done its part.
    private mutating func pass(_ phase: Phase, _ name: String, seconds: Double) {
        control.phase = phase
        let gauges = threads.map(\.gauge)
        wait(name, seconds: seconds) { gauges.allSatisfy { $0.isQuiet(in: phase) } }
    }

    /// Waits until something is done, time is over, every connection is lost, or someone
    /// interrupts: then the run ends early and in order.
    private mutating func wait(_ name: String, seconds: Double, until isDone: () -> Bool) {
        let start = Moment.now()
        while !isDone(), Moment.now().seconds(since: start) < seconds {
            if threads.allSatisfy(\.gauge.hasFailed) { return }
            if isInterrupted && control.phase == .load { return }
            progress.tick(name)
            let left = max(0, seconds - Moment.now().seconds(since: start)) * 1e9
            if Interrupt.wait(nanoseconds: min(Self.pollNanoseconds, Int(min(left, 1e9)))) {
                isInterrupted = true
            }
        }
    }

    private static var ownCPUMicroseconds: UInt64 {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) {
            $0 + UInt64($1.tv_sec) * 1_000_000 + UInt64($1.tv_usec)
        }
    }
}

/// Both, or neither.
private func zip<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
    guard let first, let second else { return nil }
    return (first, second)
}

/// SIGINT and SIGTERM end a run in order: its app is removed, its table printed.
enum Interrupt {
    /// Called before any thread is started, so that all of them inherit it.
    static func block() {
        var set = signals
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// True where one came.
    static func wait(nanoseconds: Int) -> Bool {
        var set = signals
        var limit = timespec(tv_sec: 0, tv_nsec: min(nanoseconds, 999_999_999))
        return sigtimedwait(&set, nil, &limit) > 0
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }
}
