internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// What a proof says before it is checked.
struct Claim {
    let purpose: ProofPurpose
    let sequence: UInt64
    /// As received: the proof covers these very bytes.
    let body: ByteView
    let signature: ByteView
}

/// Proofs: an Ed25519 signature over this connection's challenge and the body's digest, each
/// sequence number accepted once.
extension Pipeline {
    /// - Parameter issuing: how many tokens will have to be signed where the proof is good.
    func prove(
        _ claim: Claim, by key: Ed25519PublicKey, issuing tokens: Int, _ request: Request
    ) throws(Refusal) {
        let challenge = try challenge(of: request)
        try checkFresh(claim.sequence, request)
        try spendSignatures(1 + tokens, request)
        spendVerification()
        let isGood = ProofMessage.withBytes(
            purpose: claim.purpose, issuerDigest: issuerDigest, challenge: challenge,
            proofSequence: claim.sequence, body: claim.body.rawBuffer
        ) { message in
            key.isValidSignature(claim.signature.rawBuffer, for: message)
        }
        guard isGood else {
            throw Refusal(
                .proofInvalid,
                "The proof is not a signature by this key over this connection's challenge and "
                    + "body; see \"What is signed\" in proto/PROTOCOL.md.")
        }
        request.connection.session?.proofs.accept(claim.sequence)
    }

    /// A hop is its own proof: it has the issuer, the challenge and the number in it.
    func prove(_ hop: Hop, _ request: Request) throws(Refusal) {
        let challenge = try challenge(of: request)
        let sequence = hop.content.proofSequence
        guard hop.content.challenge == challenge,
            hop.content.issuer.bytes.elementsEqual(context.issuer.issuer.utf8)
        else {
            throw Refusal(
                .proofInvalid,
                "The hop is not for this broker's issuer and this connection's challenge.")
        }
        try checkFresh(sequence, request)
        try spendSignatures(2, request)
        spendVerification()
        guard hop.isSigned else {
            throw Refusal(
                .proofInvalid, "The hop's signature is not by the key that it names as delegator's."
            )
        }
        request.connection.session?.proofs.accept(sequence)
    }

    /// What the request will cost in signatures comes out of its uid's share, before it is known
    /// whether it will be granted.
    func spendSignatures(_ count: Int, _ request: Request) throws(Refusal) {
        guard request.connection.share.takeSignatures(count, at: turnBegan) else {
            throw Refusal(
                .shareExhausted,
                "The signatures of this second are used up by this uid, or by all together that no "
                    + "app names; try again in a while.", limit: .signaturesPerSecond)
        }
    }

    private func challenge(of request: Request) throws(Refusal) -> Challenge {
        guard let session = request.connection.session else {
            throw Refusal(
                .authenticationRequired,
                "Ask for this connection's challenge first: Agents.Challenge, or Apps.Authenticate."
            )
        }
        return session.challenge
    }

    private func checkFresh(_ sequence: UInt64, _ request: Request) throws(Refusal) {
        guard request.connection.session?.proofs.isFresh(sequence) == true else {
            throw Refusal(
                .proofReplayed,
                "This proof_seq was used, is zero, or is \(ProofWindow.width) or more below the "
                    + "highest; count up from 1 on each connection.")
        }
    }
}
