/// How a record becomes one line.
enum LogFormat: String {
    case text
    case json
}

/// One record, ready to be written.
struct LogRecord {
    /// Milliseconds since the Unix epoch.
    var timeMilliseconds: UInt64
    var level: String
    var label: String
    var message: String
    var metadata: [(key: String, value: String)]

    func line(_ format: LogFormat) -> String {
        switch format {
        case .text: textLine
        case .json: jsonLine
        }
    }

    private var textLine: String {
        var line = "\(rfc3339(timeMilliseconds)) \(level) \(label): "
        appendEscaped(message, to: &line, quotes: false)
        for (key, value) in metadata {
            line += " "
            appendEscaped(key, to: &line, quotes: true)
            line += "="
            let isBare =
                !value.isEmpty
                && value.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }
            if isBare {
                line += value
            } else {
                appendQuoted(value, to: &line)
            }
        }
        return line + "\n"
    }

    private var jsonLine: String {
        var line = "{\"time\":\"\(rfc3339(timeMilliseconds))\",\"level\":\"\(level)\",\"logger\":"
        appendQuoted(label, to: &line)
        line += ",\"message\":"
        appendQuoted(message, to: &line)
        if !metadata.isEmpty {
            line += ",\"metadata\":{"
            for (index, pair) in metadata.enumerated() {
                if index > 0 { line += "," }
                appendQuoted(pair.key, to: &line)
                line += ":"
                appendQuoted(pair.value, to: &line)
            }
            line += "}"
        }
        return line + "}\n"
    }
}

private func appendQuoted(_ text: String, to line: inout String) {
    line += "\""
    appendEscaped(text, to: &line, quotes: true)
    line += "\""
}

/// Leaves printable ASCII as it is and writes all else as JSON escapes, so that no record can end its
/// line early, reach a terminal's controls, or look like another.
private func appendEscaped(_ text: String, to line: inout String, quotes: Bool) {
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"" where quotes: line += "\\\""
        case "\\": line += "\\\\"
        case "\n": line += "\\n"
        case " "..."~": line.unicodeScalars.append(scalar)
        default:
            for unit in scalar.utf16 {
                let digits = String(unit, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
    }
}

/// `2026-01-31T12:34:56.789Z`, by the civil-from-days rule: no time zone, no C library state.
private func rfc3339(_ milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1_000
    // Days are counted from 1 March of the year 0, so that a leap day ends its year.
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let second = seconds % 86_400
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
        + padded(second / 3_600, 2) + ":" + padded(second / 60 % 60, 2) + ":"
        + padded(second % 60, 2) + "." + padded(milliseconds % 1_000, 3) + "Z"
}

private func padded(_ number: UInt64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
