/// Spawning: all the agents of a request, or none.
extension Broker {
    func spawn(
        _ specs: [AgentSpec], _ proof: Proof, _ attestedBy: PublicKey?, _ caller: Caller,
        _ now: Instant, _ entropy: Entropy
    ) -> Outcome {
        guard let app = app(of: caller) else {
            return refuse(
                .authenticationRequired,
                "Name your app with Apps.Authenticate on this connection first; if it was removed, "
                    + "or your uid taken from it, ask the operator.", caller, now,
                dependsOn: position)
        }
        var dependsOn = apps[app].record.position
        // Looked up before the signature was checked; the operator may have taken it away since.
        if let attestedBy, !apps[app].record.attestationKeys.contains(attestedBy) {
            return refuse(
                .attestationKeyUnknown,
                "The operator took this key from the app; attest with another.", caller, now,
                dependsOn: dependsOn)
        }
        if let reason = exhaustion(adding: specs.count) {
            return refuse(reason.0, reason.1, caller, now, dependsOn: position)
        }
        // Before the agents are judged one by one: judging may end what held an agent's key.
        if specs.count > 1, let spec = firstWithRepeatedKey(specs) {
            return refuse(
                .keyInUse, "Two agents of this batch have the same public key; make one each.",
                caller, now, about: spec)
        }
        var outcome = Outcome(.recorded, dependsOn: dependsOn)
        for spec in specs {
            if let fault = fault(of: spec, for: app, now, &dependsOn, &outcome) {
                var refused = refuse(
                    fault.reason, fault.sentence, caller, now, dependsOn: dependsOn, about: spec)
                refused.events = outcome.events + refused.events
                refused.changes = outcome.changes
                return refused
            }
        }
        precondition(entropy.words.count >= 3 * specs.count, "three words for every agent")
        var issued: [IssuedGrant] = []
        issued.reserveCapacity(specs.count)
        for (number, spec) in specs.enumerated() {
            let words = entropy.words[(3 * number)..<(3 * number + 3)]
            issued.append(grant(spec, app, proof, caller, now, words, &outcome))
        }
        count(\.spawned, specs.count)
        outcome.decision = .spawned(issued)
        outcome.dependsOn = position
        return outcome
    }

    private func exhaustion(adding agents: Int) -> (Reason, String)? {
        if isStorageLow {
            return (
                .storageLow, "The broker's disk is nearly full: nothing new until there is space."
            )
        }
        if live.count + agents > settings.maximumLiveGrants {
            return (
                .liveGrantsExhausted,
                "The broker holds as many live grants as it may; release some and try again."
            )
        }
        return nil
    }

    /// Why this agent may not be, or nil.
    private func fault(
        of spec: AgentSpec, for app: AppTable.Index, _ now: Instant,
        _ dependsOn: inout LogPosition, _ outcome: inout Outcome
    ) -> Refusal? {
        let record = apps[app].record
        if let refusal = scopeFault(of: spec, under: record.ceiling) { return refusal }
        let maximum = min(record.maximumLifetimeSeconds, settings.maximumLifetimeSeconds)
        if spec.lifetimeSeconds > maximum || spec.totalLifetimeSeconds > maximum {
            return Refusal(
                .invalidLifetime, "Ask for at most \(maximum) seconds: the app's maximum.")
        }
        if let claimed = claim(on: spec.orchestration, notOf: record.serial) {
            dependsOn = max(dependsOn, claimed)
            return Refusal(
                .orchestrationNotOwned,
                "This orchestration id belongs to another app; use one of your own.")
        }
        if let slot = live.find(spec.publicKey) {
            let standing = standing(of: slot, at: now)
            guard let reason = standing.reason else {
                dependsOn = max(dependsOn, standing.dependsOn)
                return Refusal(
                    .keyInUse, "A live agent holds this public key; make a new key pair.")
            }
            end(slot, reason, now, in: &outcome)
        }
        return nil
    }

    /// Where the log was when another app got its claim on this orchestration id; nil where none
    /// has one. The operator's gift counts first, then live grants; those of a removed app are
    /// dead and only wait to be swept.
    private func claim(on orchestration: Name, notOf app: Serial) -> LogPosition? {
        if let owner = apps.owner(of: orchestration) {
            return owner == app ? nil : apps.find(owner).map { apps[$0].record.position }
        }
        let claim = live.claim(on: orchestration) { claim in
            claim.app != app && apps.find(claim.app).map { !apps[$0].isRemoved } ?? false
        }
        return claim?.position
    }

    private func scopeFault(of spec: AgentSpec, under ceiling: [Scope]) -> Refusal? {
        for scope in spec.scope {
            if scope.isReserved {
                return Refusal(
                    .scopeReserved, "Scopes of the families admin: and app: are for no agent.")
            }
            if !ceiling.contains(where: { $0.covers(scope) }) {
                return Refusal(
                    .scopeViolation, "Ask only for scopes that the app's ceiling covers.")
            }
        }
        return nil
    }

    private func firstWithRepeatedKey(_ specs: [AgentSpec]) -> AgentSpec? {
        var seen = Set<PublicKey>(minimumCapacity: specs.count)
        return specs.first { !seen.insert($0.publicKey).inserted }
    }

    /// Makes the grant; everything about it has been allowed.
    private func grant(
        _ spec: AgentSpec, _ app: AppTable.Index, _ proof: Proof, _ caller: Caller, _ now: Instant,
        _ words: ArraySlice<UInt64>, _ outcome: inout Outcome
    ) -> IssuedGrant {
        let serial = nextSerial(in: &outcome)
        let instance = issuance.instance(for: serial)
        var record = GrantRecord(
            serial: serial,
            id: GrantID(high: instance.rawValue, low: words[words.startIndex]),
            token: TokenID(high: words[words.startIndex + 1], low: words[words.startIndex + 2]),
            instance: instance, orchestration: spec.orchestration, task: spec.task,
            app: apps[app].record.serial, appEpoch: apps[app].record.epoch, key: signingKey,
            publicKey: spec.publicKey, scope: TextList(spec.scope), audience: spec.audience,
            issuedAt: now, expiresAt: now, notAfter: now, proof: proof, binding: spec.binding,
            unsignedDigest: .zero,
            position: LogPosition(rawValue: position.rawValue + 1))
        (record.expiresAt, record.notAfter) = lifetime(of: spec, apps[app].record, now)
        let token = issuance.seal(record, app: apps[app].record.name)
        record.unsignedDigest = token.digest

        var event = event(.agentSpawned, caller, now)
        event.app = apps[app].record.name
        event.orchestration = spec.orchestration
        event.task = spec.task
        event.instance = instance
        event.grant = record.id
        event.token = record.token
        event.scope = record.scope
        event.expiresAt = record.expiresAt
        self.record(event, in: &outcome)
        outcome.changes.append(.grantInserted(record))
        apps[app].liveGrants += 1
        let agent = AgentName(
            orchestration: spec.orchestration, task: spec.task, instance: instance)
        _ = live.insert(record)
        return IssuedGrant(
            grant: record.id, agent: agent, key: record.key, expiresAt: record.expiresAt,
            signingInput: token.signingInput)
    }

    /// Token times are whole seconds, so the end is too: what the token says is what counts.
    private func lifetime(
        of spec: AgentSpec, _ app: AppRecord, _ now: Instant
    ) -> (expiresAt: Instant, notAfter: Instant) {
        let maximum = min(app.maximumLifetimeSeconds, settings.maximumLifetimeSeconds)
        let asked =
            spec.lifetimeSeconds == 0
            ? min(app.defaultLifetimeSeconds, maximum) : spec.lifetimeSeconds
        let first = spec.totalLifetimeSeconds == 0 ? asked : min(asked, spec.totalLifetimeSeconds)
        let total = max(first, spec.totalLifetimeSeconds)
        let start = Instant(milliseconds: now.seconds * 1_000)
        return (
            start.advanced(bySeconds: UInt64(first)), start.advanced(bySeconds: UInt64(total))
        )
    }
}
