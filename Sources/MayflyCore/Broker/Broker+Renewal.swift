/// Renewal: the same grant, a new token; the old one is dead first.
extension Broker {
    func renew(
        _ request: RenewalRequest, _ caller: Caller, _ now: Instant, _ entropy: Entropy
    ) -> Outcome {
        let id = request.presentation.grant
        guard let slot = live.find(id) else {
            return refuse(
                .tokenNotValid, caller, now, dependsOn: lastEnd, grant: id,
                fullReason: .unknownGrant)
        }
        guard live[slot].record.publicKey == request.provenBy else {
            return refuse(
                .proofInvalid, "The proof is not by the key that the token is bound to.", caller,
                now, dependsOn: live[slot].record.position)
        }
        if let repeated = repeated(request, slot, now) { return repeated }
        switch resolve(request.presentation, at: now) {
        case .unproven(let grant, let dependsOn):
            return Outcome(.unproven(grant), dependsOn: dependsOn)
        case .dead(let reason, let dependsOn):
            return refuse(
                .tokenNotValid, caller, now, dependsOn: dependsOn, grant: id, fullReason: reason)
        case .live(let slot, let dependsOn):
            if let refusal = standstill ?? fault(of: request, slot, now) {
                return refuse(refusal, caller, now, dependsOn: dependsOn, grant: id)
            }
            return renewed(slot, request, caller, now, entropy.words[0])
        }
    }

    /// The reply was lost, and the agent asks again: the same token, which is a function of the
    /// record. Nothing changes, so that this needs no room and no time.
    private func repeated(_ request: RenewalRequest, _ slot: Slot, _ now: Instant) -> Outcome? {
        let record = live[slot].record
        guard record.renewal == request.renewal,
            now < record.issuedAt.advanced(bySeconds: Limits.renewalRepeatSeconds)
        else { return nil }
        let standing = standing(of: slot, at: now)
        guard standing.reason == nil else { return nil }
        var whole = live.record(at: slot)
        let token = seal(&whole, lineage: lineage(of: slot))
        return Outcome(.issued(IssuedGrant(whole, token)), dependsOn: standing.dependsOn)
    }

    private func fault(of request: RenewalRequest, _ slot: Slot, _ now: Instant) -> Refusal? {
        let record = live[slot].record
        if record.renewals >= settings.maximumRenewals {
            return Refusal(
                .renewalsExhausted,
                "The grant was renewed \(settings.maximumRenewals) times; spawn a new agent.",
                limit: .renewalsPerGrant)
        }
        if let scope = request.scope {
            let held = live.scope(of: slot)
            if !held.covers(scope) {
                return Refusal(.scopeViolation, "A renewal keeps the scope or narrows it.")
            }
            if TextList(scope) != held && !live[slot].children.isEmpty {
                return Refusal(
                    .grantHasChildren,
                    "A grant that others were delegated from keeps its scope; release them first.")
            }
        }
        guard let app = apps.find(record.app) else { return .tokenNotValid }
        let maximum = min(
            apps[app].record.maximumLifetimeSeconds, settings.maximumLifetimeSeconds)
        if request.lifetimeSeconds > maximum {
            return Refusal(.invalidLifetime, "Ask for at most \(maximum) seconds.")
        }
        if latestEnd(of: slot) <= now.wholeSeconds.advanced(bySeconds: 1) {
            return Refusal(
                .lifetimeViolation,
                "The grant is at the end of its whole life, or of what it hangs on.")
        }
        return nil
    }

    private func renewed(
        _ slot: Slot, _ request: RenewalRequest, _ caller: Caller, _ now: Instant, _ word: UInt64
    ) -> Outcome {
        var record = live.record(at: slot)
        let previous = record.token
        let seconds =
            request.lifetimeSeconds == 0
            ? max(1, record.expiresAt.seconds - record.issuedAt.seconds)
            : UInt64(request.lifetimeSeconds)
        record.token = TokenID(high: record.id.high, low: word)
        record.issuedAt = now
        let asked = min(now.wholeSeconds.advanced(bySeconds: seconds), latestEnd(of: slot))
        // Tokens of what hangs on the grant say that they end no later than it: it takes nothing
        // of its life back.
        let isHungOn = !live[slot].children.isEmpty || !live[slot].held.isEmpty
        record.expiresAt = isHungOn ? max(asked, record.expiresAt) : asked
        record.renewals += 1
        record.renewal = request.renewal
        record.key = keys.current
        // A chain goes on telling the time that its hops and its root statement tell: by another,
        // who verifies them would find a token that outlives its hop.
        if record.delegation == nil && live[slot].children.isEmpty {
            record.clockOffset = clockOffset
        }
        if let scope = request.scope { record.scope = TextList(scope) }
        record.position = nextPosition
        let token = seal(&record, lineage: lineage(of: slot))

        var outcome = Outcome(.issued(IssuedGrant(record, token)), dependsOn: .start)
        var event = event(.tokenRenewed, caller, now)
        event.describe(record)
        event.app = apps.find(record.app).map { apps[$0].record.name }
        event.scope = record.scope
        event.expiresAt = record.expiresAt.shifted(by: record.clockOffset)
        event.previousToken = previous
        self.record(event, in: &outcome)
        outcome.changes.append(.grantUpdated(record))
        if !settings.faults.keepsOldToken { live[slot].tokenDigest = nil }
        live.replace(slot, with: record, due: nextLook(at: slot, expiry: record.expiresAt))
        count(\.renewed)
        outcome.dependsOn = position
        return outcome
    }

    /// No renewal passes the grant's own end, nor that of anything it hangs on.
    private func latestEnd(of slot: Slot) -> Instant {
        end(of: slot, noLaterThan: live[slot].record.notAfter)
    }
}

extension TextList {
    /// Whether holding these scopes is enough for all of `wanted`.
    func covers(_ wanted: [Scope]) -> Bool {
        let held = words.compactMap { word in word.withUnsafeBytes { Scope($0) } }
        return wanted.allSatisfy { scope in held.contains { $0.covers(scope) } }
    }
}
