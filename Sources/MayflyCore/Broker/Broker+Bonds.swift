/// Grants whose process exited or whose connection closed.
extension Broker {
    /// Ends what hangs on the bond, oldest first and no more than a step's worth, so that no lock
    /// is held for long whatever one process holds. What was dead before ends for its own reason.
    func endBound(_ bond: Bond, _ now: Instant) -> Outcome {
        var outcome = Outcome(.recorded, dependsOn: .start)
        var ended: UInt64 = 0
        var left = settings.boundEndsPerStep
        while left > 0, let slot = live.bonds.firstGrant(of: bond), !isSpared(slot, of: bond) {
            left -= 1
            let reason = standing(of: slot, at: now).reason
            if reason == nil { ended += 1 }
            end(slot, reason ?? bond.endReason, now, in: &outcome)
        }
        outcome.decision = .unbound(
            count: ended, more: left == 0 && live.bonds.firstGrant(of: bond) != nil)
        if !outcome.events.isEmpty { outcome.dependsOn = position }
        return outcome
    }

    private func isSpared(_ slot: Slot, of bond: Bond) -> Bool {
        settings.faults.sparesBound && live.bonds.lastGrant(of: bond) == slot
    }

    /// What recovered grants hang on, in the order of the oldest grant of each: to be looked at
    /// before anything is answered. No connection outlives the broker, so that all of those are
    /// one bond.
    package var recoveredBonds: [Bond] { live.bonds.all }

    /// Whether anything hangs on it.
    package func hasGrants(of bond: Bond) -> Bool { live.bonds.firstGrant(of: bond) != nil }

    /// What the oldest grant that hangs on it is charged to.
    package func share(of bond: Bond) -> UserShare? {
        live.bonds.firstGrant(of: bond).map { live[$0].record.share }
    }

    /// Processes and connections that live grants hang on.
    package var bondCount: Int { live.bonds.count }
}
