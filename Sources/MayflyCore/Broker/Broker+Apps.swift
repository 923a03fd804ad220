/// Apps: registered, amended and removed by the operator; named once by each connection.
extension Broker {
    func authenticate(_ name: Name, _ caller: Caller, _ now: Instant) -> Outcome {
        if let refusal = authenticationFault(caller) { return refuse(refusal, caller, now) }
        // An unknown app and one of another uid get the same answer, so that names do not leak.
        guard let app = apps.find(name), apps[app].record.uids.contains(caller.uid) else {
            return refuse(
                .appNotAllowed,
                "No app of this name is open to your uid \(caller.uid.rawValue): check the name, or "
                    + "ask the operator for `mayfly app set --add-uid`.", caller, now,
                dependsOn: position)
        }
        return authenticated(app, "uid", caller, now)
    }

    /// By client id and secret. A wrong one counts against the uid, and against the app for those
    /// uids only that were wrong before: nobody can lock another out.
    func authenticate(
        client id: Name, _ digest: Digest, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        if let refusal = authenticationFault(caller) { return refuse(refusal, caller, now) }
        guard failures.mayTry(caller.uid, id, at: now) else {
            return refuse(
                Refusal(
                    .attemptsExhausted,
                    "Too many wrong secrets from your uid; try again in a minute.",
                    limit: .failuresPerMinute), caller, now)
        }
        let app = apps.find(client: id)
        guard let app, let secret = apps[app].record.secret,
            secret.digest.equalsInConstantTime(digest)
        else {
            failures.note(caller.uid, id, at: now)
            return refuse(
                .credentialsInvalid, "No app has this client id and secret.", caller, now,
                dependsOn: position)
        }
        return authenticated(app, "secret", caller, now)
    }

    private func authenticationFault(_ caller: Caller) -> Refusal? {
        // Each is an event, and nothing bounds how often a peer may come back.
        if isStorageLow { return .storageLow }
        guard caller.app == nil else {
            return Refusal(
                .alreadyAuthenticated, "This connection speaks for an app already; open another.")
        }
        return nil
    }

    private func authenticated(
        _ app: AppTable.Index, _ way: StaticString, _ caller: Caller, _ now: Instant
    ) -> Outcome {
        var outcome = Outcome(.authenticated(apps[app].record), dependsOn: .start)
        var event = event(.appAuthenticated, caller, now)
        event.app = apps[app].record.name
        event.detail = Array("by=\(way)".utf8)
        record(event, in: &outcome)
        outcome.dependsOn = position
        return outcome
    }

    /// The app that the caller's connection speaks for, as long as what it proved still holds and
    /// the app is there.
    func app(of caller: Caller) -> AppTable.Index? {
        guard let app = caller.app.flatMap({ apps.find($0) }), !apps[app].isRemoved else {
            return nil
        }
        switch caller.credential {
        case .uid: return apps[app].record.uids.contains(caller.uid) ? app : nil
        case .secret(let generation):
            return apps[app].record.secret?.generation == generation ? app : nil
        }
    }

    func createApp(_ terms: AppTerms, _ caller: Caller, _ now: Instant) -> Outcome {
        if isStorageLow { return refuse(.storageLow, caller, now) }
        if apps.find(terms.name) != nil {
            return refuse(
                .appExists, "An app of this name exists; use `mayfly app set`.", caller, now,
                dependsOn: position)
        }
        guard apps.count < settings.maximumApps else {
            return refuse(
                Refusal(
                    .appsExhausted, "At most \(settings.maximumApps) apps; remove one first.",
                    limit: .apps), caller, now, dependsOn: position)
        }
        let maximum =
            terms.maximumLifetimeSeconds == 0
            ? settings.maximumLifetimeSeconds : terms.maximumLifetimeSeconds
        var record = AppRecord(
            serial: Self.unassigned, name: terms.name, ceiling: terms.ceiling,
            uids: terms.uids, orchestrations: terms.orchestrations,
            attestationKeys: terms.attestationKeys,
            defaultLifetimeSeconds: terms.defaultLifetimeSeconds == 0
                ? min(settings.defaultLifetimeSeconds, maximum) : terms.defaultLifetimeSeconds,
            maximumLifetimeSeconds: maximum, sharesUid: terms.sharesUid, epoch: 1, createdAt: now,
            removedAt: nil, position: position)
        record.heartbeat = terms.heartbeat
        record.delegatesAcrossApps = terms.delegatesAcrossApps
        if let secret = terms.secret { amend(&record, .issue(secret)) }
        if let refusal = fault(of: record) {
            return refuse(refusal, caller, now, dependsOn: position)
        }
        // Only now: a refusal has no changes, and the store must hear of every bound.
        var outcome = Outcome(.recorded, dependsOn: .start)
        record.serial = nextSerial(in: &outcome)
        return write(record, .appRegistered, caller, now, &outcome)
    }

    /// Stands for the serial of an app that has none yet.
    private static var unassigned: Serial { Serial(rawValue: .max) }

    func updateApp(_ amendment: AppAmendment, _ caller: Caller, _ now: Instant) -> Outcome {
        guard let app = apps.find(amendment.name) else { return unknownApp(caller, now) }
        var record = apps[app].record
        if let ceiling = amendment.ceiling {
            let isLowered = !record.ceiling.allSatisfy { held in
                ceiling.contains { $0.covers(held) }
            }
            if isLowered { record.epoch += 1 }
            record.ceiling = ceiling
        }
        record.uids = amendment.uids ?? record.uids
        record.orchestrations = amendment.orchestrations ?? record.orchestrations
        record.attestationKeys = amendment.attestationKeys ?? record.attestationKeys
        // What is not named gives way to what is, and to a broker whose maximum became shorter.
        record.maximumLifetimeSeconds =
            amendment.maximumLifetimeSeconds
            ?? min(record.maximumLifetimeSeconds, settings.maximumLifetimeSeconds)
        record.defaultLifetimeSeconds =
            amendment.defaultLifetimeSeconds
            ?? min(record.defaultLifetimeSeconds, record.maximumLifetimeSeconds)
        record.sharesUid = amendment.sharesUid ?? record.sharesUid
        record.heartbeat = amendment.heartbeat ?? record.heartbeat
        record.delegatesAcrossApps =
            amendment.delegatesAcrossApps ?? record.delegatesAcrossApps
        if let secret = amendment.secret { amend(&record, secret) }
        if let refusal = fault(of: record) {
            return refuse(refusal, caller, now, dependsOn: position)
        }
        // A new interval begins now, and has to be filed with every grant of the app.
        let isBeatChanged = record.heartbeat != apps[app].record.heartbeat
        if isBeatChanged { apps[app].heartbeatSince = now }
        if isBeatChanged || record.epoch != apps[app].record.epoch { requestSweep() }
        var outcome = Outcome(.recorded, dependsOn: .start)
        return write(record, .appUpdated, caller, now, &outcome)
    }

    /// A changed secret is another generation: connections that proved the old one are none.
    private func amend(_ record: inout AppRecord, _ amendment: AppAmendment.SecretAmendment) {
        switch amendment {
        case .issue(let secret):
            record.secret = AppSecret(
                clientID: record.secret?.clientID ?? secret.clientID, digest: secret.digest,
                generation: record.secretGenerations + 1)
            record.secretGenerations += 1
        case .remove:
            record.secret = nil
        }
    }

    func removeApp(_ name: Name, _ caller: Caller, _ now: Instant) -> Outcome {
        guard let app = apps.find(name) else { return unknownApp(caller, now) }
        var outcome = Outcome(.recorded, dependsOn: .start)
        let ended = apps[app].liveGrants
        var record = apps[app].record
        record.epoch += 1
        record.removedAt = now
        record.position = nextPosition
        apps.write(record)
        var event = event(.appDeregistered, caller, now)
        event.app = name
        event.count = UInt64(ended)
        self.record(event, in: &outcome)
        lastEnd = position
        if ended == 0 {
            outcome.changes.append(.appDeleted(record.serial))
            apps.delete(record.serial)
        } else {
            outcome.changes.append(.appWritten(record))
            requestSweep()
        }
        outcome.decision = .appRemoved(endedGrants: UInt64(ended))
        outcome.dependsOn = position
        return outcome
    }

    /// Makes it so; that it may be was checked.
    private func write(
        _ record: AppRecord, _ kind: EventKind, _ caller: Caller, _ now: Instant,
        _ outcome: inout Outcome
    ) -> Outcome {
        var record = record
        record.position = nextPosition
        apps.write(record)
        var event = event(kind, caller, now)
        event.app = record.name
        event.scope = TextList(record.ceiling)
        self.record(event, in: &outcome)
        outcome.changes.append(.appWritten(record))
        outcome.decision = .app(record)
        outcome.dependsOn = position
        return outcome
    }

    /// What is wrong with the app as a whole.
    private func fault(of record: AppRecord) -> Refusal? {
        let maximum = record.maximumLifetimeSeconds
        if maximum == 0 || maximum > settings.maximumLifetimeSeconds
            || record.defaultLifetimeSeconds == 0 || record.defaultLifetimeSeconds > maximum
        {
            return Refusal(
                .invalidLifetime,
                "Choose 1 to \(settings.maximumLifetimeSeconds) s for the maximum, and a default "
                    + "of at most that.")
        }
        if record.ceiling.isEmpty || record.ceiling.count > Limits.scopesPerAgent
            || record.uids.count > Limits.uidsPerApp
            || record.orchestrations.count > Limits.orchestrationsPerApp
            || record.attestationKeys.count > Limits.attestationKeysPerApp
        {
            return Refusal(
                .invalidApp,
                "An app has 1 to \(Limits.scopesPerAgent) scopes, at most \(Limits.uidsPerApp) uids, "
                    + "\(Limits.orchestrationsPerApp) orchestrations and "
                    + "\(Limits.attestationKeysPerApp) attestation keys.")
        }
        if record.heartbeat.policy != .none,
            !(1...Limits.maximumHeartbeatSeconds).contains(record.heartbeat.intervalSeconds)
        {
            return Refusal(
                .invalidLifetime,
                "A heartbeat interval is 1 to \(Limits.maximumHeartbeatSeconds) s.")
        }
        if let id = record.secret?.clientID, let other = apps.find(client: id),
            apps[other].record.serial != record.serial
        {
            return Refusal(.appExists, "Another app has this client id; try again.")
        }
        for orchestration in record.orchestrations {
            if let owner = apps.owner(of: orchestration), owner != record.serial {
                return Refusal(
                    .orchestrationNotOwned,
                    "The orchestration id \(orchestration.text) belongs to another app.")
            }
        }
        let others = apps.others(than: record.serial, with: record.uids)
        if !others.isEmpty && !(record.sharesUid && others.allSatisfy(\.sharesUid)) {
            return Refusal(
                .uidShared,
                "Another app has one of these uids, and their ceilings would merge; set "
                    + "--shared-uid on both if that is meant.")
        }
        return nil
    }

    func unknownApp(_ caller: Caller, _ now: Instant) -> Outcome {
        refuse(
            .appNotFound, "No app of this name; see `mayfly app list`.", caller, now,
            dependsOn: position)
    }
}
