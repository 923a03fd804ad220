/// A JSON value on its way out (RFC 8259), with members in the order given.
indirect enum JSON {
    case text(String)
    case number(UInt64)
    case signed(Int64)
    case flag(Bool)
    case list([JSON])
    case object([(String, JSON)])
    /// Text that is JSON already.
    case encoded(String)

    static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
}

extension JSON: CustomStringConvertible {
    /// In one line, without white space.
    var description: String {
        switch self {
        case .text(let text): JSON.quoted(text)
        case .number(let number): String(number)
        case .signed(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let values): "[" + values.map(\.description).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.map { "\(JSON.quoted($0.0)):\($0.1)" }.joined(separator: ",")
                + "}"
        case .encoded(let text): text
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\u{0}"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
