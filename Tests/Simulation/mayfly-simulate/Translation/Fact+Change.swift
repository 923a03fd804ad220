internal import MayflyCore

extension Fact {
    /// Nil for what only the store has to know.
    init?(_ change: Change) {
        switch change {
        case .grantInserted(let record), .grantUpdated(let record): self = .grant(Grant(record))
        case .grantDeleted(let serial): self = .grantGone(serial.rawValue)
        case .appWritten(let record): self = .app(App(record))
        case .appDeleted(let serial): self = .appGone(serial.rawValue)
        case .launchTokenInserted(let token): self = .launch(Launch(token))
        case .launchTokenDeleted(let serial): self = .launchGone(serial.rawValue)
        case .revocationWritten(let record): self = .record(Record(record))
        case .revocationDeleted(let serial): self = .recordGone(serial.rawValue)
        case .keyWritten(let record): self = .key(SigningKey(record))
        case .keyDeleted(let number): self = .keyGone(number.rawValue)
        case .clockOffsetWritten(let offset): self = .offset(offset.milliseconds)
        case .serialsReserved: return nil
        }
    }
}

extension Grant {
    init(_ record: borrowing GrantRecord) {
        self.init(
            serial: record.serial.rawValue, id: wide(record.id), token: wide(record.token),
            instance: record.instance.rawValue, orchestration: record.orchestration.text,
            task: record.task.text, app: record.app.rawValue, epoch: record.appEpoch,
            key: record.key.rawValue, publicKey: number(record.publicKey),
            scope: record.scope.texts, audience: record.audience.texts,
            issuedAt: record.issuedAt.milliseconds, expiresAt: record.expiresAt.milliseconds,
            notAfter: record.notAfter.milliseconds, isAttested: record.proof == .attested,
            tether: record.bond.map { Tether($0) }, share: record.share.rawValue,
            link: record.delegation.map { Link($0) }, renewals: record.renewals,
            renewal: record.renewal.map { wide($0) }, uses: record.usesLeft,
            isByReference: record.isByReference, offset: record.clockOffset.milliseconds,
            unsigned: number(record.unsignedDigest), position: record.position.rawValue)
    }
}

extension Grant.Link {
    init(_ delegation: Delegation) {
        self.init(
            parent: wide(delegation.parent), holder: wide(delegation.holder),
            root: wide(delegation.root), subject: AgentID(delegation.subject),
            depth: delegation.depth, hop: String(decoding: delegation.hop, as: UTF8.self))
    }
}

extension App {
    init(_ record: AppRecord) {
        self.init(
            serial: record.serial.rawValue, name: record.name.text,
            ceiling: record.ceiling.map(\.text), uids: record.uids.map(\.rawValue),
            orchestrations: record.orchestrations.map(\.text),
            attestationKeys: record.attestationKeys.map { number($0) },
            defaultLifetime: record.defaultLifetimeSeconds,
            maximumLifetime: record.maximumLifetimeSeconds, sharesUid: record.sharesUid,
            clientID: record.secret?.clientID.text, secret: record.secret.map { number($0.digest) },
            generation: record.secret?.generation, generations: record.secretGenerations,
            heartbeat: Heartbeat(
                policy: Heartbeat.Policy(rawValue: record.heartbeat.policy.rawValue) ?? .none,
                interval: record.heartbeat.intervalSeconds),
            delegatesAcrossApps: record.delegatesAcrossApps, epoch: record.epoch,
            createdAt: record.createdAt.milliseconds, removedAt: record.removedAt?.milliseconds,
            position: record.position.rawValue)
    }
}

extension Launch {
    init(_ token: LaunchToken) {
        self.init(
            serial: token.serial.rawValue, secret: number(token.digest), app: token.app.rawValue,
            epoch: token.appEpoch, ceiling: token.ceiling.map(\.text),
            expiresAt: token.expiresAt.milliseconds, agentLifetime: token.maximumLifetimeSeconds,
            share: token.share.rawValue, position: token.position.rawValue)
    }
}

extension Record {
    init(_ record: RevocationRecord) {
        self.init(
            serial: record.serial.rawValue, orchestration: record.orchestration?.text,
            task: record.task.text, allowsNew: record.allowsNew,
            createdAt: record.createdAt.milliseconds, lapsesAt: record.lapsesAt.milliseconds,
            position: record.position.rawValue)
    }
}

extension SigningKey {
    init(_ record: KeyRecord) {
        self.init(
            number: record.number.rawValue,
            state: State(rawValue: record.state.rawValue) ?? .revoked,
            notBefore: record.notBefore.milliseconds, notAfter: record.notAfter?.milliseconds,
            position: record.position.rawValue)
    }
}
