internal import MayflyCore

extension Command {
    init(_ request: Request) {
        switch request {
        case .authenticate(let app): self = .authenticate(app: coreName(app))
        case .authenticateClient(let id, let secret):
            self = .authenticateClient(id: coreName(id), digest: bytes32(secret))
        case .spawn(let wishes, let attestedBy):
            self = .spawn(
                wishes.map { AgentSpec($0) }, proof: attestedBy == nil ? .agent : .attested,
                attestedBy: attestedBy.map { bytes32($0) })
        case .createLaunchToken(let wish, let app):
            self = .createLaunchToken(LaunchTokenTerms(wish), app: app.map { coreName($0) })
        case .register(let wish, let secret, let supersedes):
            self = .register(
                AgentSpec(wish), launchToken: bytes32(secret), supersede: supersedes)
        case .validate(let copy, let wish):
            self = .validate(
                Presentation(copy),
                Requirement(
                    scope: scopes(wish.scope), audience: wish.audience.map { Array($0.utf8) },
                    consumesUse: wish.consumesUse))
        case .renew(let wish): self = .renew(RenewalRequest(wish))
        case .delegate(let copy, let hop, let isByReference):
            self = .delegate(Presentation(copy), HopTerms(hop), isByReference: isByReference)
        case .heartbeat(let copy): self = .heartbeat(Presentation(copy), .active)
        case .releaseToken(let copy): self = .release(.token(Presentation(copy)))
        case .releaseGrant(let id): self = .release(.grant(grantID(id)))
        default: self = Command(administering: request)
        }
    }

    private init(administering request: Request) {
        switch request {
        case .endBound(let tether): self = .endBound(Bond(tether))
        case .createApp(let wish): self = .createApp(AppTerms(wish))
        case .updateApp(let change): self = .updateApp(AppAmendment(change))
        case .removeApp(let app): self = .removeApp(coreName(app))
        case .revokeToken(let id): self = .revoke(.token(tokenID(id)), allowsNew: false)
        case .revokeAgent(let agent): self = .revoke(.agent(agentName(agent)), allowsNew: false)
        case .revokeTask(let task, let orchestration, let allowsNew):
            self = .revoke(
                .task(coreName(task), orchestration: orchestration.map { coreName($0) }),
                allowsNew: allowsNew)
        case .revokeChainOfGrant(let id):
            self = .revoke(.chain(.grant(grantID(id))), allowsNew: false)
        case .revokeChainOfAgent(let agent):
            self = .revoke(.chain(.agent(agentName(agent))), allowsNew: false)
        case .liftRevocation(let serial): self = .liftRevocation(Serial(rawValue: serial))
        case .rotateKey(let number, let isEmergency):
            self = .rotateKey(
                KeyNumber(rawValue: number), bytes32(UInt64(number)), isEmergency: isEmergency)
        case .acceptTime(let offset): self = .acceptTime(ClockOffset(milliseconds: offset))
        case .advance(let limit): self = .advance(limit: limit)
        case .start(let grants):
            self = .recordBoundary(.brokerStarted, count: UInt64(grants), detail: [])
        case .stop(let grants):
            self = .recordBoundary(.brokerStopped, count: UInt64(grants), detail: [])
        default: preconditionFailure("\(request) was translated before")
        }
    }
}

extension AgentSpec {
    init(_ wish: AgentWish) {
        self.init(
            orchestration: coreName(wish.orchestration), task: coreName(wish.task),
            scope: scopes(wish.scope), audience: textList(wish.audience),
            publicKey: bytes32(wish.publicKey), lifetimeSeconds: wish.lifetime,
            totalLifetimeSeconds: wish.totalLifetime, bond: wish.tether.map { Bond($0) })
        maximumUses = wish.uses
        isByReference = wish.isByReference
    }
}

extension LaunchTokenTerms {
    init(_ wish: LaunchWish) {
        self.init(
            digest: bytes32(wish.secret), label: nil, ceiling: scopes(wish.ceiling),
            lifetimeSeconds: wish.lifetime, maximumAgentLifetimeSeconds: wish.agentLifetime)
    }
}

extension RenewalRequest {
    init(_ wish: RenewalWish) {
        self.init(
            presentation: Presentation(wish.copy), provenBy: bytes32(wish.provenBy),
            renewal: RenewalID(high: wish.renewal.high, low: wish.renewal.low),
            scope: wish.scope.map { scopes($0) }, lifetimeSeconds: wish.lifetime)
    }
}

extension HopTerms {
    init(_ hop: Hop) {
        self.init(
            text: Array(hop.text.utf8), digest: bytes32(Fingerprints.of(hop.text)),
            delegator: agentName(hop.delegator), delegatorKey: bytes32(hop.delegatorKey),
            delegate: agentName(hop.delegate), delegateKey: bytes32(hop.delegateKey),
            held: textList(hop.held), scope: scopes(hop.scope),
            audience: hop.audience.map { textList($0) }, maximumUses: hop.uses,
            issuedAtSeconds: hop.issuedAt, expiresAtSeconds: hop.expiresAt,
            parent: grantID(hop.parent), depth: hop.depth, previous: bytes32(hop.previous))
    }
}

extension AppTerms {
    init(_ wish: AppWish) {
        self.init(
            name: coreName(wish.name), ceiling: scopes(wish.ceiling),
            uids: wish.uids.map { UserID(rawValue: $0) },
            orchestrations: wish.orchestrations.map { coreName($0) },
            attestationKeys: wish.attestationKeys.map { bytes32($0) },
            defaultLifetimeSeconds: wish.defaultLifetime,
            maximumLifetimeSeconds: wish.maximumLifetime, sharesUid: wish.sharesUid)
        heartbeat = HeartbeatTerms(wish.heartbeat)
        delegatesAcrossApps = wish.delegatesAcrossApps
        secret = wish.clientID.map {
            NewSecret(clientID: coreName($0), digest: bytes32(wish.secret))
        }
    }
}

extension AppAmendment {
    init(_ change: AppChange) {
        self.init(name: coreName(change.name))
        ceiling = change.ceiling.map { scopes($0) }
        uids = change.uids.map { $0.map { UserID(rawValue: $0) } }
        orchestrations = change.orchestrations.map { $0.map { coreName($0) } }
        attestationKeys = change.attestationKeys.map { $0.map { bytes32($0) } }
        maximumLifetimeSeconds = change.maximumLifetime
        heartbeat = change.heartbeat.map { HeartbeatTerms($0) }
        delegatesAcrossApps = change.delegatesAcrossApps
        if let fresh = change.newSecret {
            secret = .issue(
                NewSecret(
                    clientID: coreName("client-\(fresh)"), digest: bytes32(fresh)))
        } else if change.removesSecret {
            secret = .remove
        }
    }
}

extension HeartbeatTerms {
    init(_ heartbeat: Heartbeat) {
        self.init(
            policy: Policy(rawValue: heartbeat.policy.rawValue) ?? .none,
            intervalSeconds: heartbeat.interval)
    }
}
