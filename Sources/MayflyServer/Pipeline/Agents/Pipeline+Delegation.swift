internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Delegation: a hop that the delegator signed becomes the delegate's grant.
extension Pipeline {
    /// The public face of a live agent, for whoever knows its id.
    func describe(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(DescribeRequestMessage.self, payload)
        guard let agent = context.issuer.agent(message.agentID.rawBuffer) else {
            throw Refusal(
                .invalidIdentifier,
                "An agent id is spiffe://\(context.issuer.trustDomain)/agent/{orch}/{task}/{instance}."
            )
        }
        let (face, position) = look { $0.describe(agent, at: request.now) }
        guard let face else {
            throw Refusal(.delegateUnknown, "No live agent has this id.")
        }
        var response = DescribeResponseMessage()
        response.agentID = message.agentID.bytes
        response.publicKey = face.record.publicKey.bytes
        response.grantID = face.record.id.hex
        response.expiresAt = face.record.expiresAt.shifted(by: face.record.clockOffset).seconds
        response.root = face.root
        response.notAfter = face.record.notAfter.shifted(by: face.record.clockOffset).seconds
        answer(request, restingOn: position, response)
    }

    func delegate(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(DelegateRequestMessage.self, payload)
        guard let hop = Hop(parsing: message.hop.rawBuffer),
            let terms = HopTerms(hop, issuer: context.issuer)
        else {
            throw Refusal(
                .invalidHop,
                "The hop is not the one text of any between agents of this trust domain; see "
                    + "\"Delegation\" in proto/PROTOCOL.md.")
        }
        let token = message.token.rawBuffer
        guard let presented = PresentedToken(token, issuer: context.issuer) else {
            return refuseForeignToken(request)
        }
        try prove(hop, request)
        let command = Command.delegate(
            presented.presentation, terms, isByReference: message.byReference)
        answer(request, issuing: try decide(command, presented, token, request))
    }
}
