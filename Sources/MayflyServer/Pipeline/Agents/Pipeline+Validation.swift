internal import MayflyCore
internal import MayflyWire

/// Validate: is this token good at this moment, and good enough for what is asked.
extension Pipeline {
    /// The longest claims there can be: those of a chain of five of the longest hops, which only a
    /// token by reference can have. Bytes.
    static let maximumClaimsBytes = 176 << 10

    func validate(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ValidateRequestMessage.self, payload)
        let check = try Check(message, issuer: context.issuer)
        if message.consumeUse { try checkMayConsume(request) }
        let (response, position) = try validity(of: check, request)
        answer(request, restingOn: position, response)
    }

    func validateBatch(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(ValidateBatchRequestMessage.self, payload)
        try checkBatch(message.items.count, request)
        // Each is judged alone, but a batch that cannot be read or answered consumes nothing.
        var checks: [Check] = []
        checks.reserveCapacity(message.items.count)
        for item in message.items { checks.append(try Check(item, issuer: context.issuer)) }
        if checks.contains(where: \.requirement.consumesUse) {
            try checkMayConsume(request)
            guard replyBytes(for: checks) <= WireLimits.outboundFrameBytes else {
                throw Refusal(
                    .replyTooLarge,
                    "The claims of this batch might not fit one answer; omit them, or send fewer.")
            }
        }
        var responses: [ValidateResponseMessage] = []
        responses.reserveCapacity(checks.count)
        var position = LogPosition.start
        var bytes = 0
        for check in checks {
            let (response, restsOn) = try validity(of: check, request, isBatch: true)
            position = max(position, restsOn)
            bytes += response.claims.count
            // Claims that nobody will get are not gathered: a short reference can stand for many.
            guard bytes <= WireLimits.outboundFrameBytes else {
                rest(on: position)
                throw Refusal(.replyTooLarge, "The answer would not fit one frame; ask for less.")
            }
            responses.append(response)
        }
        answer(request, restingOn: position, ValidateBatchResponseMessage(items: responses))
    }

    /// One token, and what is asked of it.
    private struct Check {
        let token: UnsafeRawBufferPointer
        /// Nil where the bytes cannot be a token of ours.
        let presented: PresentedToken?
        let requirement: Requirement
        let omitsClaims: Bool

        init(_ message: ValidateRequestMessage, issuer: TokenIssuer) throws(Refusal) {
            var requirement = try Requirement(message)
            requirement.wantsClaims = !message.omitClaims
            self.requirement = requirement
            token = message.token.rawBuffer
            presented = PresentedToken(token, issuer: issuer)
            omitsClaims = message.omitClaims
        }
    }

    private func validity(
        of check: Check, _ request: Request, isBatch: Bool = false
    ) throws(Refusal) -> (ValidateResponseMessage, LogPosition) {
        guard let presented = check.presented else {
            note(.invalidToken, request)
            return (ValidateResponseMessage(), .start)
        }
        let outcome = try decide(
            .validate(presented.presentation, check.requirement), presented, check.token, request,
            isBatch: isBatch)
        guard case .valid(let grant) = outcome.decision else {
            return (ValidateResponseMessage(), outcome.dependsOn)
        }
        var response = ValidateResponseMessage()
        response.valid = true
        if !check.omitsClaims {
            response.claims = grant.claims ?? presented.claims(of: check.token)
        }
        response.expiresAt = grant.expiresAt.seconds
        response.usesLeft = grant.usesLeft ?? 0
        return (response, outcome.dependsOn)
    }

    /// A use is taken from everyone who has the token: only those whom the broker knows may.
    private func checkMayConsume(_ request: Request) throws(Refusal) {
        if request.connection.role == .operator { return }
        guard look({ $0.standingApp(of: request.caller) }).result != nil else {
            throw .appRequired
        }
    }

    /// An upper bound on the answer, so that no use is consumed for one that cannot be given.
    private func replyBytes(for checks: [Check]) -> Int {
        let fixed = 64
        return checks.reduce(fixed) { total, check in
            guard let presented = check.presented, !check.omitsClaims else { return total + fixed }
            let grant = presented.presentation.grant
            let isReference = context.authority.read { $0.isByReference(grant) }.result
            return total + fixed + (isReference ? Self.maximumClaimsBytes : check.token.count)
        }
    }
}

extension Requirement {
    fileprivate init(_ message: ValidateRequestMessage) throws(Refusal) {
        self.init(consumesUse: message.consumeUse)
        if !message.requiredScope.isEmpty {
            scope = try [Scope](field: "required_scope", message.requiredScope)
        }
        if !message.requiredAudience.isEmpty {
            audience = try TextList(audience: [message.requiredAudience]).joined
        }
    }
}
