internal import MayflyCrypto
internal import MayflyWire

/// Answers, and what follows from them.
extension Race {
    /// Refusals under which nothing was done, and which say nothing about anything.
    private static let unlooked: Set<String> = ["SHUTTING_DOWN", "HOP_EXPIRED"]

    func take(
        _ payload: UnsafeRawBufferPointer, of call: Call, on link: Link
    ) throws(RaceFailure) {
        arena.reset()
        do throws(DecodeFailure) {
            let envelope = try ResponseEnvelope.decode(payload)
            if let status = envelope.status {
                refused(call, status.reason.isEmpty ? status.code.text : status.reason)
            } else {
                try accepted(call, envelope.payload.rawBuffer, link)
            }
        } catch {
            throw .protocolViolation(error.sentence)
        }
    }

    private func decode<Message: DecodableMessage>(
        _ type: Message.Type, _ payload: UnsafeRawBufferPointer
    ) throws(DecodeFailure) -> Message {
        try Message.decode(payload, arena: arena, limits: .response)
    }

    private func accepted(
        _ call: Call, _ payload: UnsafeRawBufferPointer, _ link: Link
    ) throws(DecodeFailure) {
        switch call.kind {
        case .authenticate:
            link.session = try? Session(try decode(AuthenticateResponseMessage.self, payload))
        case .spawn(let place, let keys):
            let agents = try decode(SpawnBatchResponseMessage.self, payload).agents
            spawned(agents, at: place, keys)
        case .renew(let renewal):
            renewed(renewal, try decode(RenewResponseMessage.self, payload).agent)
        case .delegate(let delegating):
            delegated(
                delegating, try decode(DelegateResponseMessage.self, payload).agent, call.sent)
        case .end(let ending):
            switch ending.way {
            case .releaseToken, .releaseGrant:
                ended(ending, found: try decode(ReleaseResponseMessage.self, payload).ended)
            case .revokeTask:
                _ = try decode(RevokeResponseMessage.self, payload)
                ended(ending, found: nil)
            case .revokeToken, .revokeAgent, .revokeChain:
                ended(
                    ending, found: try decode(RevokeResponseMessage.self, payload).count > 0)
            }
        case .validate(let token):
            let answer = try decode(ValidateResponseMessage.self, payload)
            validated(token, answer.valid, call.sent, sequence.next())
        case .validateBatch(let tokens):
            let answers = try decode(ValidateBatchResponseMessage.self, payload).items
            guard answers.count == tokens.count else {
                return judge.accuse("a batch of \(tokens.count) has \(answers.count) answers")
            }
            let now = sequence.next()
            for (token, answer) in zip(tokens, answers) {
                validated(token, answer.valid, call.sent, now)
            }
        }
    }

    private func validated(_ token: Token, _ isValid: Bool, _ sent: Stamp, _ now: Stamp) {
        judge.validated(token, isValid: isValid, sent: sent, answered: now)
        tally.operations += 1
        tally.validations += 1
        if isValid { tally.foundValid += 1 }
    }

    // MARK: What was made

    private func spawned(
        _ agents: [SpawnedAgentMessage], at place: Place, _ keys: [AgentKeyPair]
    ) {
        place.isSpawning = false
        tally.operations += 1
        let steps = isTrying ? 0 : random.within(Self.steps)
        let family = Family(task: place.task, steps: steps)
        for (agent, key) in zip(agents, keys) {
            guard let reference = GrantReference(agent.grantID), let name = AgentURI(agent.agentID),
                let scope = ScopeText(Plan.scope)
            else { return judge.accuse("a spawn was answered without a grant and an agent") }
            let statement = RootStatement(
                agent: name, key: key.publicKey, scope: [scope], audience: [],
                notAfterSeconds: agent.expiresAt, grant: reference)
            let grant = Grant(
                family: family, reference: reference, agent: name, key: key, basis: nil,
                notAfterSeconds: agent.expiresAt,
                chainDigest: SHA256.digest(statement.encoded()))
            grant.add(Token(grant: grant, bytes: agent.token))
            family.add(grant)
        }
        guard family.grants.count == keys.count else {
            return judge.accuse("a spawn of \(keys.count) was answered with \(agents.count)")
        }
        tally.spawned += UInt64(agents.count)
        place.family = family
        heat(family, looks: 1)
    }

    private func delegated(
        _ delegating: Delegating, _ agent: SpawnedAgentMessage?, _ sent: Stamp
    ) {
        let parent = delegating.token.grant
        finish(parent.family, "delegated")
        guard let agent else { return judge.accuse("a delegation was answered without a grant") }
        judge.delegated(delegating, sent: sent)
        tally.delegations += 1
        let digest = SHA256.digest(delegating.hop)
        let grant = Grant(
            family: parent.family, reference: GrantReference(ofHop: digest),
            agent: delegating.holder.agent, key: delegating.holder.key,
            basis: (parent, delegating.holder), notAfterSeconds: parent.notAfterSeconds,
            chainDigest: digest)
        grant.add(Token(grant: grant, bytes: agent.token))
        parent.family.add(grant)
        heat(parent.family, looks: 1)
    }

    // MARK: What was renewed

    private func renewed(_ renewal: Renewal, _ agent: SpawnedAgentMessage?) {
        let grant = renewal.token.grant
        let now = sequence.next()
        finish(grant.family, "\(now) renewed \(renewal.attempt.sent)")
        guard let agent else { return judge.accuse("a renewal was answered without a token") }
        tally.renewals += 1
        if let successor = judge.renewed(renewal, to: agent.token, answered: now) {
            grant.add(successor)
        }
        answer(renewal.trial, won: true)
        heat(grant.family, looks: 2)
    }

    private func answer(_ trial: Trial, won: Bool?) {
        trial.answer(won: won)
        guard trial.isComplete else { return }
        judge.completed(trial)
        if trial.rivals >= Plan.rivals.lowerBound, trial.winners == 1, !trial.isLost {
            tally.trials += 1
        }
    }

    // MARK: What was ended

    private func ended(_ ending: Ending, found: Bool?) {
        let now = sequence.next()
        finish(ending.token.grant.family, "\(now) ended \(ending.attempt.sent)")
        judge.ended(ending, found: found, answered: now)
        tally.ends += 1
        heat(ending.token.grant.family, looks: 3)
    }

    private func finish(_ family: Family, _ note: @autoclosure () -> String) {
        tally.operations += 1
        family.changesUnderWay -= 1
        family.note(note())
    }

    // MARK: Refusals

    private func refused(_ call: Call, _ reason: String) {
        let isUnlooked = Self.unlooked.contains(reason)
        switch call.kind {
        case .spawn(let place, let keys):
            place.isSpawning = false
            // An agent whose spawn's answer was lost may hold one of the keys: they are left to it.
            if isUnlooked {
                for key in keys { self.keys.giveBack(key) }
            } else if reason != "KEY_IN_USE" {
                unexpected(call, reason)
            }
        case .renew(let renewal):
            let now = sequence.next()
            finish(renewal.token.grant.family, "\(now) renewal \(call.sent) \(reason)")
            if reason == "TOKEN_NOT_VALID" {
                judge.renewalRefused(renewal, answered: now)
                answer(renewal.trial, won: false)
            } else {
                renewal.attempt.state = .void
                answer(renewal.trial, won: nil)
                if renewal.isRepeat { renewal.token.lostRenewals.append(renewal) }
                if !isUnlooked { unexpected(call, reason) }
            }
        case .delegate(let delegating):
            let now = sequence.next()
            finish(delegating.token.grant.family, "\(now) delegation \(call.sent) \(reason)")
            switch reason {
            case "TOKEN_NOT_VALID":
                judge.delegatorRefused(delegating, sent: call.sent, answered: now)
            case "DELEGATE_UNKNOWN":
                judge.delegateRefused(delegating, sent: call.sent, answered: now)
            default:
                if !isUnlooked { unexpected(call, reason) }
            }
        case .end(let ending):
            finish(ending.token.grant.family, "\(call.sent) \(reason)")
            ending.attempt.state = .void
            if !isUnlooked { unexpected(call, reason) }
        case .authenticate, .validate, .validateBatch:
            if !isUnlooked { unexpected(call, reason) }
        }
    }

    private func unexpected(_ call: Call, _ reason: String) {
        judge.accuse("\(reason) is no answer to \(call.kind.name), sent at \(call.sent)")
    }

    // MARK: Losses

    /// The broker went with the answer: nobody knows whether it was carried out.
    func lose(_ call: Call, at moment: Stamp) {
        tally.lost += 1
        switch call.kind {
        case .authenticate, .validate, .validateBatch: break
        case .spawn(let place, _): place.isSpawning = false
        case .renew(let renewal):
            lost(renewal.token.grant.family, call, moment)
            renewal.attempt.state = .lost(moment)
            renewal.token.lostRenewals.append(renewal)
            answer(renewal.trial, won: nil)
        case .delegate(let delegating): lost(delegating.token.grant.family, call, moment)
        case .end(let ending):
            lost(ending.token.grant.family, call, moment)
            ending.attempt.state = .lost(moment)
        }
    }

    private func lost(_ family: Family, _ call: Call, _ moment: Stamp) {
        family.changesUnderWay -= 1
        family.note("\(moment) lost \(call.sent)")
    }
}

extension Call.Kind {
    /// For the reader of a violation.
    var name: String {
        switch self {
        case .authenticate: "Authenticate"
        case .spawn: "SpawnBatch"
        case .renew: "Renew"
        case .delegate: "Delegate"
        case .end(let ending): "\(ending.way)"
        case .validate: "Validate"
        case .validateBatch: "ValidateBatch"
        }
    }
}
