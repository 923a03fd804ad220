/// Apps, and who may speak for them.
extension Auditor {
    /// The app that the peer's connection speaks for, while what it proved still holds.
    func app(of peer: Peer) -> App? {
        guard let app = peer.app.flatMap({ present.apps[$0] }), !app.isRemoved else { return nil }
        if let generation = peer.generation { return app.generation == generation ? app : nil }
        return app.uids.contains(peer.uid) ? app : nil
    }

    func authenticate(_ name: String, _ exchange: Exchange) -> Verdict {
        if exchange.isStorageLow { return .refused(.storageLow) }
        if exchange.peer.app != nil { return .refused(.alreadyAuthenticated) }
        guard let app = present.app(named: name), app.uids.contains(exchange.peer.uid) else {
            return .refused(.appNotAllowed)
        }
        note(.appAuthenticated)
        return Verdict(.authenticated(app), restsOn: position)
    }

    func authenticate(client id: String, _ secret: Fingerprint, _ exchange: Exchange) -> Verdict {
        let peer = exchange.peer
        if exchange.isStorageLow { return .refused(.storageLow) }
        if peer.app != nil { return .refused(.alreadyAuthenticated) }
        guard failures.mayTry(peer.uid, id, at: exchange.now) else {
            return .refused(exhausted("failures_per_minute", .attemptsExhausted))
        }
        let app = present.apps.values.first { !$0.isRemoved && $0.clientID == id }
        guard let app, app.secret == secret else {
            failures.note(peer.uid, id, at: exchange.now)
            return .refused(.credentialsInvalid)
        }
        note(.appAuthenticated)
        return Verdict(.authenticated(app), restsOn: position)
    }

    func createApp(_ wish: AppWish, _ exchange: Exchange) throws(Disagreement) -> Verdict {
        if exchange.isStorageLow { return .refused(.storageLow) }
        if let app = present.app(named: wish.name) {
            return .refused(.appExists, restsOn: app.position)
        }
        let apps = present.apps.values.filter { !$0.isRemoved }
        if apps.count >= settings.apps { return .refused(exhausted("apps", .appsExhausted)) }
        let maximum =
            wish.maximumLifetime == 0 ? settings.maximumLifetime : wish.maximumLifetime
        var app = App(
            serial: .max, name: wish.name, ceiling: wish.ceiling, uids: wish.uids,
            orchestrations: wish.orchestrations, attestationKeys: wish.attestationKeys,
            defaultLifetime: wish.defaultLifetime == 0
                ? min(settings.defaultLifetime, maximum) : wish.defaultLifetime,
            maximumLifetime: maximum, sharesUid: wish.sharesUid, generations: 0,
            heartbeat: wish.heartbeat, delegatesAcrossApps: wish.delegatesAcrossApps, epoch: 1,
            createdAt: exchange.now, position: next)
        if let id = wish.clientID { give(&app, wish.secret, clientID: id) }
        if let why = fault(of: app) { return .refused(why) }
        guard case .app(let made) = exchange.answer else {
            throw Disagreement("the app \(wish.name) should be made, not \(exchange.answer)")
        }
        app.serial = made.serial
        guard present.apps[app.serial] == nil else {
            throw Disagreement("serial \(app.serial) was given out before")
        }
        return written(app, .appRegistered)
    }

    func updateApp(_ change: AppChange, _ exchange: Exchange) -> Verdict {
        guard var app = present.app(named: change.name) else { return .refused(.appNotFound) }
        if let ceiling = change.ceiling {
            if !ScopeText.covers(ceiling, app.ceiling) { app.epoch += 1 }
            app.ceiling = ceiling
        }
        app.uids = change.uids ?? app.uids
        app.orchestrations = change.orchestrations ?? app.orchestrations
        app.attestationKeys = change.attestationKeys ?? app.attestationKeys
        app.maximumLifetime =
            change.maximumLifetime ?? min(app.maximumLifetime, settings.maximumLifetime)
        app.defaultLifetime = min(app.defaultLifetime, app.maximumLifetime)
        app.heartbeat = change.heartbeat ?? app.heartbeat
        app.delegatesAcrossApps = change.delegatesAcrossApps ?? app.delegatesAcrossApps
        if let secret = change.newSecret {
            give(&app, secret, clientID: app.clientID ?? "client-\(secret)")
        } else if change.removesSecret {
            (app.clientID, app.secret, app.generation) = (nil, nil, nil)
        }
        if let why = fault(of: app) { return .refused(why) }
        if app.heartbeat != present.app(named: change.name)?.heartbeat {
            beatTermsSince[app.serial] = exchange.now
        }
        return written(app, .appUpdated)
    }

    func removeApp(_ name: String, _ exchange: Exchange) -> Verdict {
        guard var app = present.app(named: name) else { return .refused(.appNotFound) }
        let count = UInt64(present.grantsOfApp[app.serial] ?? 0)
        app.epoch += 1
        app.removedAt = exchange.now
        app.position = next
        change(count == 0 ? .appGone(app.serial) : .app(app), at: next)
        note(.appDeregistered, count: count)
        return Verdict(.appRemoved(endedGrants: count), restsOn: position)
    }

    private func written(_ app: App, _ kind: Note.Kind) -> Verdict {
        var app = app
        app.position = next
        change(.app(app), at: next)
        note(kind)
        return Verdict(.app(app), restsOn: position)
    }

    private func give(_ app: inout App, _ secret: Fingerprint, clientID: String) {
        app.clientID = clientID
        app.secret = secret
        app.generations += 1
        app.generation = app.generations
    }

    private func fault(of app: App) -> Why? {
        if app.maximumLifetime == 0 || app.maximumLifetime > settings.maximumLifetime
            || app.defaultLifetime == 0 || app.defaultLifetime > app.maximumLifetime
        {
            return .invalidLifetime
        }
        if app.ceiling.isEmpty { return .invalidApp }
        if app.heartbeat.policy != .none, !(1...86_400).contains(app.heartbeat.interval) {
            return .invalidLifetime
        }
        let others = present.apps.values.filter { !$0.isRemoved && $0.serial != app.serial }
        if let id = app.clientID, others.contains(where: { $0.clientID == id }) {
            return .appExists
        }
        if others.contains(where: { !Set($0.orchestrations).isDisjoint(with: app.orchestrations) })
        {
            return .orchestrationNotOwned
        }
        let sharing = others.filter { !Set($0.uids).isDisjoint(with: app.uids) }
        let isMeant = app.sharesUid && sharing.allSatisfy(\.sharesUid)
        return sharing.isEmpty || isMeant ? nil : .uidShared
    }
}
