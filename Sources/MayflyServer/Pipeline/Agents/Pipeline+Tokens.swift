internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Presented tokens: a look-up of their bytes' digest, never a signature, except at the first
/// presentation of a grant that was recovered after a restart. Release is the simplest use.
extension Pipeline {
    func release(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ReleaseRequestMessage.self, payload)
        let outcome = try end(try target(of: message, request), request)
        // The core has put its refusal on record already.
        if case .refused(let refusal) = outcome.decision {
            return refuse(refusal, request, restingOn: outcome.dependsOn)
        }
        answer(
            request, restingOn: outcome.dependsOn, ReleaseResponseMessage(ended: outcome.hasEnded))
    }

    func releaseBatch(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ReleaseBatchRequestMessage.self, payload)
        try checkBatch(message.items.count, request)
        // Each is judged alone, but a batch that cannot be read ends nothing.
        var targets: [Target] = []
        targets.reserveCapacity(message.items.count)
        for item in message.items { targets.append(try target(of: item, request)) }
        var ended: [Bool] = []
        ended.reserveCapacity(targets.count)
        var position = LogPosition.start
        for target in targets {
            // An item that the core refuses, because the app is gone, has not ended; the others
            // may have, so the batch as a whole is answered.
            let outcome = try end(target, request, isBatch: true)
            ended.append(outcome.hasEnded)
            position = max(position, outcome.dependsOn)
        }
        answer(request, restingOn: position, ReleaseBatchResponseMessage(ended: ended))
    }

    private func end(
        _ target: Target, _ request: Request, isBatch: Bool = false
    ) throws(Refusal) -> Outcome {
        switch target {
        case .grant(let id):
            return apply(.release(.grant(id)), request)
        case .token(let presented, let token):
            guard let presented else { return Outcome(.released(ended: false), dependsOn: .start) }
            return try decide(
                .release(.token(presented.presentation)), presented, token, request,
                isBatch: isBatch)
        }
    }

    private enum Target {
        case token(PresentedToken?, UnsafeRawBufferPointer)
        case grant(GrantID)
    }

    private func target(
        of message: ReleaseRequestMessage, _ request: Request
    ) throws(Refusal) -> Target {
        switch message.target {
        case .token(let token):
            return .token(
                PresentedToken(token.rawBuffer, issuer: context.issuer), token.rawBuffer)
        case .grant(let text):
            guard request.caller.app != nil else { throw .appRequired }
            guard let id: GrantID = parseHex(text.rawBuffer) else {
                throw Refusal(
                    .invalidIdentifier, "A grant id is 32 lower-case hexadecimal characters.")
            }
            return .grant(id)
        case nil:
            throw Refusal(.malformedMessage, "Name a token or a grant id to release.")
        }
    }

    /// Asks the core; where the grant was recovered and not presented since, its token is made anew
    /// first, and then the presented one is compared with it like any other. That costs a signature;
    /// a batch has been found to have some left, and is not refused half way.
    func decide(
        _ command: Command, _ presented: PresentedToken, _ token: UnsafeRawBufferPointer,
        _ request: Request, isBatch: Bool = false
    ) throws(Refusal) -> Outcome {
        let outcome = apply(command, request)
        guard case .unproven(let grant) = outcome.decision else { return outcome }
        rest(on: outcome.dependsOn)
        if isBatch {
            request.connection.share.oweSignatures(1, at: turnBegan)
        } else {
            try spendSignatures(1, request)
        }
        spendVerification()
        guard let digest = presented.digestOfOriginal(token, as: grant, by: context.issuer) else {
            return refuseMismatch(command, request)
        }
        let original = Presentation(grant: presented.presentation.grant, digest: digest)
        context.authority.pin(original, unsignedDigest: grant.unsignedDigest)
        let second = apply(command, request)
        // Renewed in between: what was presented is the token before.
        if case .unproven = second.decision { return refuseMismatch(command, request) }
        return second
    }

    private func refuseMismatch(_ command: Command, _ request: Request) -> Outcome {
        context.authority.refuseMismatch(command, from: request.caller, at: request.now)
    }

    func checkBatch(_ count: Int, _ request: Request) throws(Refusal) {
        guard 1...Limits.batchItems ~= count else {
            throw Refusal(.batchSize, "A batch has 1 to \(Limits.batchItems) items.")
        }
        // Whether it will take any is not known yet; that there are some left is all it needs.
        try spendSignatures(0, request)
    }
}

extension Outcome {
    fileprivate var hasEnded: Bool {
        if case .released(let ended) = decision { ended } else { false }
    }
}
