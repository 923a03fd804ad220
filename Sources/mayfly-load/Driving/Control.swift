internal import Synchronization

/// What a run is doing; every thread follows.
enum Phase: UInt8, Sendable {
    case wait
    case populate
    case load
    /// Nothing new begins.
    case drain
    /// What is still live is released.
    case clear
    case stop
}

/// How the run steers its threads.
final class Control: Sendable {
    private let current = Atomic(Phase.wait.rawValue)
    private let measured = Atomic(UInt64.max)

    var phase: Phase {
        get { Phase(rawValue: current.load(ordering: .acquiring)) ?? .stop }
        set { current.store(newValue.rawValue, ordering: .releasing) }
    }

    /// What begins from here on is measured.
    var measureFrom: Moment {
        get { Moment(nanoseconds: measured.load(ordering: .acquiring)) }
        set { measured.store(newValue.nanoseconds, ordering: .releasing) }
    }
}

/// What one thread lets the run see while it works.
final class Gauge: Sendable {
    private let totals = OperationKind.allCases.map { _ in Counter() }
    private let errors = Counter()
    private let live = Counter()
    private let quietIn = Counter()
    private let broken = Counter()

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    /// Called once a turn by the thread itself.
    func update(_ share: Share, phase: Phase) {
        for kind in OperationKind.allCases {
            totals[kind.rawValue].value.store(share.recorder.total(kind), ordering: .relaxed)
        }
        errors.value.store(share.recorder.totalErrors, ordering: .relaxed)
        live.value.store(share.liveAgents + share.livePopulation, ordering: .relaxed)
        quietIn.value.store(
            share.isQuiet(in: phase) ? Int(phase.rawValue) : -1, ordering: .releasing)
    }

    func fail() { broken.value.store(1, ordering: .releasing) }

    var hasFailed: Bool { broken.value.load(ordering: .acquiring) != 0 }
    func isQuiet(in phase: Phase) -> Bool {
        quietIn.value.load(ordering: .acquiring) == Int(phase.rawValue)
    }
    func total(_ kind: OperationKind) -> Int {
        totals[kind.rawValue].value.load(ordering: .relaxed)
    }
    var totalErrors: Int { errors.value.load(ordering: .relaxed) }
    var liveCount: Int { live.value.load(ordering: .relaxed) }
}
