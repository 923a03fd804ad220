internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Validate and release: a look-up of the presented bytes' digest, never a signature, except at
/// the first presentation of a grant that was recovered after a restart.
extension Pipeline {
    func validate(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ValidateRequestMessage.self, payload)
        let (response, position) = try validity(of: message, request)
        answer(request, restingOn: position, response)
    }

    func validateBatch(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ValidateBatchRequestMessage.self, payload)
        try checkBatch(message.items.count)
        var responses: [ValidateResponseMessage] = []
        responses.reserveCapacity(message.items.count)
        var position = LogPosition.start
        for item in message.items {
            let (response, restsOn) = try validity(of: item, request)
            responses.append(response)
            position = max(position, restsOn)
        }
        answer(request, restingOn: position, ValidateBatchResponseMessage(items: responses))
    }

    private func validity(
        of message: ValidateRequestMessage, _ request: Request
    ) throws(Refusal) -> (ValidateResponseMessage, LogPosition) {
        if !message.requiredScope.isEmpty || !message.requiredAudience.isEmpty || message.consumeUse
        {
            throw Refusal(
                .fieldUnsupported,
                "required_scope, required_audience and consume_use are not served yet; compare the "
                    + "claims yourself.")
        }
        let token = message.token.rawBuffer
        guard let presented = PresentedToken(token, issuer: context.issuer) else {
            note(.invalidToken, request)
            return (ValidateResponseMessage(), .start)
        }
        let outcome = decide(.validate(presented.presentation), presented, token, request)
        guard case .valid(let expiresAt) = outcome.decision else {
            return (ValidateResponseMessage(), outcome.dependsOn)
        }
        var response = ValidateResponseMessage()
        response.valid = true
        response.claims =
            message.omitClaims ? [] : presented.claims(of: token, issuer: context.issuer)
        response.expiresAt = expiresAt.seconds
        return (response, outcome.dependsOn)
    }

    func release(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ReleaseRequestMessage.self, payload)
        let outcome = end(try target(of: message, request), request)
        // The core has put its refusal on record already.
        if case .refused(let refusal) = outcome.decision {
            return refuse(refusal, request, restingOn: outcome.dependsOn)
        }
        answer(
            request, restingOn: outcome.dependsOn, ReleaseResponseMessage(ended: outcome.hasEnded))
    }

    func releaseBatch(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ReleaseBatchRequestMessage.self, payload)
        try checkBatch(message.items.count)
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
            let outcome = end(target, request)
            ended.append(outcome.hasEnded)
            position = max(position, outcome.dependsOn)
        }
        answer(request, restingOn: position, ReleaseBatchResponseMessage(ended: ended))
    }

    private func end(_ target: Target, _ request: Request) -> Outcome {
        switch target {
        case .grant(let id):
            return context.authority.apply(
                .release(.grant(id)), from: request.caller, at: request.now)
        case .token(let presented, let token):
            guard let presented else { return Outcome(.released(ended: false), dependsOn: .start) }
            return decide(.release(.token(presented.presentation)), presented, token, request)
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
    /// first, and then the presented one is compared with it like any other.
    private func decide(
        _ command: Command, _ presented: PresentedToken, _ token: UnsafeRawBufferPointer,
        _ request: Request
    ) -> Outcome {
        let outcome = context.authority.apply(command, from: request.caller, at: request.now)
        guard case .unproven(let grant) = outcome.decision else { return outcome }
        spendVerification()
        guard let digest = presented.digestOfOriginal(token, as: grant, by: context.issuer) else {
            note(.tokenMismatch, request)
            return Outcome(.invalid(.tokenMismatch), dependsOn: outcome.dependsOn)
        }
        let original = Presentation(grant: presented.presentation.grant, digest: digest)
        context.authority.pin(original, unsignedDigest: grant.unsignedDigest)
        return context.authority.apply(command, from: request.caller, at: request.now)
    }

    private func checkBatch(_ count: Int) throws(Refusal) {
        guard 1...Limits.batchItems ~= count else {
            throw Refusal(.batchSize, "A batch has 1 to \(Limits.batchItems) items.")
        }
    }

    private func note(_ reason: Reason, _ request: Request) {
        _ = context.authority.apply(.recordRefusal(reason), from: request.caller, at: request.now)
    }
}

extension Outcome {
    fileprivate var hasEnded: Bool {
        if case .released(let ended) = decision { ended } else { false }
    }
}
