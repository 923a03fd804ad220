/// The validity rule: looked up in full at every use, never cascaded.
extension Broker {
    /// Whether the grant and everything it hangs on is alive, and what the answer rests on.
    struct Standing {
        /// Nil where the grant is valid.
        var reason: Reason?
        var dependsOn: LogPosition
    }

    /// At most 11 look-ups: the grant, five ancestors, and the holder of each but the root.
    func standing(of slot: Slot, at now: Instant) -> Standing {
        var dependsOn = LogPosition.start
        var facts = live.facts(of: slot)
        for _ in 0...Limits.delegationDepth {
            if let reason = fault(in: facts, now, &dependsOn) {
                return Standing(reason: reason, dependsOn: dependsOn)
            }
            guard facts.isDelegated else { return Standing(reason: nil, dependsOn: dependsOn) }
            if !settings.faults.forgetsHolder {
                guard let holder = live.facts(at: facts.holder, of: facts.holderSerial),
                    fault(in: holder, now, &dependsOn) == nil
                else { return Standing(reason: .orphaned, dependsOn: max(dependsOn, lastEnd)) }
            }
            guard let parent = live.facts(at: facts.parent, of: facts.parentSerial) else {
                return Standing(reason: .orphaned, dependsOn: max(dependsOn, lastEnd))
            }
            facts = parent
        }
        return Standing(reason: .orphaned, dependsOn: dependsOn)
    }

    /// What is wrong with a grant by itself.
    private func fault(
        in facts: ValidityFacts, _ now: Instant, _ dependsOn: inout LogPosition
    ) -> Reason? {
        dependsOn = max(dependsOn, facts.position)
        if now >= facts.expiresAt { return .expired }
        if let coverage = live.tasks.coverage(at: facts.task, of: facts.position) {
            dependsOn = max(dependsOn, coverage)
            return .revoked
        }
        if facts.key != keys.current {
            let fault = keys.fault(of: facts.key)
            dependsOn = max(dependsOn, fault.position)
            if fault.isDead { return .keyRetired }
        }
        let app = apps.standing(at: Int(facts.app))
        dependsOn = max(dependsOn, app.position)
        if app.isRemoved { return .appRemoved }
        return app.epoch == facts.appEpoch ? nil : .ceilingLowered
    }

    /// A revocation of its task covers it.
    func isCovered(_ slot: Slot) -> Bool {
        let facts = live.facts(of: slot)
        return live.tasks.coverage(at: facts.task, of: facts.position) != nil
    }

    /// What a presented token comes to.
    enum Presented {
        case live(Slot, dependsOn: LogPosition)
        case unproven(UnprovenGrant, dependsOn: LogPosition)
        case dead(Reason, dependsOn: LogPosition)
    }

    func resolve(_ presentation: Presentation, at now: Instant) -> Presented {
        guard let slot = live.find(presentation.grant) else {
            return .dead(.unknownGrant, dependsOn: lastEnd)
        }
        guard let digest = live[slot].tokenDigest else {
            let grant = UnprovenGrant(
                key: live[slot].record.key, unsignedDigest: live[slot].record.unsignedDigest)
            return .unproven(grant, dependsOn: live[slot].record.position)
        }
        guard digest.equalsInConstantTime(presentation.digest) else {
            return .dead(.tokenMismatch, dependsOn: live[slot].record.position)
        }
        let standing = standing(of: slot, at: now)
        if let reason = standing.reason { return .dead(reason, dependsOn: standing.dependsOn) }
        return .live(slot, dependsOn: standing.dependsOn)
    }

    func validate(
        _ presentation: Presentation, _ requirement: Requirement, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        switch resolve(presentation, at: now) {
        case .live(let slot, let dependsOn):
            count(\.validated)
            if let reason = shortfall(of: slot, requirement) {
                return invalid(reason, presentation, caller, now, dependsOn)
            }
            let valid = valid(slot, withClaims: requirement.wantsClaims)
            if requirement.consumesUse { return consumed(slot, valid, caller, now, dependsOn) }
            return Outcome(.valid(valid), dependsOn: dependsOn)
        case .unproven(let grant, let dependsOn):
            return Outcome(.unproven(grant), dependsOn: dependsOn)
        case .dead(let reason, let dependsOn):
            count(\.validated)
            return invalid(reason, presentation, caller, now, dependsOn)
        }
    }

    private func invalid(
        _ reason: Reason, _ presentation: Presentation, _ caller: Caller, _ now: Instant,
        _ dependsOn: LogPosition
    ) -> Outcome {
        var outcome = Outcome(.invalid(reason), dependsOn: dependsOn)
        noteRefusal(reason, caller, now, grant: presentation.grant, in: &outcome)
        return outcome
    }

    /// What a valid token lacks of what is asked, or nil.
    private func shortfall(of slot: Slot, _ requirement: Requirement) -> Reason? {
        if live[slot].record.usesLeft == 0 { return .usesExhausted }
        if !requirement.scope.isEmpty, !live.scope(of: slot).covers(requirement.scope) {
            return .scopeViolation
        }
        if let audience = requirement.audience,
            !live.audience(of: slot).words.contains(where: { $0.elementsEqual(audience) })
        {
            return .audienceViolation
        }
        return nil
    }

    private func valid(_ slot: Slot, withClaims: Bool) -> ValidGrant {
        let expiresAt = live[slot].record.expiresAt.shifted(by: live[slot].record.clockOffset)
        guard withClaims, live[slot].record.isByReference,
            let app = apps.find(live[slot].record.app)
        else { return ValidGrant(expiresAt: expiresAt) }
        return ValidGrant(
            expiresAt: expiresAt,
            claims: issuance.claims(
                of: live.record(at: slot), app: apps[app].record.name,
                lineage: lineage(of: slot)))
    }

    /// One use less, durably, where uses are limited.
    private func consumed(
        _ slot: Slot, _ valid: ValidGrant, _ caller: Caller, _ now: Instant,
        _ dependsOn: LogPosition
    ) -> Outcome {
        var valid = valid
        guard let left = live[slot].record.usesLeft else {
            return Outcome(.valid(valid), dependsOn: dependsOn)
        }
        var record = live.record(at: slot)
        record.usesLeft = left - 1
        record.position = nextPosition
        var outcome = Outcome(.recorded, dependsOn: .start)
        var event = event(.useConsumed, caller, now)
        event.describe(record)
        event.app = apps.find(record.app).map { apps[$0].record.name }
        event.count = UInt64(left - 1)
        self.record(event, in: &outcome)
        live.replace(slot, with: record, due: live[slot].due)
        outcome.changes.append(.grantUpdated(record))
        count(\.usesConsumed)
        valid.usesLeft = left - 1
        outcome.decision = .valid(valid)
        outcome.dependsOn = position
        return outcome
    }

    /// What a command about a recovered grant's token comes to, where the bytes that were presented
    /// are not its token's.
    package func refuseMismatch(
        _ command: Command, from caller: Caller, at now: Instant
    ) -> Outcome {
        switch command {
        case .validate(let presentation, _):
            count(\.validated)
            return invalid(
                .tokenMismatch, presentation, caller, now, restsOn(presentation.grant))
        case .release(.token(let presentation)):
            var outcome = Outcome(
                .released(ended: false), dependsOn: restsOn(presentation.grant))
            noteRefusal(.tokenMismatch, caller, now, grant: presentation.grant, in: &outcome)
            return outcome
        case .renew(let request):
            return refuseMismatch(request.presentation, caller, now)
        case .delegate(let presentation, _, _), .heartbeat(let presentation, _):
            return refuseMismatch(presentation, caller, now)
        default:
            preconditionFailure("only these present a token")
        }
    }

    private func refuseMismatch(
        _ presentation: Presentation, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        refuse(
            .tokenNotValid, caller, now, dependsOn: restsOn(presentation.grant),
            grant: presentation.grant, fullReason: .tokenMismatch)
    }

    private func restsOn(_ grant: GrantID) -> LogPosition {
        live.find(grant).map { live[$0].record.position } ?? lastEnd
    }

    /// Keeps the digest of the grant's whole token: once it is signed, or once the token of a
    /// recovered grant was found again. False where the grant is gone or has another token by now:
    /// an answer that was repeated may be signed after its token was renewed.
    @discardableResult
    package func pin(_ grant: GrantID, digest: Digest, unsignedDigest: Digest) -> Bool {
        guard let slot = live.find(grant),
            unsignedDigest.equalsInConstantTime(live[slot].record.unsignedDigest)
        else { return false }
        live[slot].tokenDigest = digest
        return true
    }
}
