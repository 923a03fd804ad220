internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Who is at the other end, and which keys are ours.
extension Pipeline {
    func authenticate(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(AuthenticateRequestMessage.self, payload)
        guard message.clientID.isEmpty, message.clientSecret.isEmpty else {
            throw Refusal(
                .fieldUnsupported, "Client secrets are not served yet; apps are known by their uid."
            )
        }
        guard let name = Name(message.app) else {
            throw Refusal(.invalidIdentifier, "Name the app as it was registered.")
        }
        let outcome = context.authority.apply(
            .authenticate(app: name), from: request.caller, at: request.now)
        switch outcome.decision {
        case .authenticated(let app):
            let challenge = Challenge(from: &random)
            request.connection.caller.app = app.serial
            request.connection.session = Connection.Session(challenge: challenge)
            request.connection.reader.frameLimit = WireLimits.frameBytes
            var response = AuthenticateResponseMessage()
            response.challenge = challenge.bytes
            response.issuer = context.issuer.issuer
            response.trustDomain = context.issuer.trustDomain
            response.app = app.name.text
            response.ceiling = app.ceiling.map(\.text)
            response.defaultTTLSeconds = app.defaultLifetimeSeconds
            response.maximumTTLSeconds = app.maximumLifetimeSeconds
            response.nowMilliseconds = request.now.milliseconds
            answer(request, restingOn: outcome.dependsOn, response)
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an app is recognised or refused")
        }
    }

    func getKeys(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(GetKeysRequestMessage.self, payload)
        answer(request, restingOn: .start, context.publicKeys)
    }
}
