/// Measured times, sorted once.
struct Quantiles {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    /// The value that this part of all lies below; nil where nothing was measured.
    func at(_ part: Double) -> Double? {
        sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }

    var longest: Double? { sorted.last }
}
