/// What each uid's share holds of live grants. A share that holds nothing is forgotten, so that the
/// table has no more entries than uids that were ever named, and one.
struct ShareTable {
    struct Holding {
        var grants = 0
        /// Of the grants' texts.
        var textBytes = 0

        fileprivate mutating func add(_ bytes: Int) {
            grants += 1
            textBytes += bytes
        }
    }

    private var holdings: [UserShare: Holding] = [:]

    var count: Int { holdings.count }

    subscript(share: UserShare) -> Holding { holdings[share] ?? Holding() }

    mutating func charge(_ share: UserShare, textBytes: Int) {
        holdings[share, default: Holding()].add(textBytes)
    }

    mutating func giveBack(_ share: UserShare, textBytes: Int) {
        guard var holding = holdings[share] else {
            preconditionFailure("what is given back was charged")
        }
        holding.grants -= 1
        holding.textBytes -= textBytes
        holdings[share] = holding.grants == 0 ? nil : holding
    }
}
