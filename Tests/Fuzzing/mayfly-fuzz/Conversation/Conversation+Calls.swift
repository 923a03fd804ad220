internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
internal import MayflyWire

/// Calls as a client makes them, with good proofs: what no fuzzer finds by itself.
extension Conversation {
    private static let scopes = ["read:data:*", "read:data:one", "write:data:one", "no scope"]

    /// One of the fixture's keys, and what its agent is to be.
    private func plan() -> (key: AgentKeyPair, spec: AgentSpecMessage) {
        let key = fixture.agentKeys[input.choice(fixture.agentKeys.count)]
        var spec = AgentSpecMessage()
        spec.orchestration = ByteView(copying: "orch")
        spec.task = ByteView(copying: "task-\(input.choice(4))")
        spec.scope = [ByteView(copying: Self.scopes[input.choice(Self.scopes.count)])]
        spec.publicKey = ByteView(copying: key.publicKey.bytes)
        spec.ttlSeconds = UInt32(input.byte())
        return (key, spec)
    }

    /// A grant that was given; nil while there is none.
    private func chosen() -> Held? {
        let choice = Int(input.byte())
        return held.isEmpty ? nil : held[choice % held.count]
    }

    private func proof(
        _ purpose: ProofPurpose, _ sequence: UInt64, _ body: [UInt8], _ peer: Peer,
        by key: some Ed25519Signing
    ) -> [UInt8] {
        guard let challenge = peer.challenge else { return [] }
        return body.withUnsafeBytes { body in
            ProofMessage.withBytes(
                purpose: purpose, issuerDigest: SHA256.digest([UInt8]("mayfly".utf8)),
                challenge: challenge, proofSequence: sequence, body: body
            ) { key.signature(for: $0) }
        }
    }

    private func proven(
        _ purpose: ProofPurpose, _ sequence: UInt64, _ body: [UInt8], _ peer: Peer,
        by key: AgentKeyPair
    ) -> ProvenRequestMessage {
        var request = ProvenRequestMessage()
        request.body = ByteView(copying: body)
        request.proof = ByteView(copying: proof(purpose, sequence, body, peer, by: key))
        return request
    }

    // MARK: Making

    func spawn(_ peer: Peer) {
        let (key, spec) = plan()
        var body = SpawnBodyMessage()
        body.proofSequence = peer.nextProofSequence()
        body.agent = spec
        let request = proven(.spawn, body.proofSequence, body.encodedBytes(), peer, by: key)
        ask(peer, .spawn, request, key: key)
    }

    func spawnBatch(_ peer: Peer) {
        var body = SpawnBatchBodyMessage()
        body.proofSequence = peer.nextProofSequence()
        body.agents = (0..<input.choice(12)).map { _ in plan().spec }
        let bytes = body.encodedBytes()
        var request = SpawnBatchRequestMessage()
        request.body = ByteView(copying: bytes)
        request.attestationKey = ByteView(copying: fixture.attestationKey.publicKey.bytes)
        request.proof = ByteView(
            copying: proof(
                .spawnBatch, body.proofSequence, bytes, peer, by: fixture.attestationKey))
        ask(peer, .spawnBatch, request)
    }

    func register(_ peer: Peer) {
        let (key, spec) = plan()
        var body = RegisterBodyMessage()
        body.proofSequence = peer.nextProofSequence()
        body.launchToken = ByteView(copying: launchToken)
        body.agent = spec
        body.supersede = input.flag()
        let request = proven(.register, body.proofSequence, body.encodedBytes(), peer, by: key)
        ask(peer, .register, request, key: key)
    }

    func askLaunchToken(_ peer: Peer) {
        var request = CreateLaunchTokenRequestMessage()
        request.ceiling = [Self.scopes[input.choice(Self.scopes.count)]]
        request.ttlSeconds = UInt32(input.byte())
        ask(peer, .createLaunchToken, request)
    }

    func delegate(_ peer: Peer) {
        guard let giver = chosen(), let taker = chosen(), let challenge = peer.challenge,
            let issuer = IssuerText("mayfly"), let wide = ScopeText(Self.scopes[0]),
            let narrow = ScopeText(Self.scopes[1])
        else { return }
        let now = world.context.clock.now.seconds
        let content = Hop.Content(
            issuer: issuer, challenge: challenge, proofSequence: peer.nextProofSequence(),
            delegator: giver.id, delegatorKey: giver.key.publicKey, delegate: taker.id,
            delegateKey: taker.key.publicKey, held: [input.flag() ? narrow : wide],
            scope: [narrow], audience: nil, maximumUses: input.flag() ? 2 : nil,
            issuedAtSeconds: now, expiresAtSeconds: now + UInt64(input.byte()),
            parent: giver.grant, depth: UInt8(1 + input.choice(5)),
            previous: previousLink(of: giver))
        var request = DelegateRequestMessage()
        request.token = ByteView(copying: giver.token)
        request.hop = ByteView(copying: Hop.sign(content, with: giver.key))
        request.byReference = input.flag()
        ask(peer, .delegate, request, key: taker.key)
    }

    /// What the next hop of a grant names: the last of its token's hops, else its root statement.
    private func previousLink(of giver: Held) -> Digest32 {
        let claims = giver.token.withUnsafeBytes { bytes in
            UntrustedToken(bytes).map { $0.decodePayload(of: bytes) } ?? []
        }
        let json = claims.withUnsafeBytes { JSONReader.read($0) }
        if let last = json?["delegation_chain"]?.texts?.last { return SHA256.digest(last) }
        // The audience, the end and the key of a grant of its own are those of its token.
        guard let json, let end = json["exp"]?.wholeNumber,
            let scopes = json["scope"]?.texts?.compactMap({ ScopeText($0) })
        else { return .sample }
        let statement = RootStatement(
            agent: giver.id, key: giver.key.publicKey, scope: scopes, audience: [],
            notAfterSeconds: end, grant: giver.grant)
        return SHA256.digest(statement.encoded())
    }

    // MARK: Using and ending

    func validate(_ peer: Peer) {
        guard let grant = chosen() else { return }
        var request = ValidateRequestMessage()
        request.token = ByteView(copying: grant.token)
        request.consumeUse = input.flag()
        request.omitClaims = input.flag()
        ask(peer, .validate, request)
    }

    func renew(_ peer: Peer) {
        guard let grant = chosen() else { return }
        var body = RenewBodyMessage()
        body.proofSequence = peer.nextProofSequence()
        body.token = ByteView(copying: grant.token)
        body.renewalID = ByteView(copying: [UInt8](repeating: input.byte(), count: 16))
        if input.flag() { body.scope = [ByteView(copying: Self.scopes[1])] }
        let request = proven(
            .renew, body.proofSequence, body.encodedBytes(), peer, by: grant.key)
        ask(peer, .renew, request, key: grant.key)
    }

    func release(_ peer: Peer) {
        guard let grant = chosen() else { return }
        let target: ReleaseRequestMessage.Target =
            input.flag()
            ? .grant(ByteView(copying: "\(grant.grant)")) : .token(ByteView(copying: grant.token))
        ask(peer, .release, ReleaseRequestMessage(target: target))
    }

    func heartbeat(_ peer: Peer) {
        guard let grant = chosen() else { return }
        var request = HeartbeatRequestMessage()
        request.token = ByteView(copying: grant.token)
        request.state = AgentStateMessage(rawValue: Int32(input.choice(5)))
        ask(peer, .heartbeat, request)
    }

    // MARK: The operator

    func operate(_ peer: Peer) {
        switch input.choice(12) {
        case 0: revoke(peer)
        case 1: ask(peer, .rotateKey, RotateKeyRequestMessage(emergency: input.flag()))
        case 2:
            ask(peer, .createApp, CreateAppRequestMessage(app: app(), issueSecret: input.flag()))
        case 3: ask(peer, .removeApp, RemoveAppRequestMessage(name: app().name))
        case 4: ask(peer, .listApps, ListAppsRequestMessage())
        case 5: ask(peer, .listGrants, ListGrantsRequestMessage())
        case 6: ask(peer, .status, StatusRequestMessage())
        case 7: ask(peer, .metrics, MetricsRequestMessage())
        case 8:
            ask(peer, .liftRevocation, LiftRevocationRequestMessage(recordID: UInt64(input.byte())))
        case 9: ask(peer, .acceptTime, AcceptTimeRequestMessage())
        case 10: ask(peer, .getKeys, GetKeysRequestMessage())
        default: queryEvents(peer)
        }
    }

    private func app() -> AppMessage {
        var app = AppMessage()
        let choice = input.choice(8)
        app.name = choice == 0 ? BrokerWorld.app : "app-\(choice)"
        app.ceiling = [Self.scopes[0]]
        app.uids = [UInt32(10 + choice)]
        app.heartbeatPolicy = HeartbeatPolicyMessage(rawValue: Int32(input.choice(5)))
        app.heartbeatIntervalSeconds = UInt32(input.byte())
        return app
    }

    private func revoke(_ peer: Peer) {
        var request = RevokeRequestMessage()
        request.level = RevocationLevelMessage(rawValue: Int32(input.choice(7)))
        request.allowNew = input.flag()
        request.target = chosen().map { request.level == .agent ? "\($0.id)" : "\($0.grant)" } ?? ""
        if request.level == .task { request.target = "task-\(input.choice(4))" }
        ask(peer, .revoke, request)
    }

    private func queryEvents(_ peer: Peer) {
        var request = QueryEventsRequestMessage()
        request.ascending = input.flag()
        request.limit = UInt32(input.byte())
        request.fromSequence = UInt64(input.byte())
        request.sinceMilliseconds = input.flag() ? .max : 0
        request.outcome = input.flag() ? "denied" : ""
        ask(peer, .queryEvents, request)
    }
}
