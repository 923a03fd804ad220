/// What time does: expiry, missed heartbeats, records that lapse, and the sweep behind all that
/// ended something else.
extension Broker {
    /// In steps of bounded work; `more` asks to be called again at once.
    func advance(to now: Instant, limit: Int) -> Outcome {
        var outcome = Outcome(.advanced(more: false), dependsOn: .start)
        for summary in refusals.summaries(dueAt: now) { record(summary, in: &outcome) }
        expireLaunchTokens(now, &outcome)
        lapseRevocations(now, &outcome)
        retireKeys(now, &outcome)
        var budget = limit * 4
        var ended = 0
        while ended < limit, let slot = live.nextDue(at: now, budget: &budget) {
            lookAt(slot, now, &outcome)
            ended += 1
        }
        if budget > 0 && ended < limit { sweep(limit: limit - ended, now, in: &outcome) }
        let more = budget <= 0 || ended == limit || !sweeps.isEmpty
        outcome.decision = .advanced(more: more)
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

    private func expireLaunchTokens(_ now: Instant, _ outcome: inout Outcome) {
        var expired: UInt64 = 0
        while let token = launchTokens.nextExpired(at: now) {
            outcome.changes.append(.launchTokenDeleted(token.serial))
            expired += 1
        }
        guard expired > 0 else { return }
        var event = Event(time: now, kind: .launchTokensExpired)
        event.count = expired
        record(event, in: &outcome)
    }

    private func lapseRevocations(_ now: Instant, _ outcome: inout Outcome) {
        while let record = revocations.nextLapsed(at: now) { drop(record, now, &outcome) }
    }

    // MARK: The sweep

    /// Asks for one pass over all live grants.
    func requestSweep() { sweeps.append(.everything(from: 0)) }

    private func sweep(limit: Int, _ now: Instant, in outcome: inout Outcome) {
        guard let job = sweeps.first else { return }
        switch job {
        case .everything(let start): sweepEverything(from: start, limit: limit, now, &outcome)
        case .orphans(let ids): sweepOrphans(ids, limit: limit, now, &outcome)
        case .revocation(let serial): sweepCovered(by: serial, limit: limit, now, &outcome)
        }
    }

    private func sweepEverything(
        from start: Int, limit: Int, _ now: Instant, _ outcome: inout Outcome
    ) {
        var cursor = start
        for _ in 0..<limit {
            guard let slot = live.nextUsed(from: cursor) else {
                sweeps.removeFirst()
                return dropFinishedRevocations(now, &outcome)
            }
            cursor = Int(slot.rawValue) + 1
            if let reason = standing(of: slot, at: now).reason {
                if reason != .expired { end(slot, reason, now, in: &outcome) }
            } else {
                let due = nextLook(at: slot, expiry: live[slot].record.expiresAt)
                if due < live[slot].due { live.refile(slot, due: due) }
            }
        }
        sweeps.replaceFirst(with: .everything(from: cursor))
    }

    private func sweepOrphans(
        _ ids: [GrantID], limit: Int, _ now: Instant, _ outcome: inout Outcome
    ) {
        for id in ids.prefix(limit) {
            if let slot = live.find(id), let reason = standing(of: slot, at: now).reason {
                end(slot, reason, now, in: &outcome)
            }
        }
        // What ended here may have put its own orphans behind this job.
        if ids.count > limit {
            sweeps.replaceFirst(with: .orphans(Array(ids.dropFirst(limit))))
        } else {
            sweeps.removeFirst()
        }
    }

    /// A task's covered grants stand before those that are not.
    private func sweepCovered(
        by serial: Serial, limit: Int, _ now: Instant, _ outcome: inout Outcome
    ) {
        guard let record = revocations[serial], let orchestration = record.orchestration else {
            return sweeps.removeFirst()
        }
        for _ in 0..<limit {
            guard let task = live.tasks.find(record.task, of: orchestration),
                let slot = live.firstGrant(of: task), isCovered(slot)
            else {
                sweeps.removeFirst()
                if record.allowsNew { drop(record, now, &outcome) }
                return
            }
            end(slot, .revoked, now, in: &outcome)
        }
    }

    /// Records for a name under all orchestrations that only had to last until all was swept.
    private func dropFinishedRevocations(_ now: Instant, _ outcome: inout Outcome) {
        for record in revocations.all
        where record.allowsNew && record.orchestration == nil
            && live.tasks.isFinished(record.task)
        {
            drop(record, now, &outcome)
        }
    }
}
