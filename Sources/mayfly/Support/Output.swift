internal import ArgumentParser
private import Glibc

/// How answers are written.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Write JSON, one object a line.")
    var json = false

    /// Writes one answer.
    ///
    /// - Parameter text: what a human reads; lines end with a newline.
    func write(_ object: JSON, _ text: @autoclosure () -> String) {
        writeText(json ? "\(object)\n" : text(), to: STDOUT_FILENO)
    }
}

/// Writes text as it is. Where nobody reads it any more, the process ends as `yes | head` does.
func writeText(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if errno != EINTR {
            return
        }
    }
}

/// Text from elsewhere on its way to a terminal, which would obey control characters.
func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(isControl(scalar) ? "?" : scalar) }
    return String(result)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
}

/// Rows in columns as wide as they need; the last column is not padded.
func table(_ rows: [[String]]) -> String {
    let rows = rows.map { $0.map(printable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
        rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    var text = ""
    for row in rows {
        for (column, cell) in row.enumerated() {
            text += cell
            if column + 1 < row.count {
                text += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
        }
        text += "\n"
    }
    return text
}
