internal import MayflyCrypto
internal import MayflyWire

/// Renewals and delegations.
extension Conversation {
    // MARK: Renew

    func renew(_ began: Moment) throws(LoadFailure) {
        guard let place = crew.takeIdle() else { throw .unusable("there is no token to renew") }
        let member = crew.members[place]
        let stream = try begin(Call(kind: .renew(place), began: began))
        var body = RenewBodyMessage()
        body.proofSequence = session.nextProofSequence()
        body.token = ByteView(copying: member.token)
        body.renewalID = ByteView(copying: share.randomBytes(count: 16))
        try send(
            .renew,
            session.proven(.renew, sequence: body.proofSequence, body, by: member.key),
            on: stream)
    }

    // MARK: Delegate

    /// One more grant at the end of the connection's own chain.
    func delegate(_ began: Moment) throws(LoadFailure) {
        guard let end = chainEnd ?? crew.root else {
            throw .unusable("there is nobody to delegate")
        }
        try delegate(from: end, as: { .delegate($0) }, began)
    }

    /// One hop of a chain that will be presented, or of the one that is delegated from.
    func link(from end: ChainEnd, _ began: Moment) throws(LoadFailure) {
        try delegate(from: end, as: { .link(end, hop: $0) }, began)
    }

    private func delegate(
        from end: ChainEnd, as kind: (Digest32) -> Call.Kind, _ began: Moment
    ) throws(LoadFailure) {
        let hop = crew.hop(from: end, &session, scope: share.scope)
        let stream = try begin(Call(kind: kind(SHA256.digest(hop)), began: began))
        var message = DelegateRequestMessage()
        message.token = ByteView(copying: end.token)
        message.hop = ByteView(copying: hop)
        try send(.delegate, message, on: stream)
    }

    /// A hop of the preparation was answered: the next one, or the chain is there.
    func linked(
        _ agent: SpawnedAgentMessage?, _ end: ChainEnd, hop: Digest32
    ) {
        guard let agent else { return share.recorder.failAside("ANSWER_INCOMPLETE") }
        let next = ChainEnd(
            depth: end.depth + 1, grant: GrantReference(ofHop: hop), previous: hop,
            token: agent.token)
        guard share.plan.mix.presents else {
            chainEnd = next
            return
        }
        guard next.depth == share.plan.chainDepth else { return chainsUnderWay.append(next) }
        guard share.presentedLeft > 0 else { return }
        share.presentedLeft -= 1
        share.book.append(
            ValidateFrame(token: agent.token, asksForClaims: share.plan.asksForClaims))
    }

    /// Goes on with a chain or begins one; false where all are there or under way.
    func populateChains() throws(LoadFailure) -> Bool {
        if let end = chainsUnderWay.popLast() {
            try link(from: end, .now())
            return true
        }
        guard share.populationLeft > 0, let root = crew.root else { return false }
        share.populationLeft -= 1
        try link(from: root, .now())
        return true
    }
}
