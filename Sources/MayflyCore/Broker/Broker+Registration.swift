/// Launch tokens, and the agents that register themselves with one.
extension Broker {
    func createLaunchToken(
        _ terms: LaunchTokenTerms, for name: Name?, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        let found = name.map { apps.find($0) } ?? app(of: caller)
        guard let app = found else {
            return name == nil
                ? refuse(.appRequired, caller, now, dependsOn: position) : unknownApp(caller, now)
        }
        let record = apps[app].record
        if let refusal = standstill ?? launchTokenExhaustion(of: record.serial, caller)
            ?? fault(of: terms, for: record)
        {
            return refuse(refusal, caller, now, dependsOn: position)
        }
        let seconds =
            terms.lifetimeSeconds == 0 ? Limits.launchTokenSeconds : terms.lifetimeSeconds
        var outcome = Outcome(.recorded, dependsOn: .start)
        let token = LaunchToken(
            serial: nextSerial(in: &outcome), digest: terms.digest, label: terms.label,
            app: record.serial, appEpoch: record.epoch, ceiling: terms.ceiling,
            expiresAt: now.advanced(bySeconds: UInt64(seconds)),
            maximumLifetimeSeconds: terms.maximumAgentLifetimeSeconds == 0
                ? record.maximumLifetimeSeconds : terms.maximumAgentLifetimeSeconds,
            share: share(of: caller), position: nextPosition)
        var event = event(.launchTokenIssued, caller, now)
        event.app = record.name
        event.scope = TextList(terms.ceiling)
        event.expiresAt = told(token.expiresAt)
        event.detail = terms.label.map { Array("label=".utf8) + $0.bytes } ?? []
        self.record(event, in: &outcome)
        outcome.changes.append(.launchTokenInserted(token))
        launchTokens.insert(token)
        count(\.launchTokensIssued)
        outcome.decision = .launchToken(token)
        outcome.dependsOn = position
        return outcome
    }

    private func fault(of terms: LaunchTokenTerms, for app: AppRecord) -> Refusal? {
        for scope in terms.ceiling {
            if scope.isReserved { return .scopeReserved }
            if !app.ceiling.contains(where: { $0.covers(scope) }) {
                return Refusal(
                    .scopeViolation, "Give only scopes that the app's ceiling covers.")
            }
        }
        let maximum = min(app.maximumLifetimeSeconds, settings.maximumLifetimeSeconds)
        if terms.lifetimeSeconds > Limits.maximumLaunchTokenSeconds
            || terms.maximumAgentLifetimeSeconds > maximum
        {
            return Refusal(
                .invalidLifetime,
                "A launch token lives at most \(Limits.maximumLaunchTokenSeconds) s, its agent at "
                    + "most \(maximum) s.")
        }
        return nil
    }

    /// What is wrong with a registration before its proof is looked at, as `register` would say
    /// it: the launch token first, then what it is asked for. Nothing is used up.
    package func registrationFault(
        _ spec: AgentSpec, _ launchToken: Digest, at now: Instant
    ) -> (refusal: Refusal, dependsOn: LogPosition)? {
        switch admission(launchToken, now) {
        case .refused(let refusal, let dependsOn): return (refusal, dependsOn)
        case .admitted(let token, let app):
            let terms = GrantTerms(apps[app].record, token, settings)
            return terms.fault(of: spec).map {
                ($0, max(token.position, apps[app].record.position))
            }
        }
    }

    private enum Admission {
        case admitted(LaunchToken, AppTable.Index)
        case refused(Refusal, dependsOn: LogPosition)
    }

    /// The app that the launch token lets an agent in for. Nobody counts wrong ones: 256 bits are
    /// not guessed, and a uid that was held up for them would be held up by any of its processes.
    private func admission(_ digest: Digest, _ now: Instant) -> Admission {
        guard let token = launchTokens.find(digest), now < token.expiresAt,
            let app = apps.find(token.app), !apps[app].isRemoved,
            apps[app].record.epoch == token.appEpoch
        else {
            return .refused(
                Refusal(
                    .launchTokenInvalid,
                    "The launch token is unknown, used or expired; ask for a new one."),
                dependsOn: position)
        }
        return .admitted(token, app)
    }

    func register(
        _ spec: AgentSpec, _ launchToken: Digest, supersedes: Bool, _ caller: Caller,
        _ now: Instant, _ entropy: Entropy
    ) -> Outcome {
        let token: LaunchToken
        let app: AppTable.Index
        switch admission(launchToken, now) {
        case .refused(let refusal, let dependsOn):
            return refuse(refusal, caller, now, dependsOn: dependsOn, about: spec)
        case .admitted(let found, let owner): (token, app) = (found, owner)
        }
        if let refusal = exhaustion(adding: 1, of: app, caller) {
            return refuse(refusal, caller, now, dependsOn: position, about: spec)
        }
        var dependsOn = max(token.position, apps[app].record.position)
        var outcome = Outcome(.recorded, dependsOn: dependsOn)
        let terms = GrantTerms(apps[app].record, token, settings)
        if let fault = fault(
            of: spec, for: app, terms, now, &dependsOn, &outcome, superseding: supersedes)
        {
            return refuse(fault, spec, caller, now, dependsOn, after: outcome)
        }
        if supersedes { supersede(spec, caller, now, &outcome) }
        launchTokens.remove(token)
        outcome.changes.append(.launchTokenDeleted(token.serial))
        let issued = grant(
            spec, app, terms, .agent, .agentRegistered, caller, now, entropy.words[...], &outcome)
        count(\.registered)
        outcome.decision = .issued(issued)
        outcome.dependsOn = position
        return outcome
    }

    /// What was granted before under the same name ends: an instance that crashed. The key comes
    /// free at once, the rest by the record.
    private func supersede(
        _ spec: AgentSpec, _ caller: Caller, _ now: Instant, _ outcome: inout Outcome
    ) {
        if let slot = live.find(spec.publicKey) { end(slot, .superseded, now, in: &outcome) }
        guard live.tasks.matches(spec.task, orchestration: spec.orchestration) > 0 else { return }
        _ = cover(
            spec.task, spec.orchestration, allowsNew: true, .superseded, caller, now, &outcome)
    }
}

extension Refusal {
    package static var appRequired: Refusal {
        Refusal(
            .authenticationRequired,
            "Name your app with Apps.Authenticate on this connection first; if it was removed, or "
                + "your uid taken from it, ask the operator.")
    }
}
