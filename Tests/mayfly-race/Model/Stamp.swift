// What can be known about grants from the outside: facts with the places in time that they were
// learnt at, and the judgement of each answer against them. No I/O, no broker, no wire.

/// A place in the order of everything that the race sent and received.
///
/// One thread does all of it: a request is stamped before its first byte is given to the kernel,
/// an answer after its last was taken. So where one call's answer has a lower stamp than another's
/// request, the first was over before the second began, in real time; and a count, unlike a clock,
/// has no ties.
struct Stamp: Comparable {
    fileprivate let order: UInt64

    static let never = Stamp(order: .max)

    static func < (left: Stamp, right: Stamp) -> Bool { left.order < right.order }
}

extension Stamp: CustomStringConvertible {
    var description: String { self == .never ? "never" : "\(order)" }
}

/// Gives the stamps, each above all before it.
struct StampCounter {
    private var last: UInt64 = 0

    mutating func next() -> Stamp {
        last += 1
        return Stamp(order: last)
    }
}
