internal import ArgumentParser
private import Glibc
internal import MayflyClient

/// A point in time: RFC 3339 in UTC (`2026-01-31T08:15:00Z`), `@` and Unix seconds, or a length of
/// time ago (`15m`).
struct TimeArgument: ExpressibleByArgument {
    let time: UnixTime

    init?(argument: String) { self.init(argument, now: .now) }

    init?(_ text: String, now: UnixTime) {
        if text.utf8.first == UInt8(ascii: "@") {
            guard let seconds = UInt64(text.dropFirst()) else { return nil }
            time = UnixTime(seconds: seconds)
        } else if let seconds = Lifetime.seconds(text) {
            let ago = UInt64(seconds) * 1_000
            time = UnixTime(milliseconds: now.milliseconds - min(ago, now.milliseconds))
        } else {
            guard let parsed = TimeArgument.parse([UInt8](text.utf8)) else { return nil }
            time = parsed
        }
    }

    /// `YYYY-MM-DDThh:mm:ss`, an optional fraction of up to three digits, `Z`.
    private static func parse(_ text: [UInt8]) -> UnixTime? {
        let pattern = [UInt8]("0000-00-00T00:00:00".utf8)
        guard text.count > pattern.count, text.last == UInt8(ascii: "Z") else { return nil }
        for (byte, wanted) in zip(text, pattern) {
            guard wanted == UInt8(ascii: "0") ? isDigit(byte) : byte == wanted else { return nil }
        }
        func number(_ range: Range<Int>) -> Int32 {
            text[range].reduce(0) { $0 * 10 + Int32($1 - UInt8(ascii: "0")) }
        }
        var parts = tm()
        parts.tm_year = number(0..<4) - 1_900
        parts.tm_mon = number(5..<7) - 1
        parts.tm_mday = number(8..<10)
        parts.tm_hour = number(11..<13)
        parts.tm_min = number(14..<16)
        parts.tm_sec = number(17..<19)
        let wanted = parts
        let seconds = timegm(&parts)
        // What was put right was wrong: there is no 31st of February.
        guard seconds >= 0, parts.tm_mon == wanted.tm_mon, parts.tm_mday == wanted.tm_mday,
            parts.tm_hour == wanted.tm_hour, parts.tm_min == wanted.tm_min,
            parts.tm_sec == wanted.tm_sec,
            let milliseconds = fraction(text[pattern.count..<text.count - 1])
        else { return nil }
        return UnixTime(milliseconds: UInt64(seconds) * 1_000 + milliseconds)
    }

    private static func fraction(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard let first = text.first else { return 0 }
        let digits = text.dropFirst()
        guard first == UInt8(ascii: "."), 1...3 ~= digits.count, digits.allSatisfy(isDigit) else {
            return nil
        }
        let value = digits.reduce(0 as UInt64) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
        return digits.count == 1 ? value * 100 : digits.count == 2 ? value * 10 : value
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
