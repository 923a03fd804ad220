/// Revocation of a token, an agent, a task or a chain. What is named is dead when the answer is
/// given, and with it, by the look-up, all that hangs on it; the rows behind it are swept.
extension Broker {
    func revoke(
        _ target: RevocationTarget, allowsNew: Bool, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        switch target {
        case .token(let token): return revoke(token, caller, now)
        case .agent(let agent): return revoke(agent, caller, now)
        case .chain(let member): return revoke(chainOf: member, caller, now)
        case .task(let task, let orchestration):
            return revoke(task, orchestration, allowsNew: allowsNew, caller, now)
        }
    }

    // MARK: What never comes again needs no record

    private func revoke(_ token: TokenID, _ caller: Caller, _ now: Instant) -> Outcome {
        let slot = live.find(token).flatMap { isLive($0, now) ? $0 : nil }
        var event = event(.tokenRevoked, caller, now)
        event.token = token
        event.grant = slot.map { live[$0].record.id }
        return revoked(slot.map { [$0] } ?? [], count: slot == nil ? 0 : 1, event, caller, now)
    }

    /// The agent's own grant ends, and with it all that it holds.
    private func revoke(_ agent: AgentName, _ caller: Caller, _ now: Instant) -> Outcome {
        let slot = live.find(agent).flatMap { isLive($0, now) ? $0 : nil }
        var event = event(.agentRevoked, caller, now)
        event.orchestration = agent.orchestration
        event.task = agent.task
        event.instance = agent.instance
        let count = slot.map { 1 + UInt64(live[$0].heldCount) } ?? 0
        return revoked(slot.map { [$0] } ?? [], count: count, event, caller, now)
    }

    /// The whole tree of the grant; or every tree that the agent has a grant in.
    private func revoke(
        chainOf member: RevocationTarget.ChainMember, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        var event = event(.chainRevoked, caller, now)
        var roots: [GrantID] = []
        switch member {
        case .grant(let id):
            event.grant = id
            if let slot = live.find(id) { roots = [live[slot].record.root] }
        case .agent(let agent):
            event.orchestration = agent.orchestration
            event.task = agent.task
            event.instance = agent.instance
            if let slot = live.find(agent) { roots = rootsOfTrees(with: slot) }
        }
        let slots = roots.compactMap { live.find($0) }.filter { isLive($0, now) }
        if let only = slots.first, slots.count == 1 { event.grant = live[only].record.id }
        let count = slots.reduce(0) { $0 + UInt64(live[$1].chainCount) }
        return revoked(slots, count: count, event, caller, now)
    }

    private func rootsOfTrees(with agent: Slot) -> [GrantID] {
        var roots = [live[agent].record.id]
        var seen = Set(roots)
        var next = live[agent].held.first
        while !next.isNone {
            let root = live[next].record.root
            if seen.insert(root).inserted { roots.append(root) }
            next = live[next][.held].next
        }
        return roots
    }

    private func isLive(_ slot: Slot, _ now: Instant) -> Bool {
        standing(of: slot, at: now).reason == nil
    }

    private func revoked(
        _ slots: [Slot], count: UInt64, _ event: Event, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        var outcome = Outcome(.revoked(count: count, nil), dependsOn: .start)
        var event = event
        event.count = count
        record(event, in: &outcome)
        for slot in slots { end(slot, .revoked, now, by: caller, in: &outcome) }
        outcome.dependsOn = position
        return outcome
    }

    // MARK: A task's name may come again

    private func revoke(
        _ task: Name, _ orchestration: Name?, allowsNew: Bool, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        // A record that refuses nothing lasts only until the sweep behind it: agents that supersede
        // make such records, and take none of the operator's places by it.
        let isRefused =
            revocations.find(task, orchestration: orchestration)?.allowsNew == false
        if !allowsNew && !isRefused && revocations.refusingCount >= settings.maximumRevocations {
            return refuse(
                Refusal(
                    .revocationsExhausted,
                    "There are as many revocation records as there may be; lift some, or revoke "
                        + "apps.", limit: .revocations), caller, now, dependsOn: position)
        }
        var outcome = Outcome(.recorded, dependsOn: .start)
        let (count, record) = cover(
            task, orchestration, allowsNew: allowsNew, .revoked, caller, now, &outcome)
        outcome.decision = .revoked(count: count, record)
        outcome.dependsOn = position
        return outcome
    }

    /// Makes the record, or renews the one that the name has; one that refuses the name goes on
    /// refusing it.
    func cover(
        _ task: Name, _ orchestration: Name?, allowsNew: Bool, _ reason: Reason,
        _ caller: Caller, _ now: Instant, _ outcome: inout Outcome
    ) -> (count: UInt64, RevocationRecord) {
        let known = revocations.find(task, orchestration: orchestration)
        let record = RevocationRecord(
            serial: known?.serial ?? nextSerial(in: &outcome), orchestration: orchestration,
            task: task, allowsNew: allowsNew && known?.allowsNew ?? true, createdAt: now,
            lapsesAt: lapse(from: now), position: nextPosition)
        let count = UInt64(live.tasks.cover(record))
        var event = event(.taskRevoked, caller, now)
        event.orchestration = orchestration
        event.task = task
        event.count = count
        event.expiresAt = told(record.lapsesAt)
        event.detail = Array("allow_new=\(record.allowsNew) reason=\(reason.code)".utf8)
        self.record(event, in: &outcome)
        revocations.write(record)
        outcome.changes.append(.revocationWritten(record))
        requestSweep(for: record)
        return (count, record)
    }

    func requestSweep(for record: RevocationRecord) {
        if record.orchestration == nil {
            requestSweep()
        } else {
            sweeps.append(.revocation(record.serial))
        }
    }

    /// No earlier than anything ever issued can end.
    private func lapse(from now: Instant) -> Instant {
        max(highestEnd, now.advanced(bySeconds: UInt64(settings.maximumLifetimeSeconds)))
    }

    /// The name may be used again. What the record covered stays dead: it is kept until all of
    /// that is swept.
    func liftRevocation(_ serial: Serial, _ caller: Caller, _ now: Instant) -> Outcome {
        guard var record = revocations[serial] else {
            return refuse(
                .revocationNotFound, "No such record; see `mayfly revoke list`.", caller, now,
                dependsOn: position)
        }
        var outcome = Outcome(.recorded, dependsOn: .start)
        record.allowsNew = true
        live.tasks.allow(record)
        var event = event(.revocationLifted, caller, now)
        event.orchestration = record.orchestration
        event.task = record.task
        self.record(event, in: &outcome)
        revocations.write(record)
        outcome.changes.append(.revocationWritten(record))
        requestSweep(for: record)
        outcome.dependsOn = position
        return outcome
    }

    /// The record has nothing left to cover.
    func drop(_ record: RevocationRecord, _ now: Instant, _ outcome: inout Outcome) {
        revocations.delete(record)
        live.tasks.uncover(record)
        var event = Event(time: now, kind: .revocationLapsed)
        event.orchestration = record.orchestration
        event.task = record.task
        self.record(event, in: &outcome)
        outcome.changes.append(.revocationDeleted(record.serial))
    }
}
