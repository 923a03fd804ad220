internal import MayflyCore

/// What is gone and still has grants hanging on it, in a line for each share.
///
/// The lines have a turn each: one process with a hundred thousand grants does not keep the end of
/// anyone else's waiting behind all of its own.
struct DueEnds {
    struct End: Equatable {
        let bond: Bond
        /// In whose line it waits; nil where nobody is to be charged.
        let share: ShareKey?
    }

    private var lines: [ShareKey?: ConsumedQueue<End>] = [:]
    /// The shares with a line, each once.
    private var turns = ConsumedQueue<ShareKey?>()

    var isEmpty: Bool { turns.isEmpty }

    mutating func append(_ end: End) {
        if lines[end.share] == nil { turns.append(end.share) }
        lines[end.share, default: ConsumedQueue()].append(end)
    }

    /// Takes the oldest of the share whose turn it is.
    mutating func next() -> End? {
        guard let share = turns.popFirst(), let end = lines[share]?.popFirst() else { return nil }
        if lines[share]?.isEmpty == true { lines[share] = nil } else { turns.append(share) }
        return end
    }
}
