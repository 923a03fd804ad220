internal import MayflyCrypto
internal import MayflyWire

/// What proofs on one connection are over, and what it has counted up to.
struct Session {
    let challenge: Challenge
    let issuer: IssuerText
    let issuerDigest: Digest32
    private(set) var stream: StreamID
    private var proofSequence: UInt64 = 0

    /// - Parameter stream: the last that the connection used.
    init(_ answer: AuthenticateResponseMessage, stream: StreamID) throws(LoadFailure) {
        guard let challenge = Challenge(answer.challenge) else {
            throw .protocolViolation("a challenge that is not 32 bytes")
        }
        guard let issuer = IssuerText(answer.issuer) else {
            throw .protocolViolation("an issuer that is none")
        }
        self.challenge = challenge
        self.issuer = issuer
        self.stream = stream
        issuerDigest = SHA256.digest([UInt8](answer.issuer.utf8))
    }

    /// Goes on behind calls that were made besides.
    mutating func skip(to stream: StreamID) { self.stream = max(self.stream, stream) }

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

    mutating func spawn(_ template: AgentSpecMessage, key: AgentKeyPair) -> ProvenRequestMessage {
        var body = SpawnBodyMessage()
        body.proofSequence = nextProofSequence()
        var agent = template
        agent.publicKey = ByteView(copying: key.publicKey.bytes)
        body.agent = agent
        return proven(.spawn, sequence: body.proofSequence, body, by: key)
    }

    /// A request of a body and the proof over it.
    func proven(
        _ purpose: ProofPurpose, sequence: UInt64, _ body: some EncodableMessage,
        by key: some Ed25519Signing
    ) -> ProvenRequestMessage {
        let bytes = body.encodedBytes()
        var message = ProvenRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: proof(purpose, sequence: sequence, body: bytes, by: key))
        return message
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
