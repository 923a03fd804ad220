internal import MayflyCrypto
internal import MayflyWire

/// Answers, and what follows from them.
extension Conversation {
    /// Tokens of the dead that are kept to be presented again.
    private static let releasedKept = 16

    /// Takes one answer. It throws where the broker broke the protocol.
    func take(_ frame: Frame, now: Moment) throws(LoadFailure) {
        guard frame.type == .response, let call = calls.end(frame.stream) else {
            throw .protocolViolation("an answer to a call that was not made")
        }
        share.inFlight -= 1
        share.arena.reset()
        do throws(DecodeFailure) {
            let envelope = try ResponseEnvelope.decode(frame.payload)
            if let status = envelope.status {
                fail(call, status.reason.isEmpty ? status.code.text : status.reason, at: now)
            } else {
                try take(envelope.payload.rawBuffer, as: call, now: now)
            }
        } catch {
            throw .protocolViolation(error.sentence)
        }
    }

    private func take(
        _ payload: UnsafeRawBufferPointer, as call: Call, now: Moment
    ) throws(DecodeFailure) {
        switch call.kind {
        case .spawn(let key):
            let answer = try decode(SpawnResponseMessage.self, payload)
            keep(answer.agent.map { [$0] } ?? [], keys: [key], call, now)
        case .spawnBatch(let keys):
            keep(try decode(SpawnBatchResponseMessage.self, payload).agents, keys: keys, call, now)
        case .populate(let count):
            let spawned =
                share.attestation == nil
                ? try decode(SpawnResponseMessage.self, payload).agent.map { [$0] } ?? []
                : try decode(SpawnBatchResponseMessage.self, payload).agents
            settle(spawned, of: count)
        case .release(let agents):
            let ended =
                share.plan.batch > 1
                ? try decode(ReleaseBatchResponseMessage.self, payload).ended
                : [try decode(ReleaseResponseMessage.self, payload).ended]
            if forget(agents, ended, call, now) {
                let count = ended.count { $0 }
                share.recorder.succeed(.release, began: call.began, ended: now, items: count)
            }
        case .clearAgents(let agents):
            let ended = try decode(ReleaseBatchResponseMessage.self, payload).ended
            _ = forget(agents, ended, call, now)
        case .clearPopulation(let count):
            let ended = try decode(ReleaseBatchResponseMessage.self, payload).ended
            share.livePopulation -= count
            let failed = count - ended.count { $0 }
            if failed > 0 { share.recorder.failAside("NOT_ENDED", items: failed) }
        case .validate(let expectsValid, let grant):
            let answer = try decode(ValidateResponseMessage.self, payload)
            if let grant { share.journal?.validated(grant, valid: answer.valid) }
            if answer.valid == expectsValid {
                share.recorder.succeed(.validate, began: call.began, ended: now)
            } else {
                let reason = answer.valid ? "VALID_AFTER_RELEASE" : "INVALID_WHILE_LIVE"
                share.recorder.fail(.validate, reason, began: call.began, ended: now)
            }
        case .renew(let place):
            guard let agent = try decode(RenewResponseMessage.self, payload).agent else {
                return fail(call, "ANSWER_INCOMPLETE", at: now)
            }
            crew.renewed(place, token: agent.token)
            share.recorder.succeed(.renew, began: call.began, ended: now)
        case .delegate:
            guard try decode(DelegateResponseMessage.self, payload).agent != nil else {
                return fail(call, "ANSWER_INCOMPLETE", at: now)
            }
            share.recorder.succeed(.delegate, began: call.began, ended: now)
        case .link(let end, let hop):
            linked(try decode(DelegateResponseMessage.self, payload).agent, end, hop: hop)
        }
    }

    private func decode<Message: DecodableMessage>(
        _ type: Message.Type, _ payload: UnsafeRawBufferPointer
    ) throws(DecodeFailure) -> Message {
        try Message.decode(payload, arena: share.arena, limits: .response)
    }

    private func keep(
        _ spawned: [SpawnedAgentMessage], keys: [AgentKeyPair], _ call: Call, _ now: Moment
    ) {
        guard spawned.count == keys.count else { return fail(call, "ANSWER_INCOMPLETE", at: now) }
        let due = now + share.plan.lifetime
        for (agent, key) in zip(spawned, keys) {
            guard let grant = GrantText(agent.grantID) else {
                share.recorder.fail(.spawn, "ANSWER_INCOMPLETE", began: call.began, ended: now)
                continue
            }
            share.journal?.spawned(grant, token: agent.token)
            agents.append(
                Agent(
                    grant: grant, key: key, due: due,
                    frame: share.plan.mix.presents
                        ? ValidateFrame(
                            token: agent.token, asksForClaims: share.plan.asksForClaims) : nil))
            share.liveAgents += 1
        }
        share.recorder.succeed(.spawn, began: call.began, ended: now, items: keys.count)
    }

    private func settle(_ spawned: [SpawnedAgentMessage], of count: Int) {
        let grants = spawned.compactMap { GrantText($0.grantID) }
        population += grants
        share.livePopulation += grants.count
        if grants.count < count {
            share.recorder.failAside("ANSWER_INCOMPLETE", items: count - grants.count)
        }
        for agent in spawned.prefix(share.presentedLeft) {
            share.book.append(
                ValidateFrame(token: agent.token, asksForClaims: share.plan.asksForClaims))
            share.presentedLeft -= 1
        }
    }

    /// False where the answer is not one to these agents.
    private func forget(
        _ agents: [Agent], _ ended: [Bool], _ call: Call, _ now: Moment
    ) -> Bool {
        share.liveAgents -= agents.count
        guard ended.count == agents.count else {
            share.recorder.fail(
                .release, "ANSWER_INCOMPLETE", began: call.began, ended: now, items: agents.count)
            return false
        }
        for (agent, isEnded) in zip(agents, ended) {
            share.keys.giveBack(agent.key)
            share.journal?.released(agent.grant, ended: isEnded)
            guard isEnded else {
                share.recorder.fail(.release, "NOT_ENDED", began: call.began, ended: now)
                continue
            }
            if plansToPresentTheDead, let frame = agent.frame {
                if released.count == Self.releasedKept { released.removeFirst() }
                released.append((frame, agent.grant))
            }
        }
        return true
    }

    /// Each such validation is a refusal that the broker puts on record: not for figures.
    private var plansToPresentTheDead: Bool { share.plan.journal != nil }

    /// A call that was refused, or whose answer will not come: then nobody knows whether its keys
    /// are held, and they are not used again.
    func fail(_ call: Call, _ reason: String, at now: Moment, isAnswered: Bool = true) {
        func record(_ kind: OperationKind, _ items: Int) {
            share.recorder.fail(kind, reason, began: call.began, ended: now, items: items)
        }
        switch call.kind {
        case .spawn(let key):
            if isAnswered { share.keys.giveBack(key) }
            record(.spawn, 1)
        case .spawnBatch(let keys):
            if isAnswered { for key in keys { share.keys.giveBack(key) } }
            record(.spawn, keys.count)
        case .populate(let count):
            share.recorder.failAside(reason, items: count)
        case .release(let agents), .clearAgents(let agents):
            share.liveAgents -= agents.count
            record(.release, agents.count)
        case .clearPopulation(let count):
            share.livePopulation -= count
            share.recorder.failAside(reason, items: count)
        case .validate: record(.validate, 1)
        // Nobody knows its token any more: it is not renewed again.
        case .renew: record(.renew, 1)
        case .delegate: record(.delegate, 1)
        case .link: share.recorder.failAside(reason)
        }
    }
}
