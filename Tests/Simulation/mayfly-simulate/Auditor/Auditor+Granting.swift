/// An agent's own grant: by its app's word, or by a launch token.
extension Auditor {
    func spawn(
        _ wishes: [AgentWish], _ attestedBy: Fingerprint?, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        guard let app = app(of: exchange.peer) else { return .refused(.authenticationRequired) }
        if let attestedBy, !app.attestationKeys.contains(attestedBy) {
            return .refused(.attestationKeyUnknown, restsOn: app.position)
        }
        if let why = exhaustion(adding: wishes.count, of: app.serial, exchange) {
            return .refused(why)
        }
        if Set(wishes.map(\.publicKey)).count < wishes.count { return .refused(.keyInUse) }
        let ceilings = [app.ceiling]
        let maximum = min(app.maximumLifetime, settings.maximumLifetime)
        for wish in wishes {
            if let refused = fault(of: wish, app, ceilings, maximum, exchange) { return refused }
        }
        guard case .issued(let issued) = exchange.answer, issued.count == wishes.count else {
            throw Disagreement("\(wishes.count) agents should be spawned, not \(exchange.answer)")
        }
        var expected: [Issued] = []
        for (wish, drawn) in zip(wishes, issued) {
            expected.append(
                try grant(
                    wish, app, maximum, drawn, isAttested: attestedBy != nil, .agentSpawned,
                    exchange))
        }
        return Verdict(.issued(expected), restsOn: position)
    }

    func createLaunch(
        _ wish: LaunchWish, _ name: String?, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        let found = name.map { present.app(named: $0) } ?? app(of: exchange.peer)
        guard let app = found else {
            return .refused(name == nil ? .authenticationRequired : .appNotFound)
        }
        if let why = standstill(exchange) ?? launchExhaustion(of: app.serial, exchange.peer) {
            return .refused(why)
        }
        for scope in wish.ceiling {
            if ScopeText.isReserved(scope) { return .refused(.scopeReserved) }
            if !ScopeText.covers(app.ceiling, scope) {
                return .refused(.scopeViolation, restsOn: app.position)
            }
        }
        let maximum = min(app.maximumLifetime, settings.maximumLifetime)
        if wish.lifetime > 3_600 || wish.agentLifetime > maximum {
            return .refused(.invalidLifetime)
        }
        guard case .launchToken(let made) = exchange.answer else {
            throw Disagreement("a launch token should be made, not \(exchange.answer)")
        }
        let seconds = UInt64(wish.lifetime == 0 ? 30 : wish.lifetime)
        let launch = Launch(
            serial: made.serial, secret: wish.secret, app: app.serial, epoch: app.epoch,
            ceiling: wish.ceiling, expiresAt: exchange.now + 1_000 * seconds,
            agentLifetime: wish.agentLifetime == 0 ? app.maximumLifetime : wish.agentLifetime,
            share: share(of: exchange.peer), position: next)
        change(.launch(launch), at: next)
        note(.launchTokenIssued)
        return Verdict(.launchToken(launch), restsOn: position)
    }

    /// The launch token that this secret is, if it still admits anyone.
    private func admission(_ secret: Fingerprint, _ now: Milliseconds) -> (Launch, App)? {
        guard let launch = present.launch(secret), now < launch.expiresAt,
            let app = present.apps[launch.app], !app.isRemoved, app.epoch == launch.epoch
        else { return nil }
        return (launch, app)
    }

    /// What the look before the proof of a registration has to find; it changes nothing.
    func look(_ wish: AgentWish, _ secret: Fingerprint, _ now: Milliseconds) -> Why? {
        guard let (launch, app) = admission(secret, now) else { return .launchTokenInvalid }
        return fault(of: wish, [app.ceiling, launch.ceiling], maximum(launch, app))
    }

    func register(
        _ wish: AgentWish, _ secret: Fingerprint, _ supersedes: Bool, _ exchange: Exchange
    ) throws(Disagreement) -> Verdict {
        guard let (launch, app) = admission(secret, exchange.now) else {
            return .refused(.launchTokenInvalid)
        }
        if let why = exhaustion(adding: 1, of: app.serial, exchange) { return .refused(why) }
        let maximum = maximum(launch, app)
        let ceilings = [app.ceiling, launch.ceiling]
        if let refused = fault(
            of: wish, app, ceilings, maximum, exchange, superseding: supersedes)
        {
            return refused
        }
        if supersedes { try supersede(wish, exchange) }
        change(.launchGone(launch.serial), at: next)
        guard case .issued(let issued) = exchange.answer, let drawn = issued.first else {
            throw Disagreement("the agent should be registered, not \(exchange.answer)")
        }
        let expected = try grant(
            wish, app, maximum, drawn, isAttested: false, .agentRegistered, exchange)
        return Verdict(.issued([expected]), restsOn: position)
    }

    private func maximum(_ launch: Launch, _ app: App) -> UInt32 {
        min(app.maximumLifetime, settings.maximumLifetime, launch.agentLifetime)
    }

    /// The instance before it ends, with all that was granted under its task.
    private func supersede(_ wish: AgentWish, _ exchange: Exchange) throws(Disagreement) {
        if let holder = present.row(with: wish.publicKey) { end(holder.grant, .superseded) }
        let count = present.rows(where: {
            $0.task == wish.task && $0.orchestration == wish.orchestration
        }).filter { $0.revokedByTask == nil }.count
        guard count > 0 else { return }
        _ = try cover(wish.task, wish.orchestration, allowsNew: true, count, exchange)
    }

    // MARK: What both have in common

    func standstill(_ exchange: Exchange) -> Why? {
        if exchange.isStorageLow { return .storageLow }
        return exchange.isClockDeviant ? .clockDeviates : nil
    }

    private func fault(of wish: AgentWish, _ ceilings: [[String]], _ maximum: UInt32) -> Why? {
        for scope in wish.scope {
            if ScopeText.isReserved(scope) { return .scopeReserved }
            if !ceilings.allSatisfy({ ScopeText.covers($0, scope) }) { return .scopeViolation }
        }
        return max(wish.lifetime, wish.totalLifetime) > maximum ? .invalidLifetime : nil
    }

    private func fault(
        of wish: AgentWish, _ app: App, _ ceilings: [[String]], _ maximum: UInt32,
        _ exchange: Exchange, superseding: Bool = false
    ) -> Verdict? {
        if let why = fault(of: wish, ceilings, maximum) { return .refused(why) }
        if let since = claim(on: wish.orchestration, notOf: app.serial) {
            return .refused(.orchestrationNotOwned, restsOn: since)
        }
        let refusing = [
            present.record(wish.task, nil), present.record(wish.task, wish.orchestration),
        ].compactMap { $0 }.filter { !$0.allowsNew }
        if let position = refusing.map(\.position).min() {
            return .refused(.taskRevoked, restsOn: position)
        }
        guard let holder = present.row(with: wish.publicKey)?.grant else { return nil }
        let standing = standing(holder.id, exchange.now)
        if let why = standing.why {
            end(holder, why)
            return nil
        }
        let isSuperseded =
            superseding && holder.task == wish.task && holder.orchestration == wish.orchestration
        return isSuperseded ? nil : .refused(.keyInUse, restsOn: holder.position)
    }

    /// Since when another app has had this orchestration id.
    private func claim(on orchestration: String, notOf app: UInt64) -> Position? {
        let apps = present.apps.values.filter { !$0.isRemoved }
        if let owner = apps.first(where: { $0.orchestrations.contains(orchestration) }) {
            return owner.serial == app ? nil : owner.position
        }
        let others = (present.claims[orchestration] ?? [:]).filter { serial, _ in
            serial != app && present.apps[serial].map { !$0.isRemoved } ?? false
        }
        return others.values.map(\.since).min()
    }

    private func grant(
        _ wish: AgentWish, _ app: App, _ maximum: UInt32, _ drawn: Issued, isAttested: Bool,
        _ kind: Note.Kind, _ exchange: Exchange
    ) throws(Disagreement) -> Issued {
        let asked = wish.lifetime == 0 ? min(app.defaultLifetime, maximum) : wish.lifetime
        let first = wish.totalLifetime == 0 ? asked : min(asked, wish.totalLifetime)
        let start = exchange.now / 1_000 * 1_000
        let record = try record(of: drawn, exchange)
        let grant = Grant(
            serial: record.serial, id: drawn.grant, token: record.token,
            instance: drawn.agent.instance, orchestration: wish.orchestration, task: wish.task,
            app: app.serial, epoch: app.epoch, key: present.currentKey, publicKey: wish.publicKey,
            scope: wish.scope, audience: wish.audience, issuedAt: exchange.now,
            expiresAt: start + 1_000 * UInt64(first),
            notAfter: start + 1_000 * UInt64(max(first, wish.totalLifetime)),
            isAttested: isAttested, tether: wish.tether, share: share(of: exchange.peer),
            renewals: 0, uses: wish.uses,
            isByReference: wish.isByReference, offset: present.offset, unsigned: 0,
            position: next)
        guard grant.id.high == grant.instance, grant.token.high == grant.instance,
            !present.instances.contains(grant.instance), present.rows[grant.serial] == nil
        else { throw Disagreement("the names of \(drawn) are not fresh") }
        return insert(grant, kind)
    }

    /// What the broker noted of it: where its serial and the id of its token are drawn from.
    func record(of drawn: Issued, _ exchange: Exchange) throws(Disagreement) -> Grant {
        for case .grant(let grant) in exchange.facts where grant.id == drawn.grant { return grant }
        throw Disagreement("nothing was noted of the grant \(drawn)")
    }

    /// Puts a grant in its place, and gives what its holder gets.
    func insert(_ grant: Grant, _ kind: Note.Kind) -> Issued {
        let (grant, issued) = seal(grant)
        highestEnd = max(highestEnd, grant.notAfter)
        change(.grant(grant), at: next)
        beats[grant.serial] = Beat(last: grant.issuedAt)
        note(kind, grant.id, detail: grant.tether?.text ?? "")
        return issued
    }

    /// The token of the grant as it is; by reference where it would be too long.
    func seal(_ grant: Grant) -> (Grant, Issued) {
        var grant = grant
        let app = present.apps[grant.app]?.name ?? ""
        var text = TokenText.full(grant, app: app, lineage: lineage(of: grant))
        if grant.isByReference || text.utf8.count > TokenText.inlineBytes {
            grant.isByReference = true
            text = TokenText.reference(grant)
        }
        grant.unsigned = Fingerprints.of(text)
        let issued = Issued(
            grant: grant.id, agent: grant.agent, key: grant.key,
            expiresAt: grant.told(grant.expiresAt), text: text)
        return (grant, issued)
    }

    /// The end of a grant: an event, no row, and its app's too where it was the last of a removed one.
    func end(_ grant: Grant, _ why: Why) {
        let kind: Note.Kind
        switch why {
        case .released: kind = .grantReleased
        case .expired: kind = .grantExpired
        default: kind = .grantEnded
        }
        change(.grantGone(grant.serial), at: next)
        beats[grant.serial] = nil
        let detail = grant.tether.map { $0.why == why ? $0.text : "" } ?? ""
        note(kind, grant.id, why: why == .released ? nil : why, detail: detail)
        if let app = present.apps[grant.app], app.isRemoved, present.grantsOfApp[grant.app] == 0 {
            change(.appGone(app.serial), at: position)
        }
    }
}
