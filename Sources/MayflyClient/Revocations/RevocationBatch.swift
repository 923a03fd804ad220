internal import MayflyWire

/// One message of the stream of ends.
public struct RevocationBatch: Equatable, Sendable {
    /// Of its last digest: where a stream goes on that begins after this batch.
    public let position: UInt64
    /// What ended; empty in a heartbeat, which says that nothing did.
    public let digests: [RevocationDigest]
    /// Tokens issued before this are dead: when the broker's present boot first issued.
    public let firstIssueAt: UnixTime
    /// Ends before this batch were lost to this stream: what was taken from it is not enough, and
    /// the broker has to be asked about tokens until a stream from position 0 has caught up.
    public let hasGap: Bool
    /// Every end that was acknowledged before the stream was asked for has been brought: only from
    /// here on does who follows it know what is dead.
    public let isCurrent: Bool

    init(_ message: WatchRevocationsResponseMessage) throws(MayflyError) {
        var digests: [RevocationDigest] = []
        digests.reserveCapacity(message.digests.count)
        for bytes in message.digests {
            guard let digest = RevocationDigest(bytes.rawBuffer) else {
                throw .protocolViolation("a digest is 32 bytes, not \(bytes.count)")
            }
            digests.append(digest)
        }
        position = message.position
        self.digests = digests
        firstIssueAt = UnixTime(seconds: message.firstIssueAt)
        hasGap = message.gap
        isCurrent = message.current
    }
}
