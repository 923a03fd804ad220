internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// What an agent does to keep its grant: renew its token, and say that it is alive.
extension Pipeline {
    func renew(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(RenewRequestMessage.self, payload)
        let body = try decode(RenewBodyMessage.self, message.body.rawBuffer)
        guard let renewal = RenewalID(body.renewalID.rawBuffer) else {
            throw Refusal(
                .invalidRenewalID, "renewal_id is 16 bytes of your choice, another each time.")
        }
        let scope =
            body.scope.isEmpty ? nil : try [Scope](field: "scope", body.scope)
        let token = body.token.rawBuffer
        guard let presented = PresentedToken(token, issuer: context.issuer) else {
            return refuseForeignToken(request)
        }
        // Where there is no such grant there is no key to prove anything by, and the core says so.
        let key = look { $0.publicKey(of: presented.presentation.grant) }.result
        if let key {
            try prove(
                Claim(
                    purpose: .renew, sequence: body.proofSequence, body: message.body,
                    signature: message.proof),
                by: Ed25519PublicKey(key), issuing: 1, request)
        }
        let renewalRequest = RenewalRequest(
            presentation: presented.presentation, provenBy: key ?? .zero, renewal: renewal,
            scope: scope, lifetimeSeconds: body.ttlSeconds)
        answer(request, issuing: try decide(.renew(renewalRequest), presented, token, request))
    }

    func heartbeat(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(HeartbeatRequestMessage.self, payload)
        let token = message.token.rawBuffer
        guard let presented = PresentedToken(token, issuer: context.issuer) else {
            return refuseForeignToken(request)
        }
        let outcome = try decide(
            .heartbeat(presented.presentation, AgentState(message.state)), presented, token,
            request)
        switch outcome.decision {
        case .alive(let expiresAt):
            answer(
                request, restingOn: outcome.dependsOn,
                HeartbeatResponseMessage(expiresAt: expiresAt.seconds))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an agent is alive or refused")
        }
    }

    /// Not in the form of our tokens: that only the audit learns.
    func refuseForeignToken(_ request: Request) {
        note(.invalidToken, request)
        refuse(.tokenNotValid, request, restingOn: .start)
    }
}

extension RenewalID {
    /// Nil where it is not 16 bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

extension AgentState {
    /// A state that this version has no name for is none.
    init(_ message: AgentStateMessage) {
        self = UInt8(exactly: message.rawValue).flatMap(AgentState.init(rawValue:)) ?? .unspecified
    }
}
