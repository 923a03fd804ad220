/// Delegation: a grant made from a grant, never wider.
extension Auditor {
    func delegate(
        _ copy: TokenCopy, _ hop: Hop, _ isByReference: Bool, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        let now = exchange.now
        let standing = judge(copy, now)
        guard standing.why == nil, let giver = present.row(copy.grant)?.grant else {
            return tokenNotValid(standing, copy)
        }
        if let why = exhaustion(adding: 1, of: giver.app, exchange) ?? fault(of: hop, giver, now) {
            return .refused(why, about: giver.id)
        }
        guard let holder = present.row(of: hop.delegate)?.grant else {
            return .refused(.delegateUnknown, about: giver.id)
        }
        if !lives(holder.id, now) || holder.publicKey != hop.delegateKey {
            return .refused(.delegateUnknown, about: giver.id)
        }
        if present.row(hop.grant) != nil { return .refused(.proofReplayed, about: giver.id) }
        if giver.app != holder.app {
            let isAllowed = [giver.app, holder.app].allSatisfy {
                present.apps[$0]?.delegatesAcrossApps ?? false
            }
            if !isAllowed { return .refused(.crossAppDelegation, about: giver.id) }
        }
        return try delegated(hop, giver, holder, isByReference, exchange)
    }

    private func fault(of hop: Hop, _ giver: Grant, _ now: Milliseconds) -> Why? {
        if giver.depth >= 5 { return .depthExceeded }
        let follows =
            hop.parent == giver.id && hop.delegatorKey == giver.publicKey
            && hop.delegator == giver.agent && hop.depth == giver.depth + 1
            && hop.held == giver.scope && hop.previous == Fingerprints.of(lastLink(of: giver))
        if !follows { return .hopMismatch }
        let second = shifted(now, by: present.offset) / 1_000
        if hop.issuedAt > second + 5 || hop.issuedAt + 30 < second { return .hopExpired }
        let latest = min(shifted(giver.notAfter, by: present.offset), giver.told(giver.notAfter))
        if hop.expiresAt <= second || hop.expiresAt > latest / 1_000 { return .lifetimeViolation }
        if hop.scope.contains(where: ScopeText.isReserved) { return .scopeReserved }
        if !ScopeText.covers(giver.scope, hop.scope) { return .scopeViolation }
        if let audience = hop.audience, !Set(audience).isSubset(of: giver.audience) {
            return .audienceViolation
        }
        if let uses = giver.uses, hop.uses.map({ $0 > uses }) ?? true { return .usesViolation }
        return nil
    }

    private func delegated(
        _ hop: Hop, _ giver: Grant, _ holder: Grant, _ isByReference: Bool, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        guard case .issued(let issued) = exchange.answer, let drawn = issued.first,
            drawn.grant == hop.grant
        else { throw Disagreement("\(hop) should make a grant, not \(exchange.answer)") }
        let noted = try record(of: drawn, exchange)
        let notAfter = min(
            giver.notAfter, shifted(1_000 * hop.expiresAt, by: -present.offset))
        let grant = Grant(
            serial: noted.serial, id: hop.grant, token: noted.token,
            instance: hop.delegate.instance, orchestration: giver.orchestration, task: giver.task,
            app: giver.app, epoch: giver.epoch, key: present.currentKey,
            publicKey: hop.delegateKey, scope: hop.scope, audience: hop.audience ?? giver.audience,
            issuedAt: exchange.now,
            expiresAt: min(
                holder.expiresAt, end(of: giver, noLaterThan: min(notAfter, giver.expiresAt))),
            notAfter: notAfter, isAttested: false, share: share(of: exchange.peer),
            link: Grant.Link(
                parent: giver.id, holder: holder.id, root: giver.root, subject: hop.delegate,
                depth: hop.depth, hop: hop.text),
            renewals: 0, uses: hop.uses, isByReference: isByReference, offset: present.offset,
            unsigned: 0, position: next)
        guard grant.token.high == grant.id.high, present.rows[grant.serial] == nil else {
            throw Disagreement("the names of \(drawn) are not fresh")
        }
        let token = insert(grant, .delegationCreated)
        if let given = hop.uses, let uses = giver.uses {
            var giver = giver
            giver.uses = uses - given
            giver.position = position
            change(.grant(giver), at: position)
        }
        return Verdict(.issued([token]), restsOn: position)
    }
}
