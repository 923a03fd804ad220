internal import MayflyCore
internal import MayflyStore

/// What becomes durable, and what of it may be told.
extension Host {
    /// Makes the open group durable, as the log's writer would, and gives the answers that may go.
    func flush(withCheckpoint: Bool = false) throws -> [Reply] {
        if mutant == .acknowledgeBeforeCommit, !withCheckpoint, random.oneIn(2) {
            durable = group.end.rawValue
            return takeReplies()
        }
        try store?.commit(group, withCheckpoint: withCheckpoint)
        if random.oneIn(4) { try store?.tidy() }
        group = CommitGroup(start: group.end)
        durable = group.end.rawValue
        auditor.settle(upTo: durable)
        return takeReplies()
    }

    private func takeReplies() -> [Reply] {
        defer { withheld.removeAll { $0.dependsOn <= durable } }
        return withheld.filter { $0.dependsOn <= durable }
    }

    /// The process is gone, and the power too perhaps. What was told to nobody is lost, or not.
    func die(withPower: Bool) throws {
        tally.crashes += 1
        store?.abandon()
        if withPower { disk.losePower() } else { disk.stop() }
        store = nil
        group = CommitGroup(start: .start)
        withheld = []
        unpinned = []
        seenHops = []
        ending = []
        try disk.restart()
    }
}
