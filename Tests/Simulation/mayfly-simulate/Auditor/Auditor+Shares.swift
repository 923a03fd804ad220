/// Who is charged for what, and what that has to be within.
extension Auditor {
    /// Stands for all uids that nobody named.
    static let unnamed = UInt32.max

    /// As apps and the operator name uids at this moment.
    func share(of peer: Peer) -> UInt32 {
        let isNamed =
            settings.operatorUids.contains(peer.uid)
            || present.apps.values.contains { !$0.isRemoved && $0.uids.contains(peer.uid) }
        return isNamed ? peer.uid : Self.unnamed
    }

    func exhaustion(adding count: Int, of app: UInt64, _ exchange: Exchange) -> Why? {
        if let why = standstill(exchange) { return why }
        let held = present.shares[share(of: exchange.peer)] ?? State.Share()
        let ofApp = present.grantsOfApp[app] ?? 0
        if present.rows.count + count > settings.grants {
            return exhausted("live_grants", .liveGrantsExhausted)
        }
        if held.grants + count > settings.grantsOfUid {
            return exhausted("live_grants_per_uid", .liveGrantsExhausted)
        }
        if held.bytes >= settings.grantBytesOfUid {
            return exhausted("live_grant_bytes_per_uid", .liveGrantsExhausted)
        }
        return ofApp + count > settings.grantsOfApp
            ? exhausted("live_grants_per_app", .liveGrantsExhausted) : nil
    }

    func launchExhaustion(of app: UInt64, _ peer: Peer) -> Why? {
        let all = present.launches.values
        let share = share(of: peer)
        if all.count >= settings.launches {
            return exhausted("launch_tokens", .launchTokensExhausted)
        }
        if all.count(where: { $0.share == share }) >= settings.launchesOfUid {
            return exhausted("launch_tokens_per_uid", .launchTokensExhausted)
        }
        return all.count { $0.app == app } >= settings.launchesOfApp
            ? exhausted("launch_tokens_per_app", .launchTokensExhausted) : nil
    }
}
