internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Launch tokens, and the agents that register themselves with one.
extension Pipeline {
    func createLaunchToken(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        let message = try decode(CreateLaunchTokenRequestMessage.self, payload)
        let secret = makeSecret()
        let terms = LaunchTokenTerms(
            digest: secret.digest, label: try Name(label: message.label),
            ceiling: try [Scope](field: "ceiling", texts: message.ceiling),
            lifetimeSeconds: message.ttlSeconds,
            maximumAgentLifetimeSeconds: message.maximumAgentTTLSeconds)
        give(secret.text, apply(.createLaunchToken(terms), request), request)
    }

    /// On behalf of an app.
    func operatorCreateLaunchToken(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        let message = try decode(OperatorCreateLaunchTokenRequestMessage.self, payload)
        let app = try Name(appName: message.app)
        let secret = makeSecret()
        let terms = LaunchTokenTerms(
            digest: secret.digest, label: try Name(label: message.label),
            ceiling: try [Scope](field: "ceiling", texts: message.ceiling),
            lifetimeSeconds: message.ttlSeconds,
            maximumAgentLifetimeSeconds: message.maximumAgentTTLSeconds)
        give(secret.text, apply(.createLaunchToken(terms, app: app), request), request)
    }

    private func give(_ secret: String, _ outcome: Outcome, _ request: Request) {
        switch outcome.decision {
        case .launchToken(let token):
            var response = CreateLaunchTokenResponseMessage()
            response.launchToken = secret
            response.expiresAt = told(token.expiresAt).seconds
            answer(request, restingOn: outcome.dependsOn, response)
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("a launch token is made or refused")
        }
    }

    /// The launch token is looked at before the proof, so that a wrong one costs no signature
    /// check, and used up after it, so that nobody else's registration can use it up.
    func register(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(RegisterRequestMessage.self, payload)
        let body = try decode(RegisterBodyMessage.self, message.body.rawBuffer)
        guard let agent = body.agent else {
            throw Refusal(.malformedMessage, "The body names no agent.")
        }
        var spec = try AgentSpec(agent)
        let wish = try BindingWish(agent)
        let launchToken = digest(ofSecret: body.launchToken.rawBuffer)
        if let fault = context.authority.registrationFault(
            spec, launchToken, at: request.now)
        {
            rest(on: fault.dependsOn)
            throw fault.refusal
        }
        guard let closes = request.connection.session?.registrationCloses, request.now < closes
        else {
            throw Refusal(
                .challengeExpired,
                "Ask Agents.Challenge on this connection; one registration may follow within 30 s.")
        }
        try prove(
            Claim(
                purpose: .register, sequence: body.proofSequence, body: message.body,
                signature: message.proof),
            by: Ed25519PublicKey(spec.publicKey), issuing: 1, request)
        let held = try hangOwn(&spec, on: wish, request)
        let outcome = apply(
            .register(spec, launchToken: launchToken, supersede: body.supersede), request)
        settle(held.map { [$0] } ?? [], outcome)
        if case .issued = outcome.decision {
            request.connection.closeRegistration()
        }
        answer(request, issuing: outcome)
    }
}

extension Name {
    /// What the audit calls a launch token, if anything.
    fileprivate init?(label: String) throws(Refusal) {
        if label.isEmpty { return nil }
        guard let name = Name(label) else {
            throw Refusal(
                .invalidIdentifier,
                "A label is 1 to \(Name.maximumBytes) bytes of [A-Za-z0-9._-], or empty.")
        }
        self = name
    }
}
