/// Decimal numbers without sign or leading zero, so that a number has one text.
package enum DecimalText {
    private static let zero = UInt8(ascii: "0")

    package static func append(_ number: UInt64, to target: inout [UInt8]) {
        let start = target.count
        var number = number
        repeat {
            target.append(zero + UInt8(number % 10))
            number /= 10
        } while number > 0
        target[start...].reverse()
    }

    /// nil where the text is not the one text of a number that fits.
    package static func parse(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard let first = text.first, first != zero || text.count == 1 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard (zero...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - zero))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
