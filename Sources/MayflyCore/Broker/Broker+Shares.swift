/// Fair shares: what one uid or one app may hold, so that no other goes without.
///
/// What is made on a connection is charged to its uid, whatever app it is for, and to the app, whoever
/// made it. Uids that nobody named have one share together: a user who can make users gains nothing.
extension Broker {
    /// Whether an app or the operator has named this uid, so that it has a share of its own.
    package func isNamed(_ uid: UserID) -> Bool {
        settings.operatorUids.contains(uid) || apps.names(uid)
    }

    /// The uids that have a share each, in order.
    package var namedUids: [UserID] {
        apps.namedUids.union(settings.operatorUids).sorted { $0.rawValue < $1.rawValue }
    }

    func share(of caller: Caller) -> UserShare {
        isNamed(caller.uid) && !settings.faults.poolsShares
            ? UserShare(of: caller.uid) : .unnamed
    }

    /// What the share holds: live grants, bytes of their texts, launch tokens.
    package func holding(
        of share: UserShare
    ) -> (grants: Int, textBytes: Int, launchTokens: Int) {
        let holding = live.shares[share]
        return (holding.grants, holding.textBytes, launchTokens.count(of: share))
    }

    /// Why so many more grants of the app may not be now, or nil. Bytes are looked at as they are:
    /// a request may pass their limit by its own size, which a frame bounds.
    func exhaustion(
        adding grants: Int, of app: AppTable.Index, _ caller: Caller
    ) -> Refusal? {
        if let standstill { return standstill }
        if live.count + grants > settings.maximumLiveGrants {
            return Refusal(
                .liveGrantsExhausted,
                "The broker holds as many live grants as it may; release some and try again.",
                limit: .liveGrants)
        }
        let held = live.shares[share(of: caller)]
        if held.grants + grants > settings.liveGrantsOfUid {
            return Refusal(
                .liveGrantsExhausted,
                "Your uid holds as many live grants as it may; release some and try again.",
                limit: .liveGrantsPerUid)
        }
        if held.textBytes >= settings.liveGrantBytesPerUid {
            return Refusal(
                .liveGrantsExhausted,
                "The live grants of your uid have as much text as they may: release some, or ask for "
                    + "shorter scopes.",
                limit: .liveGrantBytesPerUid)
        }
        if apps[app].liveGrants + grants > settings.liveGrantsOfApp {
            return Refusal(
                .liveGrantsExhausted,
                "The app holds as many live grants as it may; release some and try again.",
                limit: .liveGrantsPerApp)
        }
        return nil
    }

    /// Why the app may have no more launch tokens from the caller now, or nil.
    func launchTokenExhaustion(of app: Serial, _ caller: Caller) -> Refusal? {
        let limit: ShareLimit
        if launchTokens.count >= settings.maximumLaunchTokens {
            limit = .launchTokens
        } else if launchTokens.count(of: share(of: caller)) >= settings.launchTokensOfUid {
            limit = .launchTokensPerUid
        } else if launchTokens.count(of: app) >= settings.launchTokensOfApp {
            limit = .launchTokensPerApp
        } else {
            return nil
        }
        return Refusal(
            .launchTokensExhausted,
            "As many launch tokens are out as may be; wait until some are used or expire.",
            limit: limit)
    }
}

extension BrokerSettings {
    /// Of a total no larger than this everyone may have all: a quarter would be no use to anyone.
    package static let undividedShare = 1_000

    /// What one uid or one app may have where nobody said: a quarter of the total, so that three
    /// others get as much. Of the default total that is a million live grants, far more than the
    /// single app of a host has at once; a broker set up for more says so.
    package static func share(of total: Int) -> Int {
        max(min(total, undividedShare), total / 4)
    }

    package var liveGrantsOfUid: Int { liveGrantsPerUid ?? Self.share(of: maximumLiveGrants) }
    package var liveGrantsOfApp: Int { liveGrantsPerApp ?? Self.share(of: maximumLiveGrants) }
    package var launchTokensOfUid: Int {
        launchTokensPerUid ?? Self.share(of: maximumLaunchTokens)
    }
    package var launchTokensOfApp: Int {
        launchTokensPerApp ?? Self.share(of: maximumLaunchTokens)
    }
}

extension GrantRecord {
    /// What it takes beside its entry: what its share is charged.
    var textBytes: Int {
        var bytes = orchestration.bytes.count + task.bytes.count
        bytes += scope.joined.count + audience.joined.count
        if let delegation {
            bytes += delegation.hop.count + delegation.subject.orchestration.bytes.count
            bytes += delegation.subject.task.bytes.count
        }
        return bytes
    }
}
