/// Delegation: a grant made from a grant, for another live agent, never wider than its parent.
extension Broker {
    func delegate(
        _ presentation: Presentation, _ hop: HopTerms, _ isByReference: Bool, _ caller: Caller,
        _ now: Instant, _ entropy: Entropy
    ) -> Outcome {
        switch resolve(presentation, at: now) {
        case .unproven(let grant, let dependsOn):
            return Outcome(.unproven(grant), dependsOn: dependsOn)
        case .dead(let reason, let dependsOn):
            return refuse(
                .tokenNotValid, caller, now, dependsOn: dependsOn, grant: presentation.grant,
                fullReason: reason)
        case .live(let parent, let restsOn):
            var dependsOn = restsOn
            if let refusal = exhaustion(from: parent, caller) ?? fault(of: hop, from: parent, now) {
                return refuse(
                    refusal, caller, now, dependsOn: max(dependsOn, position),
                    grant: presentation.grant)
            }
            switch delegate(named: hop, from: parent, now, &dependsOn) {
            case .failure(let refusal):
                return refuse(
                    refusal, caller, now, dependsOn: dependsOn, grant: presentation.grant)
            case .success(let holder):
                return delegated(
                    hop, from: parent, to: holder, isByReference, caller, now, entropy.words[0])
            }
        }
    }

    /// A delegation is charged to the delegator's app and to whoever asks for it.
    private func exhaustion(from parent: Slot, _ caller: Caller) -> Refusal? {
        guard let app = apps.find(live[parent].record.app) else {
            preconditionFailure("a grant has an app")
        }
        return exhaustion(adding: 1, of: app, caller)
    }

    /// The root statement and every hop behind the grant, oldest first: nothing for a root.
    func lineage(of slot: Slot) -> [[UInt8]] {
        var links: [[UInt8]] = []
        var current = slot
        while let delegation = live[current].record.delegation {
            links.append(delegation.hop)
            guard let parent = live.find(delegation.parent) else { break }
            current = parent
        }
        if links.isEmpty { return [] }
        links.append(issuance.rootStatement(of: live.record(at: current)))
        return links.reversed()
    }

    /// What the next hop from this grant names as `prev`.
    private func lastLink(of slot: Slot) -> [UInt8] {
        live[slot].record.delegation?.hop ?? issuance.rootStatement(of: live.record(at: slot))
    }

    /// Why the hop does not follow from the parent, or nil.
    private func fault(of hop: HopTerms, from parent: Slot, _ now: Instant) -> Refusal? {
        let record = live.record(at: parent)
        if record.depth >= UInt8(Limits.delegationDepth) {
            return Refusal(
                .depthExceeded, "A chain has at most \(Limits.delegationDepth) hops.")
        }
        guard hop.parent == record.id, hop.delegatorKey == record.publicKey,
            hop.delegator == record.subject, hop.depth == record.depth + 1,
            hop.held == record.scope,
            hop.previous == issuance.chainDigest(of: lastLink(of: parent))
        else {
            return Refusal(
                .hopMismatch,
                "The hop does not follow from this token's grant: it names its key, agent, scope, "
                    + "depth and the link before; see \"Delegation\" in proto/PROTOCOL.md.")
        }
        return timeFault(of: hop, from: record, now) ?? narrowingFault(of: hop, from: record)
    }

    private func timeFault(
        of hop: HopTerms, from parent: GrantRecord, _ now: Instant
    ) -> Refusal? {
        let seconds = told(now).seconds
        guard hop.issuedAtSeconds <= seconds + Limits.hopAheadSeconds,
            hop.issuedAtSeconds + Limits.hopBehindSeconds >= seconds
        else {
            return Refusal(
                .hopExpired,
                "The hop was signed more than \(Limits.hopBehindSeconds) s ago or "
                    + "\(Limits.hopAheadSeconds) s ahead; sign it anew by the broker's clock.")
        }
        let latest = min(
            told(parent.notAfter).seconds,
            parent.notAfter.shifted(by: parent.clockOffset).seconds)
        let mayOutlive = settings.faults.widensLifetime
        guard hop.expiresAtSeconds > seconds, hop.expiresAtSeconds <= latest || mayOutlive else {
            return Refusal(
                .lifetimeViolation,
                "A delegated grant ends in the future, and no later than what it is delegated from "
                    + "ever can.")
        }
        return nil
    }

    private func narrowingFault(of hop: HopTerms, from parent: GrantRecord) -> Refusal? {
        if hop.scope.contains(where: \.isReserved) { return .scopeReserved }
        guard parent.scope.covers(hop.scope) || settings.faults.widensScope else {
            return Refusal(.scopeViolation, "Delegate only scopes that you hold.")
        }
        if let audience = hop.audience {
            let held = parent.audience.words
            guard audience.words.allSatisfy({ held.contains($0) }) else {
                return Refusal(
                    .audienceViolation, "Delegate only to audiences that your token has.")
            }
        }
        if let left = parent.usesLeft {
            guard let asked = hop.maximumUses, asked <= left else {
                return Refusal(
                    .usesViolation, "Give away some of the \(left) uses that are left, no more.")
            }
        }
        return nil
    }

    /// The delegate's own grant, if it may have this.
    private func delegate(
        named hop: HopTerms, from parent: Slot, _ now: Instant, _ dependsOn: inout LogPosition
    ) -> Result<Slot, Refusal> {
        let unknown = Refusal(
            .delegateUnknown, "The delegate is no live agent with this key; ask Agents.Describe.")
        guard let holder = live.find(hop.delegate) else {
            dependsOn = max(dependsOn, lastEnd)
            return .failure(unknown)
        }
        let standing = standing(of: holder, at: now)
        dependsOn = max(dependsOn, standing.dependsOn)
        guard standing.reason == nil, live[holder].record.publicKey == hop.delegateKey else {
            return .failure(unknown)
        }
        if live.find(hop.grant) != nil {
            return .failure(Refusal(.proofReplayed, "This hop was used; sign another."))
        }
        let (giver, taker) = (live[parent].record.app, live[holder].record.app)
        if giver != taker {
            let both = [giver, taker].compactMap { apps.find($0) }.map { apps[$0].record }
            dependsOn = both.reduce(dependsOn) { max($0, $1.position) }
            if !both.allSatisfy(\.delegatesAcrossApps) {
                return .failure(
                    Refusal(
                        .crossAppDelegation,
                        "Agents of two apps delegate to each other only if both apps allow it."))
            }
        }
        return .success(holder)
    }

    private func delegated(
        _ hop: HopTerms, from parent: Slot, to holder: Slot, _ isByReference: Bool,
        _ caller: Caller, _ now: Instant, _ word: UInt64
    ) -> Outcome {
        var outcome = Outcome(.recorded, dependsOn: .start)
        let giver = live.record(at: parent)
        let serial = nextSerial(in: &outcome)
        let notAfter = min(giver.notAfter, internalEnd(of: hop))
        let delegation = Delegation(
            parent: giver.id, holder: live[holder].record.id, root: giver.root,
            subject: hop.delegate, depth: hop.depth, hop: hop.text)
        var record = GrantRecord(
            serial: serial, id: hop.grant, token: TokenID(high: hop.grant.high, low: word),
            instance: hop.delegate.instance, orchestration: giver.orchestration, task: giver.task,
            app: giver.app, appEpoch: giver.appEpoch, key: keys.current,
            publicKey: hop.delegateKey, scope: TextList(hop.scope),
            audience: hop.audience ?? giver.audience, issuedAt: now,
            expiresAt: min(
                live[holder].record.expiresAt,
                end(of: parent, noLaterThan: min(notAfter, giver.expiresAt))),
            notAfter: notAfter, proof: .agent, unsignedDigest: .zero,
            position: nextPosition)
        record.delegation = delegation
        record.share = share(of: caller)
        record.usesLeft = hop.maximumUses
        record.isByReference = isByReference
        record.clockOffset = clockOffset
        let token = seal(&record, lineage: lineage(of: parent, then: hop))
        var issued = insert(record, token, .delegationCreated, caller, now, &outcome)
        outcome.events[outcome.events.count - 1].chainHash = hop.digest
        if let given = hop.maximumUses, let left = giver.usesLeft {
            var giver = giver
            giver.usesLeft = settings.faults.copiesUses ? left : left - given
            giver.position = position
            live.replace(parent, with: giver, due: live[parent].due)
            outcome.changes.append(.grantUpdated(giver))
        }
        issued.agent = hop.delegate
        count(\.delegated)
        outcome.decision = .issued(issued)
        outcome.dependsOn = position
        return outcome
    }

    private func lineage(of parent: Slot, then hop: HopTerms) -> [[UInt8]] {
        let links = lineage(of: parent)
        return (links.isEmpty ? [lastLink(of: parent)] : links) + [hop.text]
    }

    /// The hop's end on the broker's own clock.
    private func internalEnd(of hop: HopTerms) -> Instant {
        let (milliseconds, isOver) = hop.expiresAtSeconds.multipliedReportingOverflow(by: 1_000)
        return Instant(milliseconds: isOver ? .max : milliseconds)
            .shifted(by: clockOffset.reversed)
    }

    /// The earliest of this time and the expiries of all that the grant hangs on, as things are.
    func end(of slot: Slot, noLaterThan own: Instant) -> Instant {
        var end = own
        var current = slot
        while let delegation = live[current].record.delegation {
            if let holder = live.find(delegation.holder) {
                end = min(end, live[holder].record.expiresAt)
            }
            guard let parent = live.find(delegation.parent) else { return end }
            end = min(end, live[parent].record.expiresAt)
            current = parent
        }
        return end
    }
}
