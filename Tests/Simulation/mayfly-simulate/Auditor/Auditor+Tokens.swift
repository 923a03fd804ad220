/// What is done with tokens: validation, heartbeats, releases, renewals.
extension Auditor {
    func validate(_ copy: TokenCopy, _ wish: ValidationWish, _ exchange: Exchange) -> Verdict {
        let standing = judge(copy, exchange.now)
        guard standing.why == nil, let row = present.row(copy.grant) else {
            return invalid(standing.why ?? .unknownGrant, copy, standing.restsOn)
        }
        var grant = row.grant
        if grant.uses == 0 { return invalid(.usesExhausted, copy, grant.position) }
        if !wish.scope.isEmpty, !ScopeText.covers(grant.scope, wish.scope) {
            return invalid(.scopeViolation, copy, grant.position)
        }
        if let audience = wish.audience, !grant.audience.contains(audience) {
            return invalid(.audienceViolation, copy, grant.position)
        }
        let app = present.apps[grant.app]?.name ?? ""
        let claims =
            grant.isByReference
            ? TokenText.full(grant, app: app, lineage: lineage(of: grant)) : nil
        let expiresAt = grant.told(grant.expiresAt)
        guard wish.consumesUse, let uses = grant.uses else {
            return Verdict(
                .valid(expiresAt: expiresAt, usesLeft: nil, claims: claims),
                restsOn: standing.restsOn)
        }
        grant.uses = uses - 1
        grant.position = next
        change(.grant(grant), at: next)
        note(.useConsumed, grant.id, count: UInt64(uses - 1))
        return Verdict(
            .valid(expiresAt: expiresAt, usesLeft: uses - 1, claims: claims), restsOn: position)
    }

    private func invalid(_ why: Why, _ copy: TokenCopy, _ restsOn: Position) -> Verdict {
        var verdict = Verdict(.invalid(why), restsOn: restsOn)
        verdict.refusal = why
        verdict.about = copy.grant
        return verdict
    }

    func heartbeat(_ copy: TokenCopy, _ exchange: Exchange) -> Verdict {
        let standing = judge(copy, exchange.now)
        guard standing.why == nil, let row = present.row(copy.grant) else {
            return tokenNotValid(standing, copy)
        }
        let own = row.grant.link.flatMap { present.row($0.holder) } ?? row
        beats[own.grant.serial] = Beat(last: exchange.now)
        return Verdict(
            .alive(expiresAt: row.grant.told(row.grant.expiresAt)), restsOn: standing.restsOn)
    }

    func tokenNotValid(_ standing: Standing, _ copy: TokenCopy) -> Verdict {
        .refused(
            .tokenNotValid, restsOn: standing.restsOn, fully: standing.why, about: copy.grant)
    }

    func release(_ copy: TokenCopy, _ exchange: Exchange) -> Verdict {
        let standing = judge(copy, exchange.now)
        guard let why = standing.why else {
            if let row = present.row(copy.grant) { end(row.grant, .released) }
            return Verdict(.released(ended: true), restsOn: position)
        }
        var verdict = Verdict(.released(ended: false), restsOn: standing.restsOn)
        if why == .tokenMismatch {
            verdict.refusal = why
            verdict.about = copy.grant
        }
        return verdict
    }

    func release(_ id: WideID, _ exchange: Exchange) -> Verdict {
        guard let app = app(of: exchange.peer) else { return .refused(.authenticationRequired) }
        let standing = standing(id, exchange.now)
        guard let row = present.row(id) else {
            return Verdict(.released(ended: false), restsOn: standing.restsOn)
        }
        guard row.grant.app == app.serial, standing.why == nil else {
            return Verdict(.released(ended: false), restsOn: standing.restsOn)
        }
        end(row.grant, .released)
        return Verdict(.released(ended: true), restsOn: position)
    }

    // MARK: Renewal

    func renew(_ wish: RenewalWish, _ exchange: Exchange) throws(Disagreement) -> Verdict {
        let now = exchange.now
        guard let grant = present.row(wish.copy.grant)?.grant else {
            return tokenNotValid(standing(wish.copy.grant, now), wish.copy)
        }
        if grant.publicKey != wish.provenBy { return .refused(.proofInvalid) }
        if grant.renewal == wish.renewal, now < grant.issuedAt + 30_000, lives(grant.id, now) {
            return Verdict(.issued([seal(grant).1]), restsOn: grant.position)
        }
        let standing = judge(wish.copy, now)
        if standing.why != nil { return tokenNotValid(standing, wish.copy) }
        if let why = standstill(exchange) ?? fault(of: wish, grant, now) {
            return .refused(why, about: grant.id)
        }
        return try renewed(grant, wish, exchange)
    }

    private func fault(of wish: RenewalWish, _ grant: Grant, _ now: Milliseconds) -> Why? {
        if grant.renewals >= settings.renewals {
            return exhausted("renewals_per_grant", .renewalsExhausted)
        }
        if let scope = wish.scope {
            if !ScopeText.covers(grant.scope, scope) { return .scopeViolation }
            if scope != grant.scope, !present.rows(where: { $0.link?.parent == grant.id }).isEmpty {
                return .grantHasChildren
            }
        }
        let maximum = present.apps[grant.app]?.maximumLifetime ?? 0
        if wish.lifetime > min(maximum, settings.maximumLifetime) { return .invalidLifetime }
        let end = end(of: grant, noLaterThan: grant.notAfter)
        return end <= now / 1_000 * 1_000 + 1_000 ? .lifetimeViolation : nil
    }

    private func renewed(
        _ grant: Grant, _ wish: RenewalWish, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        guard case .issued(let issued) = exchange.answer, let drawn = issued.first else {
            throw Disagreement("\(grant) should be renewed, not \(exchange.answer)")
        }
        let before = max(1, grant.expiresAt / 1_000 - grant.issuedAt / 1_000)
        let seconds = wish.lifetime == 0 ? before : UInt64(wish.lifetime)
        var renewed = grant
        renewed.token = try record(of: drawn, exchange).token
        guard renewed.token != grant.token, renewed.token.high == grant.id.high else {
            throw Disagreement("a renewal has a token of its own")
        }
        renewed.issuedAt = exchange.now
        let asked = min(
            exchange.now / 1_000 * 1_000 + 1_000 * seconds,
            end(of: grant, noLaterThan: grant.notAfter))
        let hasChildren = !present.rows(where: { $0.link?.parent == grant.id }).isEmpty
        let holdsAny = !present.rows(where: { $0.link?.holder == grant.id }).isEmpty
        // What hangs on it was told that it lives as long.
        renewed.expiresAt = hasChildren || holdsAny ? max(asked, grant.expiresAt) : asked
        renewed.renewals += 1
        renewed.renewal = wish.renewal
        renewed.key = present.currentKey
        // A chain goes on telling the time that its hops tell.
        if grant.link == nil && !hasChildren { renewed.offset = present.offset }
        renewed.scope = wish.scope ?? grant.scope
        renewed.position = next
        let (sealed, token) = seal(renewed)
        change(.grant(sealed), at: next)
        note(.tokenRenewed, grant.id)
        return Verdict(.issued([token]), restsOn: position)
    }
}
