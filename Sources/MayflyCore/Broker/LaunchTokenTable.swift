/// The launch tokens that were neither used nor have expired.
struct LaunchTokenTable {
    private var byDigest: [Digest: LaunchToken] = [:]
    private var digests: [Serial: Digest] = [:]
    private var countOfShare: [UserShare: Int] = [:]
    private var countOfApp: [Serial: Int] = [:]
    private var expiries = ExpiryQueue()

    var count: Int { byDigest.count }
    func count(of share: UserShare) -> Int { countOfShare[share] ?? 0 }
    func count(of app: Serial) -> Int { countOfApp[app] ?? 0 }
    /// Places kept for those that are to expire.
    var waitingCount: Int { expiries.count }

    func find(_ digest: Digest) -> LaunchToken? { byDigest[digest] }

    mutating func insert(_ token: LaunchToken) {
        byDigest[token.digest] = token
        digests[token.serial] = token.digest
        countOfShare[token.share, default: 0] += 1
        countOfApp[token.app, default: 0] += 1
        expiries.insert(token.serial, at: token.expiresAt)
    }

    mutating func remove(_ token: LaunchToken) {
        guard byDigest.removeValue(forKey: token.digest) != nil else { return }
        countOfShare[token.share] = count(of: token.share) == 1 ? nil : count(of: token.share) - 1
        countOfApp[token.app] = count(of: token.app) == 1 ? nil : count(of: token.app) - 1
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
