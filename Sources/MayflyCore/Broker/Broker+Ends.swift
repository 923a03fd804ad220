/// How grants end: released, expired, or swept after what they hung on was gone.
extension Broker {
    func release(_ target: ReleaseTarget, _ caller: Caller, _ now: Instant) -> Outcome {
        switch target {
        case .token(let presentation):
            switch resolve(presentation, at: now) {
            case .live(let slot, _):
                return released(slot, caller, now)
            case .unproven(let grant, let dependsOn):
                return Outcome(.unproven(grant), dependsOn: dependsOn)
            case .dead(let reason, let dependsOn):
                var outcome = Outcome(.released(ended: false), dependsOn: dependsOn)
                // A token that was released before is a retry; another token for a live grant is not.
                if reason == .tokenMismatch {
                    noteRefusal(reason, caller, now, grant: presentation.grant, in: &outcome)
                }
                return outcome
            }
        case .grant(let id):
            guard let app = app(of: caller) else {
                return refuse(
                    .authenticationRequired,
                    "Release by grant id only from a connection of the grant's own app.", caller,
                    now, dependsOn: position)
            }
            let asked = apps[app].record
            guard let slot = live.find(id) else {
                return Outcome(.released(ended: false), dependsOn: max(lastEnd, asked.position))
            }
            let standing = standing(of: slot, at: now)
            guard live[slot].record.app == asked.serial, standing.reason == nil else {
                return Outcome(
                    .released(ended: false), dependsOn: max(standing.dependsOn, asked.position))
            }
            return released(slot, caller, now)
        }
    }

    private func released(_ slot: Slot, _ caller: Caller, _ now: Instant) -> Outcome {
        var outcome = Outcome(.released(ended: true), dependsOn: .start)
        end(slot, .released, now, by: caller, in: &outcome)
        outcome.dependsOn = position
        return outcome
    }

    /// Ends one grant: an event, a deleted row, and nothing left in memory. What hangs on it is
    /// dead from now on, and swept behind.
    func end(
        _ slot: Slot, _ reason: Reason, _ now: Instant, by caller: Caller? = nil,
        in outcome: inout Outcome
    ) {
        queueOrphans(of: slot)
        let record = live.remove(slot)
        let kind: EventKind
        switch reason {
        case .released:
            kind = .grantReleased
            count(\.released)
        case .expired:
            kind = .grantExpired
            count(\.expired)
        default:
            kind = .grantEnded
            count(counter(of: reason))
        }
        var event = Event(time: now, kind: kind)
        event.reason = reason == .released ? nil : reason
        event.uid = caller?.uid
        event.pid = caller?.pid
        event.describe(record)
        if let bond = record.bond, bond.endReason == reason { event.detail = bond.text }
        if let app = apps.find(record.app) {
            event.app = apps[app].record.name
            apps[app].liveGrants -= 1
        }
        self.record(event, in: &outcome)
        outcome.changes.append(.grantDeleted(record.serial))
        lastEnd = position
        if let app = apps.find(record.app), apps[app].isRemoved, apps[app].liveGrants == 0 {
            outcome.changes.append(.appDeleted(record.app))
            apps.delete(record.app)
        }
    }

    private func counter(of reason: Reason) -> WritableKeyPath<BrokerCounters, UInt64> {
        switch reason {
        case .revoked: \.revoked
        case .processExited, .connectionClosed: \.unbound
        default: \.orphaned
        }
    }

    /// Children and what the agent holds: named for the sweep, or all looked through where they
    /// are many.
    private func queueOrphans(of slot: Slot) {
        let children = live[slot].children
        let held = live[slot].held
        if children.isEmpty && held.isEmpty { return }
        guard
            let first = live.members(of: children, .children, limit: Self.namedOrphans),
            let second = live.members(of: held, .held, limit: Self.namedOrphans)
        else { return requestSweep() }
        sweeps.append(.orphans(first + second))
    }

    private static let namedOrphans = 256
}
