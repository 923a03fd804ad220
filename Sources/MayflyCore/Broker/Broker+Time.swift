/// What time does: expiry, missed heartbeats, records that lapse, and the sweep behind all that
/// ended something else.
extension Broker {
    /// In steps of bounded work; `more` asks to be called again at once.
    func advance(to now: Instant, limit: Int) -> Outcome {
        var outcome = Outcome(.advanced(more: false), dependsOn: .start)
        for summary in refusals.summaries(dueAt: now) { record(summary, in: &outcome) }
        var left = limit
        expireLaunchTokens(now, &left, &outcome)
        lapseRevocations(now, &left, &outcome)
        retireKeys(now, &outcome)
        var budget = limit * 4
        while left > 0, let slot = live.nextDue(at: now, budget: &budget) {
            lookAt(slot, now, &outcome)
            left -= 1
        }
        if budget > 0 { sweep(now, &left, &outcome) }
        outcome.decision = .advanced(more: budget <= 0 || left <= 0 || !sweeps.isEmpty)
        return outcome
    }

    // MARK: Grants that are due

    /// Expired, or without a heartbeat for too long, or neither: then it is filed again.
    private func lookAt(_ slot: Slot, _ now: Instant, _ outcome: inout Outcome) {
        let expiry = live[slot].record.expiresAt
        if now >= expiry { return end(slot, .expired, now, in: &outcome) }
        guard let missed = heartbeatDue(of: slot), missed <= now,
            let app = apps.find(live[slot].record.app)
        else { return live.refile(slot, due: nextLook(at: slot, expiry: expiry)) }
        count(\.heartbeatsMissed)
        if apps[app].record.heartbeat.policy == .end {
            return end(slot, .heartbeatMissed, now, in: &outcome)
        }
        live[slot].vitals.isFlagged = true
        var event = Event(time: now, kind: .heartbeatMissed)
        event.describe(live.record(at: slot))
        event.app = apps[app].record.name
        record(event, in: &outcome)
        live.refile(slot, due: expiry)
    }

    /// A grant came to be in the table, by a spawn or by recovery: its heartbeats count from now.
    func begin(_ slot: Slot, _ now: Instant) {
        live[slot].vitals.lastBeat = now
        let due = nextLook(at: slot, expiry: live[slot].record.expiresAt)
        if due != live[slot].due { live.refile(slot, due: due) }
    }

    /// When a grant is to be looked at: at its expiry, or when a heartbeat would be missed.
    func nextLook(at slot: Slot, expiry: Instant) -> Instant {
        min(expiry, heartbeatDue(of: slot) ?? expiry)
    }

    /// When the agent's next heartbeat is missed; nil where none is awaited. Of an agent's own
    /// grant only: what was delegated to it ends with that.
    private func heartbeatDue(of slot: Slot) -> Instant? {
        let vitals = live[slot].vitals
        guard live[slot].record.delegation == nil, let app = apps.find(live[slot].record.app)
        else { return nil }
        let terms = apps[app].record.heartbeat
        switch terms.policy {
        case .none: return nil
        case .flag where vitals.isFlagged: return nil
        case .flag, .end:
            return max(vitals.lastBeat, apps[app].heartbeatSince)
                .advanced(bySeconds: UInt64(terms.intervalSeconds))
        }
    }

    /// An agent says that it is alive. Not durable: its interval restarts at recovery.
    func heartbeat(
        _ presentation: Presentation, _ state: AgentState, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        switch resolve(presentation, at: now) {
        case .unproven(let grant, let dependsOn):
            return Outcome(.unproven(grant), dependsOn: dependsOn)
        case .dead(let reason, let dependsOn):
            return refuse(
                .tokenNotValid, caller, now, dependsOn: dependsOn, grant: presentation.grant,
                fullReason: reason)
        case .live(let slot, let dependsOn):
            let own = live[slot].record.holder.flatMap { live.find($0) } ?? slot
            let wasFlagged = live[own].vitals.isFlagged
            live[own].vitals = Vitals(state: state, lastBeat: now, hasBeaten: true)
            // One that was marked is looked at again only now; any other when it was due anyway.
            if wasFlagged {
                live.refile(own, due: nextLook(at: own, expiry: live[own].record.expiresAt))
            }
            count(\.heartbeats)
            let record = live[slot].record
            return Outcome(
                .alive(expiresAt: record.expiresAt.shifted(by: record.clockOffset)),
                dependsOn: dependsOn)
        }
    }

    // MARK: Everything else that lapses

    private func expireLaunchTokens(_ now: Instant, _ left: inout Int, _ outcome: inout Outcome) {
        var expired: UInt64 = 0
        while left > 0, let token = launchTokens.nextExpired(at: now) {
            outcome.changes.append(.launchTokenDeleted(token.serial))
            expired += 1
            left -= 1
        }
        guard expired > 0 else { return }
        var event = Event(time: now, kind: .launchTokensExpired)
        event.count = expired
        record(event, in: &outcome)
    }

    /// After a reboot all records lapse at the same time.
    private func lapseRevocations(_ now: Instant, _ left: inout Int, _ outcome: inout Outcome) {
        while left > 0, let record = revocations.nextLapsed(at: now) {
            drop(record, now, &outcome)
            left -= 1
        }
    }

    // MARK: The sweep

    /// Asks for one pass over all live grants.
    func requestSweep() { sweeps.append(.everything(from: 0)) }

    /// As many jobs as fit: one that finds nothing costs a look all the same.
    private func sweep(_ now: Instant, _ left: inout Int, _ outcome: inout Outcome) {
        while left > 0, let job = sweeps.popFirst() {
            let before = left
            switch job {
            case .everything(let start): sweepEverything(from: start, now, &left, &outcome)
            case .orphans(let ids): sweepOrphans(ids, now, &left, &outcome)
            case .revocation(let serial): sweepCovered(by: serial, now, &left, &outcome)
            case .finished(let serials): dropFinished(serials, now, &left, &outcome)
            }
            if left == before { left -= 1 }
        }
    }

    private func sweepEverything(
        from start: Int, _ now: Instant, _ left: inout Int, _ outcome: inout Outcome
    ) {
        var cursor = start
        while left > 0 {
            guard let slot = live.nextUsed(from: cursor) else {
                let records = revocations.allowingUnderAll
                return records.isEmpty ? () : sweeps.putBack(.finished(records))
            }
            cursor = Int(slot.rawValue) + 1
            left -= 1
            if let reason = standing(of: slot, at: now).reason {
                if reason != .expired { end(slot, reason, now, in: &outcome) }
            } else {
                let due = nextLook(at: slot, expiry: live[slot].record.expiresAt)
                if due < live[slot].due { live.refile(slot, due: due) }
            }
        }
        sweeps.putBack(.everything(from: cursor))
    }

    private func sweepOrphans(
        _ ids: [GrantID], _ now: Instant, _ left: inout Int, _ outcome: inout Outcome
    ) {
        let rest = ids.dropFirst(left)
        for id in ids.prefix(left) {
            left -= 1
            if let slot = live.find(id), let reason = standing(of: slot, at: now).reason {
                end(slot, reason, now, in: &outcome)
            }
        }
        if !rest.isEmpty { sweeps.putBack(.orphans(Array(rest))) }
    }

    /// A task's covered grants stand before those that are not.
    private func sweepCovered(
        by serial: Serial, _ now: Instant, _ left: inout Int, _ outcome: inout Outcome
    ) {
        guard let record = revocations[serial], let orchestration = record.orchestration else {
            return
        }
        while left > 0 {
            guard let task = live.tasks.find(record.task, of: orchestration),
                let slot = live.firstGrant(of: task), isCovered(slot)
            else {
                if record.allowsNew { drop(record, now, &outcome) }
                return
            }
            end(slot, .revoked, now, in: &outcome)
            left -= 1
        }
        sweeps.putBack(.revocation(serial))
    }

    /// Records for a name under all orchestrations that only had to last until all was swept.
    private func dropFinished(
        _ serials: [Serial], _ now: Instant, _ left: inout Int, _ outcome: inout Outcome
    ) {
        let rest = serials.dropFirst(left)
        for serial in serials.prefix(left) {
            left -= 1
            // It may be gone, or refuse its name again.
            guard let record = revocations[serial], record.allowsNew,
                live.tasks.isFinished(record.task)
            else { continue }
            drop(record, now, &outcome)
        }
        if !rest.isEmpty { sweeps.putBack(.finished(Array(rest))) }
    }
}
