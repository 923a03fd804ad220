internal import ArgumentParser

/// A length of time: seconds, or a number with one of `s`, `m`, `h` and `d`.
struct Lifetime: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let seconds = Lifetime.seconds(argument) else { return nil }
        duration = .seconds(seconds)
    }

    /// Whole seconds; nil where the text is no such length or does not fit.
    static func seconds(_ text: String) -> UInt32? {
        var digits = Substring(text)
        var factor: UInt32 = 1
        switch text.utf8.last {
        case UInt8(ascii: "s"): digits.removeLast()
        case UInt8(ascii: "m"): (factor, digits) = (60, digits.dropLast())
        case UInt8(ascii: "h"): (factor, digits) = (3_600, digits.dropLast())
        case UInt8(ascii: "d"): (factor, digits) = (86_400, digits.dropLast())
        default: break
        }
        // `UInt32.init` takes a plus sign.
        guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = UInt32(digits)
        else { return nil }
        let (seconds, isOver) = number.multipliedReportingOverflow(by: factor)
        return isOver ? nil : seconds
    }

    /// As a human says it, in the largest unit that fits.
    static func text(seconds: UInt32) -> String {
        for (factor, unit) in [(86_400, "d"), (3_600, "h"), (60, "m")] as [(UInt32, String)]
        where seconds >= factor && seconds % factor == 0 {
            return "\(seconds / factor)\(unit)"
        }
        return "\(seconds)s"
    }
}
