internal import MayflyCrypto
internal import MayflyWire
private import Synchronization

/// What a connection has once it speaks for an app: the challenge that its proofs are over. Dies
/// with the connection.
final class Session: Sendable {
    private let challenge: Challenge
    private let issuerDigest: Digest32
    /// The last number given to a proof.
    private let proofSequence = Atomic<UInt64>(0)

    init(_ response: AuthenticateResponseMessage) throws(MayflyError) {
        guard let challenge = Challenge(response.challenge) else {
            throw .protocolViolation("a challenge is 32 bytes, not \(response.challenge.count)")
        }
        self.challenge = challenge
        issuerDigest = SHA256.digest([UInt8](response.issuer.utf8))
    }

    /// Each number once, from 1.
    func nextProofSequence() -> UInt64 {
        proofSequence.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// The signature over `body`, which holds the same sequence number.
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
