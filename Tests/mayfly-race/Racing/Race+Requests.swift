internal import MayflyCrypto
internal import MayflyWire

/// Requests, written into the outputs of connections.
extension Race {
    // MARK: Looking

    func validate(_ token: Token, on link: Link) {
        link.ask(
            .validate, token.presentation.encoded,
            Call(kind: .validate(token), sent: sequence.next()))
    }

    func validate(_ tokens: [Token], on link: Link) {
        link.ask(
            .validateBatch, PresentationBatch(tokens: tokens),
            Call(kind: .validateBatch(tokens), sent: sequence.next()))
    }

    // MARK: Making

    func spawn(at place: Place, on link: Link) {
        guard var session = link.session else { return }
        place.isSpawning = true
        let agentKeys = (0..<Plan.agentsPerFamily).map { _ in keys.take() }
        var body = SpawnBatchBodyMessage()
        body.proofSequence = session.nextProofSequence()
        body.agents = agentKeys.map { key in
            var agent = AgentSpecMessage()
            agent.orchestration = ByteView(copying: Plan.orchestration)
            agent.task = ByteView(copying: place.task)
            agent.scope = [ByteView(copying: Plan.scope)]
            agent.publicKey = ByteView(copying: key.publicKey.bytes)
            agent.ttlSeconds = Plan.lifetimeSeconds
            return agent
        }
        let bytes = body.encodedBytes()
        var message = SpawnBatchRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: session.proof(
                .spawnBatch, sequence: body.proofSequence, body: bytes, by: attestationKey))
        message.attestationKey = ByteView(copying: attestationKey.publicKey.bytes)
        link.session = session
        link.ask(
            .spawnBatch, message,
            Call(kind: .spawn(place, keys: agentKeys), sent: sequence.next()))
    }

    func delegate(from grant: Grant, to holder: Grant, on link: Link) {
        guard var session = link.session, let token = grant.current,
            let scope = ScopeText(Plan.scope)
        else { return }
        let content = Hop.Content(
            issuer: session.issuer, challenge: session.challenge,
            proofSequence: session.nextProofSequence(), delegator: grant.agent,
            delegatorKey: grant.key.publicKey, delegate: holder.agent,
            delegateKey: holder.key.publicKey, held: [scope], scope: [scope], audience: nil,
            maximumUses: nil, issuedAtSeconds: Moment.wallSeconds,
            expiresAtSeconds: grant.notAfterSeconds, parent: grant.reference,
            depth: grant.depth + 1, previous: grant.chainDigest)
        link.session = session
        let hop = Hop.sign(content, with: grant.key)
        var message = DelegateRequestMessage()
        message.token = ByteView(copying: token.bytes)
        message.hop = ByteView(copying: hop)
        let sent = sequence.next()
        let delegating = Delegating(token: token, holder: holder, hop: hop)
        begin(grant.family, "\(sent) delegate \(grant.name) to \(holder.name)")
        link.ask(.delegate, message, Call(kind: .delegate(delegating), sent: sent))
    }

    // MARK: Renewing

    /// Renewals of one token at once, each on a connection of its own; where answers to earlier ones
    /// were lost, those again instead.
    func race(for token: Token, rivals: Int, at place: Place?) {
        let repeats = token.lostRenewals
        token.lostRenewals = []
        let takers = runners(repeats.isEmpty ? rivals : repeats.count)
        let trial = Trial(
            token: token, rivals: takers.count, place: takers.isEmpty ? nil : place)
        for (number, link) in takers.enumerated() {
            let isRepeat = !repeats.isEmpty
            renew(
                token, id: isRepeat ? repeats[number].id : random.bytes16(), isRepeat: isRepeat,
                trial, on: link)
        }
        // What found no connection is asked the next time.
        token.lostRenewals += repeats.dropFirst(takers.count)
        heat(token.grant.family, looks: 2)
    }

    /// Distinct connections that have room, from a random one on.
    private func runners(_ count: Int) -> [Link] {
        var found: [Link] = []
        let start = random.below(links.count)
        for offset in links.indices where found.count < count {
            let link = links[(start + offset) % links.count]
            if link.session != nil, link.hasRoom { found.append(link) }
        }
        return found
    }

    private func renew(
        _ token: Token, id: [UInt8], isRepeat: Bool, _ trial: Trial, on link: Link
    ) {
        guard var session = link.session else { return }
        var body = RenewBodyMessage()
        body.proofSequence = session.nextProofSequence()
        body.token = ByteView(copying: token.bytes)
        body.renewalID = ByteView(copying: id)
        let bytes = body.encodedBytes()
        var message = RenewRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: session.proof(
                .renew, sequence: body.proofSequence, body: bytes, by: token.grant.key))
        link.session = session
        let attempt = Attempt(sent: sequence.next())
        token.fate.risk(attempt)
        begin(token.grant.family, "\(attempt.sent) renew \(token.name)")
        let renewal = Renewal(
            attempt: attempt, token: token, id: id, trial: trial, isRepeat: isRepeat)
        link.ask(.renew, message, Call(kind: .renew(renewal), sent: attempt.sent))
    }

    // MARK: Ending

    func end(_ token: Token, _ way: Ending.Way, on link: Link) {
        let attempt = Attempt(sent: sequence.next())
        let ending = Ending(way: way, attempt: attempt, token: token)
        let call = Call(kind: .end(ending), sent: attempt.sent)
        switch way {
        case .releaseToken:
            let target = ReleaseRequestMessage.Target.token(ByteView(copying: token.bytes))
            link.ask(.release, ReleaseRequestMessage(target: target), call)
        case .releaseGrant:
            let target = ReleaseRequestMessage.Target.grant(
                ByteView(copying: "\(token.grant.reference)"))
            link.ask(.release, ReleaseRequestMessage(target: target), call)
        case .revokeToken, .revokeAgent, .revokeChain, .revokeTask:
            guard let clerk = operators.min(by: { $0.callsUnderWay < $1.callsUnderWay }),
                clerk.hasRoom
            else { return }
            clerk.ask(.revoke, revocation(token, way), call)
        }
        ending.threaten()
        begin(token.grant.family, "\(attempt.sent) \(way) \(token.name)")
        heat(token.grant.family, looks: 2)
    }

    private func revocation(_ token: Token, _ way: Ending.Way) -> RevokeRequestMessage {
        var message = RevokeRequestMessage()
        switch way {
        case .revokeToken:
            message.level = .token
            message.target = token.id
        case .revokeAgent:
            message.level = .agent
            message.target = "\(token.grant.agent)"
        case .revokeChain:
            message.level = .chain
            message.target = "\(token.grant.reference)"
        case .revokeTask, .releaseToken, .releaseGrant:
            message.level = .task
            message.target = token.grant.family.task
            message.orchestration = Plan.orchestration
            // The next family in this place has the name again.
            message.allowNew = true
        }
        return message
    }

    private func begin(_ family: Family, _ note: @autoclosure () -> String) {
        family.changesUnderWay += 1
        family.note(note())
    }
}

extension Token {
    /// The `jti` of its payload.
    var id: String {
        let payload = bytes.withUnsafeBytes { bytes in
            UntrustedToken(bytes)?.decodePayload(of: bytes) ?? []
        }
        let mark = Array(#""jti":""#.utf8)
        for start in payload.indices.dropLast(mark.count + Self.idCharacters)
        where payload[start...].starts(with: mark) {
            let id = payload[(start + mark.count)...].prefix(Self.idCharacters)
            return String(decoding: id, as: UTF8.self)
        }
        return ""
    }

    private static let idCharacters = 32
}
