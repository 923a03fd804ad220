internal import MayflyCrypto
internal import MayflyWire

/// Answers, and what follows from them.
extension Race {
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
            link.session = Session(try decode(AuthenticateResponseMessage.self, payload))
            if link.session == nil { judge.accuse("a challenge or an issuer that is none") }
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

    func answer(_ trial: Trial, won: Bool?) {
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

    func finish(_ family: Family, _ note: @autoclosure () -> String) {
        tally.operations += 1
        family.changesUnderWay -= 1
        family.note(note())
    }
}
