internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Who is at the other end, and the challenge that its proofs are over.
extension Pipeline {
    /// How long an agent has to register itself once it has asked for the challenge: seconds.
    private static let registrationSeconds: UInt32 = 30

    func authenticate(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(AuthenticateRequestMessage.self, payload)
        let isClient = !message.clientID.isEmpty || !message.clientSecret.isEmpty
        let command: Command =
            try isClient ? clientCommand(message) : .authenticate(app: appName(message))
        if request.caller.app == nil {
            spendVerification()
            try admitPeer(of: request.connection, at: request.now)
        }
        let outcome = apply(command, request)
        switch outcome.decision {
        case .authenticated(let app):
            try begin(app, bySecret: isClient, request)
            answer(
                request, restingOn: outcome.dependsOn,
                response(app, session(of: request.connection), request))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an app is recognised or refused")
        }
    }

    private func appName(_ message: AuthenticateRequestMessage) throws(Refusal) -> Name {
        guard let name = Name(message.app) else {
            throw Refusal(.invalidIdentifier, "Name the app as it was registered.")
        }
        return name
    }

    private func clientCommand(_ message: AuthenticateRequestMessage) throws(Refusal) -> Command {
        guard message.app.isEmpty else {
            throw Refusal(
                .malformedMessage, "Name the app, or give its client id and secret, not both.")
        }
        guard let id = Name(message.clientID) else {
            throw Refusal(.invalidIdentifier, "Give the client id as it was shown.")
        }
        return .authenticateClient(id: id, digest: digest(ofSecret: message.clientSecret))
    }

    /// From here on the connection is the app.
    private func begin(
        _ app: AppRecord, bySecret: Bool, _ request: Request
    ) throws(Refusal) {
        let connection = request.connection
        try changeShare(of: connection, provenApp: bySecret ? app.serial : nil)
        connection.caller.app = app.serial
        if bySecret, let secret = app.secret {
            connection.caller.credential = .secret(generation: secret.generation)
        }
        connection.reader.frameLimit = WireLimits.frameBytes
    }

    /// The uid may have been named since the connection came, and a secret has a share of its own.
    private func changeShare(of connection: Connection, provenApp: Serial?) throws(Refusal) {
        let old = connection.share
        guard
            let new = context.shares.move(
                from: old, connection.caller.uid, provenApp: provenApp, at: turnBegan)
        else {
            throw Refusal(
                .shareExhausted,
                "\(old.limits.connectionsPerUid) connections are this app's already; close some.",
                limit: .connectionsPerUid)
        }
        guard new !== old else { return }
        turns.leave(connection.lane)
        connection.change(to: new, turns.join(new.key))
    }

    private func response(
        _ app: AppRecord, _ session: Connection.Session, _ request: Request
    ) -> AuthenticateResponseMessage {
        var response = AuthenticateResponseMessage()
        response.challenge = session.challenge.bytes
        response.issuer = context.issuer.issuer
        response.trustDomain = context.issuer.trustDomain
        response.app = app.name.text
        response.ceiling = app.ceiling.map(\.text)
        response.defaultTTLSeconds = app.defaultLifetimeSeconds
        response.maximumTTLSeconds = app.maximumLifetimeSeconds
        response.nowMilliseconds = told(request.now).milliseconds
        return response
    }

    /// The connection's challenge, for peers that speak for no app; one registration may follow.
    func challenge(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(ChallengeRequestMessage.self, payload)
        let session = session(of: request.connection)
        let closes = request.now.advanced(bySeconds: UInt64(Self.registrationSeconds))
        guard request.connection.openRegistration(until: closes) else {
            throw Refusal(
                .shareExhausted,
                "\(request.connection.share.limits.challengesPerUid) registrations of this uid are "
                    + "open; register, or wait until some have lapsed.", limit: .challengesPerUid)
        }
        var response = ChallengeResponseMessage()
        response.challenge = session.challenge.bytes
        response.expiresInSeconds = Self.registrationSeconds
        response.issuer = context.issuer.issuer
        response.trustDomain = context.issuer.trustDomain
        response.nowMilliseconds = told(request.now).milliseconds
        answer(request, restingOn: .start, response)
    }

    /// One for the connection's whole life.
    private func session(of connection: Connection) -> Connection.Session {
        if let session = connection.session { return session }
        let session = Connection.Session(challenge: Challenge(from: &random))
        connection.session = session
        return session
    }

    // MARK: Secrets

    /// What the core knows a secret by. A text that is no secret's has the digest of none.
    func digest(ofSecret text: String) -> Digest {
        var text = text
        return text.withUTF8 { digest(ofSecret: UnsafeRawBufferPointer($0)) }
    }

    func digest(ofSecret text: UnsafeRawBufferPointer) -> Digest {
        SecretText.digest(of: text, by: context.secrets).map { Digest($0) } ?? .zero
    }

    /// A fresh secret: the text, to be shown once, and what the core knows it by.
    func makeSecret() -> (text: String, digest: Digest) {
        var text: [UInt8] = []
        let digest = SecretText.make(from: &random, for: context.secrets, appendingTo: &text)
        return (String(decoding: text, as: UTF8.self), Digest(digest))
    }
}
