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
        if let refusal = exhaustion(adding: specs.count, of: app, caller) {
            return refuse(refusal, caller, now, dependsOn: position)
        }
        // Before the agents are judged one by one: judging may end what held an agent's key.
        if specs.count > 1, let spec = firstWithRepeatedKey(specs) {
            return refuse(
                .keyInUse, "Two agents of this batch have the same public key; make one each.",
                caller, now, about: spec)
        }
        var outcome = Outcome(.recorded, dependsOn: dependsOn)
        let terms = GrantTerms(apps[app].record, settings)
        for spec in specs {
            if let fault = fault(of: spec, for: app, terms, now, &dependsOn, &outcome) {
                return refuse(fault, spec, caller, now, dependsOn, after: outcome)
            }
        }
        var issued: [IssuedGrant] = []
        issued.reserveCapacity(specs.count)
        for (number, spec) in specs.enumerated() {
            let words = entropy.words[(2 * number)..<(2 * number + 2)]
            issued.append(
                grant(spec, app, terms, proof, .agentSpawned, caller, now, words, &outcome))
        }
        count(\.spawned, specs.count)
        outcome.decision = .spawned(issued)
        outcome.dependsOn = position
        return outcome
    }

    /// A refusal after judging has ended what held an agent's key.
    func refuse(
        _ fault: Refusal, _ spec: AgentSpec, _ caller: Caller, _ now: Instant,
        _ dependsOn: LogPosition, after outcome: Outcome
    ) -> Outcome {
        var refused = refuse(fault, caller, now, dependsOn: dependsOn, about: spec)
        refused.events = outcome.events + refused.events
        refused.changes = outcome.changes
        return refused
    }

    /// Why this agent may not be, or nil. `superseding` says that what holds its key ends with its
    /// task's other grants.
    func fault(
        of spec: AgentSpec, for app: AppTable.Index, _ terms: GrantTerms, _ now: Instant,
        _ dependsOn: inout LogPosition, _ outcome: inout Outcome, superseding: Bool = false
    ) -> Refusal? {
        let record = apps[app].record
        if let refusal = terms.fault(of: spec) { return refusal }
        if let claimed = claim(on: spec.orchestration, notOf: record.serial) {
            dependsOn = max(dependsOn, claimed)
            return Refusal(
                .orchestrationNotOwned,
                "This orchestration id belongs to another app; use one of your own.")
        }
        if let revoked = live.tasks.refusal(of: spec.task, under: spec.orchestration) {
            dependsOn = max(dependsOn, revoked)
            return Refusal(
                .taskRevoked,
                "This task was revoked; use another task id, or ask the operator to lift it.")
        }
        if let slot = live.find(spec.publicKey) {
            let standing = standing(of: slot, at: now)
            if let reason = standing.reason {
                end(slot, reason, now, in: &outcome)
            } else if superseding, live[slot].record.orchestration == spec.orchestration,
                live.task(of: slot) == spec.task
            {
                return nil
            } else {
                dependsOn = max(dependsOn, standing.dependsOn)
                return Refusal(
                    .keyInUse, "A live agent holds this public key; make a new key pair.")
            }
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

    private func firstWithRepeatedKey(_ specs: [AgentSpec]) -> AgentSpec? {
        var seen = Set<PublicKey>(minimumCapacity: specs.count)
        return specs.first { !seen.insert($0.publicKey).inserted }
    }

    /// Makes the grant; everything about it has been allowed.
    func grant(
        _ spec: AgentSpec, _ app: AppTable.Index, _ terms: GrantTerms, _ proof: Proof,
        _ kind: EventKind, _ caller: Caller, _ now: Instant, _ words: ArraySlice<UInt64>,
        _ outcome: inout Outcome
    ) -> IssuedGrant {
        let serial = nextSerial(in: &outcome)
        let instance = issuance.instance(for: serial)
        let (expiresAt, notAfter) = terms.lifetime(of: spec, now)
        var record = GrantRecord(
            serial: serial,
            id: GrantID(high: instance.rawValue, low: words[words.startIndex]),
            token: TokenID(high: instance.rawValue, low: words[words.startIndex + 1]),
            instance: instance, orchestration: spec.orchestration, task: spec.task,
            app: apps[app].record.serial, appEpoch: apps[app].record.epoch, key: keys.current,
            publicKey: spec.publicKey, scope: TextList(spec.scope), audience: spec.audience,
            issuedAt: now, expiresAt: expiresAt, notAfter: notAfter, proof: proof,
            bond: spec.bond, unsignedDigest: .zero, position: nextPosition)
        record.share = share(of: caller)
        record.usesLeft = spec.maximumUses
        record.isByReference = spec.isByReference
        record.clockOffset = clockOffset
        let token = seal(&record, lineage: [])
        return insert(record, token, kind, caller, now, &outcome)
    }

    /// The token of the record's state; by reference where it would be too long.
    func seal(_ record: inout GrantRecord, lineage: [[UInt8]]) -> UnsignedToken {
        guard let app = apps.find(record.app) else { preconditionFailure("a grant has an app") }
        let name = apps[app].record.name
        // What is too long by its lineage alone is not written to find that out: the longest chain
        // would be 180 KB, digested under the lock.
        if lineage.reduce(0, { $0 + $1.count }) > Limits.inlineSigningBytes / 4 * 3 {
            record.isByReference = true
        }
        var token = issuance.seal(record, app: name, lineage: lineage)
        if !record.isByReference && token.signingInput.count > Limits.inlineSigningBytes {
            record.isByReference = true
            token = issuance.seal(record, app: name, lineage: lineage)
        }
        record.unsignedDigest = token.digest
        return token
    }

    /// Puts a new grant where it is found, on record and on its way to disk.
    func insert(
        _ record: GrantRecord, _ token: UnsignedToken, _ kind: EventKind, _ caller: Caller,
        _ now: Instant, _ outcome: inout Outcome
    ) -> IssuedGrant {
        guard let app = apps.find(record.app) else { preconditionFailure("a grant has an app") }
        var event = event(kind, caller, now)
        event.describe(record)
        event.app = apps[app].record.name
        event.scope = record.scope
        if let bond = record.bond { event.detail = bond.text }
        event.expiresAt = record.expiresAt.shifted(by: record.clockOffset)
        self.record(event, in: &outcome)
        outcome.changes.append(.grantInserted(record))
        apps[app].liveGrants += 1
        highestEnd = max(highestEnd, record.notAfter)
        let slot = live.insert(record, app: app)
        begin(slot, now)
        return IssuedGrant(record, token)
    }
}

extension IssuedGrant {
    init(_ record: GrantRecord, _ token: UnsignedToken) {
        self.init(
            grant: record.id, agent: record.subject, key: record.key,
            expiresAt: record.expiresAt.shifted(by: record.clockOffset),
            signingInput: token.signingInput, unsignedDigest: token.digest)
    }
}

extension Event {
    /// Whom the grant is for, and its place in its chain.
    mutating func describe(_ record: GrantRecord) {
        let agent = record.subject
        orchestration = agent.orchestration
        task = agent.task
        instance = agent.instance
        grant = record.id
        token = record.token
        parent = record.parent
        depth = record.delegation?.depth
    }
}
