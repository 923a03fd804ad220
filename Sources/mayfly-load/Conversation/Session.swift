internal import MayflyCrypto
internal import MayflyWire

/// What proofs on one connection are over, and what it has counted up to.
struct Session {
    let challenge: Challenge
    let issuerDigest: Digest32
    private(set) var stream: StreamID
    private var proofSequence: UInt64 = 0

    /// - Parameter stream: the last that the connection used.
    init(_ answer: AuthenticateResponseMessage, stream: StreamID) throws(LoadFailure) {
        guard let challenge = Challenge(answer.challenge) else {
            throw .protocolViolation("a challenge that is not 32 bytes")
        }
        self.challenge = challenge
        self.stream = stream
        issuerDigest = SHA256.digest([UInt8](answer.issuer.utf8))
    }

    /// Nil where the connection has used every stream id there is.
    mutating func nextStream() -> StreamID? {
        guard let next = stream.next else { return nil }
        stream = next
        return next
    }

    mutating func nextProofSequence() -> UInt64 {
        proofSequence += 1
        return proofSequence
    }

    /// The 64 bytes of a proof over a body.
    func proof(
        _ purpose: ProofPurpose, sequence: UInt64, body: [UInt8], by key: some Ed25519Signing
    ) -> [UInt8] {
        body.withUnsafeBytes { body in
            ProofMessage.withBytes(
                purpose: purpose, issuerDigest: issuerDigest, challenge: challenge,
                proofSequence: sequence, body: body
            ) { key.signature(for: $0) }
        }
    }
}
