/// Writes metrics in Prometheus' text exposition format 0.0.4.
///
/// Names and labels come from this program only, so nothing has to be escaped.
struct PrometheusText {
    private(set) var text = ""

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// The two lines before a metric's samples.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ value: UInt64, labels: String = "") {
        line(name, labels, "\(value)")
    }

    /// A value in thousandths, written as a decimal fraction.
    mutating func sample(_ name: String, thousandths: Int64, labels: String = "") {
        line(name, labels, Self.fraction(thousandths, digits: 3))
    }

    /// A metric with one sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: UInt64) {
        begin(name, kind, help)
        sample(name, value)
    }

    /// A histogram of nanoseconds, told in seconds, or of plain numbers.
    mutating func histogram(
        _ name: String, _ histogram: Histogram, labels: String = "", isTime: Bool
    ) {
        let prefix = labels.isEmpty ? "" : labels + ","
        func shown(_ value: UInt64) -> String {
            isTime ? Self.fraction(Int64(clamping: value), digits: 9) : "\(value)"
        }
        var below: UInt64 = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            below &+= count
            line(name + "_bucket", prefix + "le=\"\(shown(bound))\"", "\(below)")
        }
        line(name + "_bucket", prefix + "le=\"+Inf\"", "\(histogram.count)")
        line(name + "_sum", labels, shown(histogram.sum))
        line(name + "_count", labels, "\(histogram.count)")
    }

    private mutating func line(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// `value` / 10^digits, without the zeros at the end.
    static func fraction(_ value: Int64, digits: Int) -> String {
        var text = String(value.magnitude)
        if text.utf8.count <= digits {
            text = String(repeating: "0", count: digits + 1 - text.utf8.count) + text
        }
        let whole = text.dropLast(digits)
        var rest = text.suffix(digits)
        while rest.hasSuffix("0") { rest.removeLast() }
        return (value < 0 ? "-" : "") + whole + (rest.isEmpty ? "" : "." + rest)
    }
}
