/// What a proof is for: a signature made for one purpose is no proof for another.
package enum ProofPurpose: CaseIterable, Sendable {
    /// By the agent's own key, over a SpawnBody.
    case spawn
    /// By a key that the operator registered for the app, over a SpawnBatchBody.
    case spawnBatch
    /// By the agent's key, over a RegisterBody.
    case register
    /// By the agent's key, over a RenewBody.
    case renew

    var context: StaticString {
        switch self {
        case .spawn: "mayfly/v1/spawn"
        case .spawnBatch: "mayfly/v1/spawn-batch"
        case .register: "mayfly/v1/register"
        case .renew: "mayfly/v1/renew"
        }
    }
}

/// The bytes that a proof signs:
/// `mayfly/v1/<purpose>` || 0x00 || SHA-256(issuer) || challenge || u64 proof_seq, big-endian ||
/// SHA-256(body as received).
///
/// The context has no zero byte and everything after it a fixed length: two different requests
/// never give the same bytes. The digest of the issuer keeps a proof from another broker.
package enum ProofMessage {
    private static let fixedCount =
        1 + Digest32.count + Challenge.count + MemoryLayout<UInt64>.size + Digest32.count

    /// Builds the message on the stack; the pointer must not outlive the closure.
    package static func withBytes<Result>(
        purpose: ProofPurpose, issuerDigest: Digest32, challenge: Challenge,
        proofSequence: UInt64, body: UnsafeRawBufferPointer,
        _ use: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let context = purpose.context
        let count = context.utf8CodeUnitCount + fixedCount
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { message in
            var end = 0
            func append(_ bytes: UnsafeRawBufferPointer) {
                UnsafeMutableRawBufferPointer(rebasing: message[end..<end + bytes.count])
                    .copyMemory(from: bytes)
                end += bytes.count
            }
            append(
                UnsafeRawBufferPointer(start: context.utf8Start, count: context.utf8CodeUnitCount))
            withUnsafeBytes(of: UInt8(0)) { append($0) }
            issuerDigest.withBytes { append($0) }
            challenge.withBytes { append($0) }
            withUnsafeBytes(of: proofSequence.bigEndian) { append($0) }
            SHA256.digest(body).withBytes { append($0) }
            precondition(end == count, "the message has the length its parts add up to")
            return use(UnsafeRawBufferPointer(message))
        }
    }

    /// The same bytes, to keep.
    package static func build(
        purpose: ProofPurpose, issuerDigest: Digest32, challenge: Challenge,
        proofSequence: UInt64, body: UnsafeRawBufferPointer
    ) -> [UInt8] {
        withBytes(
            purpose: purpose, issuerDigest: issuerDigest, challenge: challenge,
            proofSequence: proofSequence, body: body
        ) { [UInt8]($0) }
    }
}
