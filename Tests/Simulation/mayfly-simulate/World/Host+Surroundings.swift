internal import MayflyCore

/// Processes exit and connections close: what the server watches for.
extension Host {
    /// The process or the connection is gone; the broker is told until it has nothing left of it.
    func end(_ tether: Tether) throws {
        var more = true
        while more {
            let outcome = broker.apply(.endBound(Bond(tether)), from: .broker, at: instant)
            guard case .unbound(_, let rest) = outcome.decision else {
                throw Disagreement("the end of \(tether) comes to \(outcome.decision)")
            }
            more = rest
            try accept(outcome, .endBound(tether), Peer(uid: 0))
        }
        guard !auditor.tethers.contains(tether) else {
            throw Disagreement("grants outlive \(tether)")
        }
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
