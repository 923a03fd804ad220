/// The launch tokens that were neither used nor have expired.
struct LaunchTokenTable {
    private var byDigest: [Digest: LaunchToken] = [:]
    private var digests: [Serial: Digest] = [:]
    private var expiries = ExpiryQueue()

    var count: Int { byDigest.count }
    /// Places kept for those that are to expire.
    var waitingCount: Int { expiries.count }

    func find(_ digest: Digest) -> LaunchToken? { byDigest[digest] }

    mutating func insert(_ token: LaunchToken) {
        byDigest[token.digest] = token
        digests[token.serial] = token.digest
        expiries.insert(token.serial, at: token.expiresAt)
    }

    mutating func remove(_ token: LaunchToken) {
        byDigest[token.digest] = nil
        digests[token.serial] = nil
        expiries.tidy(keeping: count) { serial, _ in digests[serial] != nil }
    }

    /// Takes out one whose time is over.
    mutating func nextExpired(at now: Instant) -> LaunchToken? {
        while let serial = expiries.next(at: now) {
            guard let digest = digests[serial], let token = byDigest[digest] else { continue }
            remove(token)
            return token
        }
        return nil
    }
}
