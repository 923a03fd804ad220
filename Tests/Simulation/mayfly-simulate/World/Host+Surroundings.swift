internal import MayflyCore

/// Processes exit and connections close: what the server watches for.
extension Host {
    /// The process or the connection is gone; the broker is told until it has nothing left of it.
    func end(_ tether: Tether) throws {
        while try step(tether) {}
    }

    /// Tells the broker of some of what is gone. Between two steps others have their turn, and a crash
    /// may come.
    func endSome() throws {
        guard let tether = ending.first else { return }
        if try !step(tether) { ending.removeFirst() }
    }

    /// Whether there is more to end.
    private func step(_ tether: Tether) throws -> Bool {
        let outcome = broker.apply(.endBound(Bond(tether)), from: .broker, at: instant)
        guard case .unbound(_, let more) = outcome.decision else {
            throw Disagreement("the end of \(tether) comes to \(outcome.decision)")
        }
        try accept(outcome, .endBound(tether), Peer(uid: 0))
        if !more, auditor.tethers.contains(tether) {
            throw Disagreement("grants outlive \(tether)")
        }
        return more
    }

    /// After a start, before anyone is answered: what recovered grants hang on is there, or they end.
    func lookAround() throws {
        let bonds = broker.recoveredBonds.map { Tether($0) }
        guard Set(bonds) == auditor.tethers, Set(bonds).count == bonds.count else {
            throw Disagreement(
                "recovered grants hang on \(bonds), and should on \(auditor.tethers)")
        }
        for tether in bonds where !surroundings.has(tether) { try end(tether) }
        guard auditor.tethers.allSatisfy({ surroundings.has($0) }) else {
            throw Disagreement("after the start grants hang on what is gone")
        }
    }
}
