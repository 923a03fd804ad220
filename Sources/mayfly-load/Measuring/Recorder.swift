internal import Histogram

/// What is measured apart.
enum OperationKind: Int, CaseIterable, Sendable {
    case spawn
    case release
    case validate
    case renew
    case delegate

    var text: String {
        switch self {
        case .spawn: "spawn"
        case .release: "release"
        case .validate: "validate"
        case .renew: "renew"
        case .delegate: "delegate"
        }
    }
}

/// What one kind of operation did in the measured time.
struct KindRecord: Sendable {
    /// Of requests, in nanoseconds; a batch is one request.
    var latencies = Histogram<UInt64>(
        lowestDiscernibleValue: 1, highestTrackableValue: Recorder.longest,
        numberOfSignificantValueDigits: .three)
    /// Agents or tokens: a batch has many.
    var items = 0
    var errors: [String: Int] = [:]

    var errorCount: Int { errors.values.reduce(0, +) }

    mutating func add(_ other: KindRecord) {
        latencies.add(other.latencies)
        items += other.items
        errors.merge(other.errors) { $0 + $1 }
    }
}

/// One thread's measurements; threads are added up at the end.
struct Recorder: Sendable {
    /// A minute: what takes longer counts as a minute.
    static let longest: UInt64 = 60_000_000_000

    private(set) var kinds = OperationKind.allCases.map { _ in KindRecord() }
    /// Of everything since the start, measured or not.
    private(set) var totals = [Int](repeating: 0, count: OperationKind.allCases.count)
    private(set) var totalErrors = 0
    /// Errors before and after the measured time, which the run must not hide.
    private(set) var asideErrors: [String: Int] = [:]
    private(set) var lastEnd = Moment(nanoseconds: 0)
    /// What began before is warm-up.
    var measureFrom = Moment.distantFuture

    subscript(kind: OperationKind) -> KindRecord { kinds[kind.rawValue] }
    func total(_ kind: OperationKind) -> Int { totals[kind.rawValue] }

    mutating func succeed(_ kind: OperationKind, began: Moment, ended: Moment, items: Int = 1) {
        totals[kind.rawValue] += items
        guard began >= measureFrom else { return }
        kinds[kind.rawValue].latencies.record(
            min(ended.nanoseconds(since: began), Self.longest))
        kinds[kind.rawValue].items += items
        lastEnd = ended
    }

    mutating func fail(
        _ kind: OperationKind, _ reason: String, began: Moment, ended: Moment, items: Int = 1
    ) {
        totalErrors += items
        if began >= measureFrom {
            kinds[kind.rawValue].errors[reason, default: 0] += items
            lastEnd = ended
        } else {
            asideErrors[reason, default: 0] += items
        }
    }

    mutating func failAside(_ reason: String, items: Int = 1) {
        totalErrors += items
        asideErrors[reason, default: 0] += items
    }

    mutating func add(_ other: Recorder) {
        for place in kinds.indices {
            kinds[place].add(other.kinds[place])
            totals[place] += other.totals[place]
        }
        totalErrors += other.totalErrors
        asideErrors.merge(other.asideErrors) { $0 + $1 }
        lastEnd = max(lastEnd, other.lastEnd)
    }
}
