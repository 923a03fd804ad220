/// A flat JSON object, one line per member, in the order given: easy to read and to search.
struct JSONText {
    private var members: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String) {
        members.append((name, Self.quoted(value)))
    }

    mutating func add(_ name: String, _ value: some BinaryInteger) {
        members.append((name, String(value)))
    }

    /// Three decimals; null where there is no number to tell.
    mutating func add(_ name: String, _ value: Double?) {
        members.append((name, value.map { Decimal3($0).text } ?? "null"))
    }

    mutating func add(_ name: String, _ counts: [String: Int]) {
        let pairs = counts.sorted { $0.key < $1.key }
            .map { "\(Self.quoted($0.key)): \($0.value)" }
        members.append((name, "{" + pairs.joined(separator: ", ") + "}"))
    }

    var text: String {
        let lines = members.map { "  \(Self.quoted($0.name)): \($0.value)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// A number with three decimals, without any locale.
struct Decimal3 {
    let text: String

    init(_ value: Double, places: Int = 3) {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (value * scale).rounded()
        guard scaled.magnitude < 9e15 else {
            text = "\(value)"
            return
        }
        let whole = Int(scaled.magnitude) / Int(scale)
        let rest = String(Int(scaled.magnitude) % Int(scale))
        let sign = scaled < 0 ? "-" : ""
        let padding = String(repeating: "0", count: places - rest.count * (places > 0 ? 1 : 0))
        text = places == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(padding)\(rest)"
    }
}
