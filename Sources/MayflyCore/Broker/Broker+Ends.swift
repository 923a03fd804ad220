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

    /// Ends one grant: an event, a deleted row, and nothing left in memory.
    func end(
        _ slot: Slot, _ reason: Reason, _ now: Instant, by caller: Caller? = nil,
        in outcome: inout Outcome
    ) {
        let record = live.remove(slot)
        let kind: EventKind
        switch reason {
        case .released:
            kind = .grantReleased
            count(\.released)
        case .expired:
            kind = .grantExpired
            count(\.expired)
        default: kind = .grantEnded
        }
        var event = Event(time: now, kind: kind)
        event.reason = reason == .released ? nil : reason
        event.uid = caller?.uid
        event.pid = caller?.pid
        event.orchestration = record.orchestration
        event.task = record.task
        event.instance = record.instance
        event.grant = record.id
        event.token = record.token
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

    /// Expiry and sweeping, in steps of bounded work; `more` asks to be called again at once.
    func advance(to now: Instant, limit: Int) -> Outcome {
        var outcome = Outcome(.advanced(more: false), dependsOn: .start)
        for summary in refusals.summaries(dueAt: now) { record(summary, in: &outcome) }
        var budget = limit * 4
        var ended = 0
        while ended < limit, let slot = live.nextDue(at: now, budget: &budget) {
            end(slot, .expired, now, in: &outcome)
            ended += 1
        }
        if budget > 0 && ended < limit { sweep(limit: limit - ended, now, in: &outcome) }
        let more = budget <= 0 || ended == limit || sweepCursor != nil
        outcome.decision = .advanced(more: more)
        return outcome
    }

    /// Asks for one pass over all live grants.
    func requestSweep() { sweepCursor = 0 }

    private func sweep(limit: Int, _ now: Instant, in outcome: inout Outcome) {
        guard var cursor = sweepCursor else { return }
        for _ in 0..<limit {
            guard let slot = live.nextUsed(from: cursor) else {
                sweepCursor = nil
                return
            }
            cursor = Int(slot.rawValue) + 1
            if let reason = standing(of: slot, at: now).reason, reason != .expired {
                end(slot, reason, now, in: &outcome)
            }
        }
        sweepCursor = cursor
    }
}
