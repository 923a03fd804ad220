/// What a stream of ends has brought so far: for a resource server that verifies tokens by itself.
///
///     var ended = RevocationSet()
///     for try await batch in try await mayfly.watchRevocations() { ended.insert(batch) }
///
/// It grows with the ends that it was told; `forget(receivedBefore:)` lets go of those whose tokens
/// have all expired since.
public struct RevocationSet: Sendable {
    private var receivedAt: [RevocationDigest: UnixTime] = [:]
    /// Tokens issued before this are dead.
    public private(set) var firstIssueAt = UnixTime(seconds: 0)
    /// Of the newest batch: where a stream goes on.
    public private(set) var position: UInt64 = 0
    /// Ends were lost. Then nothing is known to be alive: ask the broker, until another set from a
    /// stream from position 0 has caught up.
    public private(set) var hasGap = false

    /// A set that knows of no end.
    public init() {}

    /// Ends that are remembered.
    public var count: Int { receivedAt.count }

    /// Takes in a batch.
    ///
    /// - Parameter now: when it came, for `forget(receivedBefore:)`.
    public mutating func insert(_ batch: RevocationBatch, at now: UnixTime = .now) {
        for digest in batch.digests { receivedAt[digest] = now }
        firstIssueAt = max(firstIssueAt, batch.firstIssueAt)
        position = max(position, batch.position)
        hasGap = hasGap || batch.hasGap
    }

    /// Forgets what came before a time: what the longest life of a token, and leeway, lie behind.
    public mutating func forget(receivedBefore time: UnixTime) {
        receivedAt = receivedAt.filter { $0.value >= time }
    }

    /// Whether an end was announced.
    ///
    /// - Parameter target: as `RevocationDigest.init(_:_:)` takes it.
    public func contains(_ level: RevocationLevel, _ target: String) -> Bool {
        contains(RevocationDigest(level, target))
    }

    func contains(_ digest: RevocationDigest) -> Bool { receivedAt[digest] != nil }

    /// Whether a token is dead: itself, its grant or one that it hangs on, an agent of its lineage, a
    /// task of theirs, its chain, or everything of its time.
    ///
    /// Of a token by reference only the broker knows the lineage: this sees the token and its grant.
    public func revokes(_ token: VerifiedToken) -> Bool {
        if let issuedAt = token.issuedAt, issuedAt < firstIssueAt { return true }
        return token.revocationDigests.contains { contains($0) }
    }
}

extension VerifiedToken {
    /// All by which its end would be announced: at most 27.
    var revocationDigests: [RevocationDigest] {
        var digests = [
            RevocationDigest(.token, tokenID), RevocationDigest(.grant, grantID),
        ]
        if let root = lineage.first { digests.append(RevocationDigest(.chain, root.grantID)) }
        for link in lineage {
            if link.grantID != grantID { digests.append(RevocationDigest(.grant, link.grantID)) }
            digests.append(RevocationDigest(.agent, link.agentID))
            digests.append(RevocationDigest(.task, link.task))
            digests.append(RevocationDigest(.task, "\(link.orchestration)/\(link.task)"))
        }
        return digests
    }
}
