internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Spawn and SpawnBatch, up to the tokens that are still to be signed.
extension Pipeline {
    func spawn(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(SpawnRequestMessage.self, payload)
        let body = try decode(SpawnBodyMessage.self, message.body.rawBuffer)
        guard let agent = body.agent else {
            throw Refusal(.malformedMessage, "The body names no agent.")
        }
        var spec = try AgentSpec(agent)
        let wish = try BindingWish(agent)
        guard request.caller.app != nil else { throw .appRequired }
        try prove(
            Claim(
                purpose: .spawn, sequence: body.proofSequence, body: message.body,
                signature: message.proof),
            by: Ed25519PublicKey(spec.publicKey), issuing: 1, request)
        let held = try hang(&spec, on: wish, request)
        decideSpawn([spec], .agent, attestedBy: nil, holding: held.map { [$0] } ?? [], request)
    }

    func spawnBatch(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(SpawnBatchRequestMessage.self, payload)
        let body = try decode(SpawnBatchBodyMessage.self, message.body.rawBuffer)
        guard 1...Limits.batchItems ~= body.agents.count else {
            throw Refusal(.batchSize, "A batch has 1 to \(Limits.batchItems) items.")
        }
        var specs: [AgentSpec] = []
        specs.reserveCapacity(body.agents.count)
        for agent in body.agents { specs.append(try AgentSpec(agent)) }
        let wishes = try wishes(of: body.agents)
        guard replyBytes(for: specs) <= WireLimits.outboundFrameBytes else {
            throw Refusal(
                .replyTooLarge, "The tokens of this batch would not fit one answer; send fewer.")
        }
        let key = try attestationKey(message.attestationKey, request)
        try prove(
            Claim(
                purpose: .spawnBatch, sequence: body.proofSequence, body: message.body,
                signature: message.proof),
            by: Ed25519PublicKey(key), issuing: specs.count, request)
        let held = try hang(&specs, on: wishes, request)
        decideSpawn(specs, .attested, attestedBy: key, holding: held, request)
    }

    private func decideSpawn(
        _ specs: [AgentSpec], _ proof: Proof, attestedBy: PublicKey?,
        holding processes: [WatchedProcess], _ request: Request
    ) {
        let outcome = apply(.spawn(specs, proof: proof, attestedBy: attestedBy), request)
        settle(processes, outcome)
        switch outcome.decision {
        case .spawned(let issued):
            queueSigning(
                of: issued, for: request, restingOn: outcome.dependsOn, isBatch: attestedBy != nil)
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("a spawn is granted or refused")
        }
    }

    /// The key that the batch says it is signed with, if the app has it.
    private func attestationKey(
        _ named: ByteView, _ request: Request
    ) throws(Refusal) -> PublicKey {
        guard let app = request.caller.app else { throw .appRequired }
        let keys = look { $0.app(app)?.attestationKeys ?? [] }.result
        if named.isEmpty, keys.count == 1, let only = keys.first { return only }
        guard let key = PublicKey(named.rawBuffer), keys.contains(key) else {
            throw Refusal(
                .attestationKeyUnknown,
                "Name one of the keys that the operator registered for the app to attest with.")
        }
        return key
    }

    /// An upper bound on the answer to a batch, so that it is refused before anything is granted.
    private func replyBytes(for specs: [AgentSpec]) -> Int {
        let fixed =
            1_024 + context.issuer.issuer.utf8.count + 2 * context.issuer.trustDomain.utf8.count
        return specs.reduce(0) { total, spec in
            let scope = spec.scope.reduce(0) { $0 + $1.bytes.count + 3 }
            let names = 2 * (spec.orchestration.bytes.count + spec.task.bytes.count)
            let payload = fixed + scope + spec.audience.joined.count * 2 + names
            return total + payload * 4 / 3 + names + 512
        }
    }
}
