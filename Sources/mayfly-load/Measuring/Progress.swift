private import Glibc

/// A line a second on standard error while a run goes on.
struct Progress {
    private let gauges: [Gauge]
    private let isQuiet: Bool
    private let start = Moment.now()
    private var lastLine = Moment.now()
    private var lastTotals = OperationKind.allCases.map { _ in 0 }

    init(gauges: [Gauge], isQuiet: Bool) {
        self.gauges = gauges
        self.isQuiet = isQuiet
    }

    /// Writes a line if the last is a second old.
    mutating func tick(_ phase: String) {
        let now = Moment.now()
        let seconds = now.seconds(since: lastLine)
        guard !isQuiet, seconds >= 1 else { return }
        var line = "\(Decimal3(now.seconds(since: start), places: 0).text) s  \(phase)"
        for kind in OperationKind.allCases {
            let total = gauges.reduce(0) { $0 + $1.total(kind) }
            let rate = Double(total - lastTotals[kind.rawValue]) / seconds
            lastTotals[kind.rawValue] = total
            if total > 0 { line += "  \(kind.text) \(Report.grouped(Int(rate)))/s" }
        }
        let live = gauges.reduce(0) { $0 + $1.liveCount }
        let errors = gauges.reduce(0) { $0 + $1.totalErrors }
        line += "  live \(Report.grouped(live))  errors \(Report.grouped(errors))"
        lastLine = now
        writeLine(line, to: STDERR_FILENO)
    }
}

/// A whole line at once, so that lines of several processes do not mix.
func writeLine(_ line: String, to descriptor: Int32) {
    var text = line + "\n"
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
