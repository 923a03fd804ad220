internal import MayflyCrypto
internal import MayflyWire
private import Synchronization

/// What the proofs of one connection are over, and the broker's clock. Dies with the connection.
final class Session: Sendable {
    let issuer: String
    let challenge: Challenge
    private let issuerDigest: Digest32
    /// The last number given to a proof.
    private let proofSequence = Atomic<UInt64>(0)
    private let clock: Lock<ClockReading>

    private struct ClockReading {
        var milliseconds: UInt64
        var readAt: MonotonicTime
    }

    convenience init(_ response: AuthenticateResponseMessage) throws(MayflyError) {
        try self.init(
            challenge: response.challenge, issuer: response.issuer,
            nowMilliseconds: response.nowMilliseconds)
    }

    convenience init(_ response: ChallengeResponseMessage) throws(MayflyError) {
        try self.init(
            challenge: response.challenge, issuer: response.issuer,
            nowMilliseconds: response.nowMilliseconds)
    }

    private init(
        challenge bytes: [UInt8], issuer: String, nowMilliseconds: UInt64
    ) throws(MayflyError) {
        guard let challenge = Challenge(bytes) else {
            throw .protocolViolation("a challenge is 32 bytes, not \(bytes.count)")
        }
        self.issuer = issuer
        self.challenge = challenge
        issuerDigest = SHA256.digest([UInt8](issuer.utf8))
        clock = Lock(ClockReading(milliseconds: nowMilliseconds, readAt: .now()))
    }

    /// The broker's clock, as far as can be told from when it last said.
    var brokerTime: UnixTime {
        let reading = clock.withLock { $0 }
        let since = MonotonicTime.now().nanoseconds(since: reading.readAt) / 1_000_000
        let (milliseconds, isOver) = reading.milliseconds.addingReportingOverflow(since)
        return UnixTime(milliseconds: isOver ? .max : milliseconds)
    }

    func setClock(_ milliseconds: UInt64) {
        clock.withLock { $0 = ClockReading(milliseconds: milliseconds, readAt: .now()) }
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

    /// A request of a body and the proof over it.
    func proven(
        _ purpose: ProofPurpose, sequence: UInt64, _ body: some EncodableMessage,
        by key: some Ed25519Signing
    ) -> EncodedMessage {
        let bytes = body.encodedBytes()
        var message = ProvenRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: proof(purpose, sequence: sequence, body: bytes, by: key))
        return EncodedMessage(message)
    }
}

/// Where one connection keeps its session: from the start where it speaks for an app, else from its
/// first challenge on.
final class SessionSlot: Sendable {
    private let held: Lock<Session?>

    init(_ session: Session? = nil) { held = Lock(session) }

    var session: Session? { held.withLock { $0 } }

    /// The connection's session after a challenge: a challenge stays the same, and so must the
    /// numbers of the proofs over it.
    func adopt(_ response: ChallengeResponseMessage) throws(MayflyError) -> Session {
        let fresh = try Session(response)
        return try held.withLock { session throws(MayflyError) in
            guard let present = session else {
                session = fresh
                return fresh
            }
            guard present.challenge.bytes == fresh.challenge.bytes else {
                throw .protocolViolation("a connection's challenge changed")
            }
            present.setClock(response.nowMilliseconds)
            return present
        }
    }
}
