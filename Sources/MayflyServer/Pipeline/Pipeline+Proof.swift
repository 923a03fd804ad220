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
    func prove(
        _ claim: Claim, by key: Ed25519PublicKey, _ request: Request
    ) throws(Refusal) {
        guard let session = request.connection.session else { throw .appRequired }
        guard session.proofs.isFresh(claim.sequence) else {
            throw Refusal(
                .proofReplayed,
                "This proof_seq was used, is zero, or is \(ProofWindow.width) or more below the "
                    + "highest; count up from 1 on each connection.")
        }
        spendVerification()
        let isGood = ProofMessage.withBytes(
            purpose: claim.purpose, issuerDigest: issuerDigest, challenge: session.challenge,
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
}
