/// The part of TOML that settings need, checked before the parser sees a file: some malformed dates
/// and table headers do not fail there, they end the process with an assertion.
enum PlainSettings {
    private enum Place: Equatable {
        case lineStart
        case bare
        case comment
        case string(delimiter: UInt8, isLong: Bool)
    }

    /// What is in the file that no setting is written with; nil for nothing.
    static func problem(in text: String) -> String? {
        let bytes = Array(text.utf8)
        var place = Place.lineStart
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch place {
            case .string(let delimiter, let isLong):
                if byte == UInt8(ascii: "\\"), delimiter == UInt8(ascii: "\"") {
                    index += 1
                } else if byte == delimiter, !isLong || isTriple(bytes, index) {
                    if isLong { index += 2 }
                    place = .bare
                } else if byte == UInt8(ascii: "\n"), !isLong {
                    place = .lineStart
                }
            case .comment:
                if byte == UInt8(ascii: "\n") { place = .lineStart }
            case .lineStart, .bare:
                if let problem = problem(at: index, of: bytes, isLineStart: place == .lineStart) {
                    return problem
                }
                place = next(after: place, at: &index, of: bytes)
            }
            index += 1
        }
        return nil
    }

    private static func next(after place: Place, at index: inout Int, of bytes: [UInt8]) -> Place {
        switch bytes[index] {
        case UInt8(ascii: "\n"): return .lineStart
        case UInt8(ascii: "#"): return .comment
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let isLong = isTriple(bytes, index)
            let delimiter = bytes[index]
            if isLong { index += 2 }
            return .string(delimiter: delimiter, isLong: isLong)
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): return place
        default: return .bare
        }
    }

    /// Outside strings and comments.
    private static func problem(at index: Int, of bytes: [UInt8], isLineStart: Bool) -> String? {
        let byte = bytes[index]
        guard byte < 0x80 else { return "only strings and comments may have other than ASCII" }
        if byte == UInt8(ascii: "["), isLineStart {
            return "settings stand at the top level, in no table"
        }
        if isDigit(byte), index + 1 < bytes.count,
            bytes[index + 1] == UInt8(ascii: "-") || bytes[index + 1] == UInt8(ascii: ":")
        {
            return "no setting is a date or a time"
        }
        return nil
    }

    private static func isTriple(_ bytes: [UInt8], _ index: Int) -> Bool {
        index + 2 < bytes.count && bytes[index + 1] == bytes[index]
            && bytes[index + 2] == bytes[index]
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
