/// The validity rule: looked up in full at every use, never cascaded.
extension Broker {
    /// Whether the grant and everything it hangs on is alive, and what the answer rests on.
    struct Standing {
        /// Nil where the grant is valid.
        var reason: Reason?
        var dependsOn: LogPosition
    }

    /// At most 11 look-ups: the grant, five ancestors, and the holder of each but the root.
    func standing(of slot: Slot, at now: Instant) -> Standing {
        var dependsOn = LogPosition.start
        var current = slot
        for _ in 0...Limits.delegationDepth {
            if let reason = ownFault(current, now, &dependsOn) {
                return Standing(reason: reason, dependsOn: dependsOn)
            }
            if let holder = live[current].record.holder {
                guard let slot = live.find(holder), ownFault(slot, now, &dependsOn) == nil else {
                    return Standing(reason: .orphaned, dependsOn: max(dependsOn, lastEnd))
                }
            }
            guard let parent = live[current].record.parent else {
                return Standing(reason: nil, dependsOn: dependsOn)
            }
            guard let slot = live.find(parent) else {
                return Standing(reason: .orphaned, dependsOn: max(dependsOn, lastEnd))
            }
            current = slot
        }
        return Standing(reason: .orphaned, dependsOn: dependsOn)
    }

    /// What is wrong with this grant by itself.
    private func ownFault(_ slot: Slot, _ now: Instant, _ dependsOn: inout LogPosition) -> Reason? {
        dependsOn = max(dependsOn, live[slot].record.position)
        if now >= live[slot].record.expiresAt { return .expired }
        if live[slot].record.key != signingKey { return .keyRetired }
        guard let app = apps.find(live[slot].record.app) else { return .appRemoved }
        dependsOn = max(dependsOn, apps[app].record.position)
        if apps[app].isRemoved { return .appRemoved }
        return apps[app].record.epoch == live[slot].record.appEpoch ? nil : .ceilingLowered
    }

    /// What a presented token comes to.
    enum Presented {
        case live(Slot, dependsOn: LogPosition)
        case unproven(UnprovenGrant, dependsOn: LogPosition)
        case dead(Reason, dependsOn: LogPosition)
    }

    func resolve(_ presentation: Presentation, at now: Instant) -> Presented {
        guard let slot = live.find(presentation.grant) else {
            return .dead(.unknownGrant, dependsOn: lastEnd)
        }
        guard let digest = live[slot].tokenDigest else {
            let grant = UnprovenGrant(
                key: live[slot].record.key, unsignedDigest: live[slot].record.unsignedDigest)
            return .unproven(grant, dependsOn: live[slot].record.position)
        }
        guard digest.equalsInConstantTime(presentation.digest) else {
            return .dead(.tokenMismatch, dependsOn: live[slot].record.position)
        }
        let standing = standing(of: slot, at: now)
        if let reason = standing.reason { return .dead(reason, dependsOn: standing.dependsOn) }
        return .live(slot, dependsOn: standing.dependsOn)
    }

    func validate(_ presentation: Presentation, _ caller: Caller, _ now: Instant) -> Outcome {
        switch resolve(presentation, at: now) {
        case .live(let slot, let dependsOn):
            count(\.validated)
            return Outcome(
                .valid(expiresAt: live[slot].record.expiresAt), dependsOn: dependsOn)
        case .unproven(let grant, let dependsOn):
            return Outcome(.unproven(grant), dependsOn: dependsOn)
        case .dead(let reason, let dependsOn):
            count(\.validated)
            var outcome = Outcome(.invalid(reason), dependsOn: dependsOn)
            noteRefusal(reason, caller, now, grant: presentation.grant, in: &outcome)
            return outcome
        }
    }

    /// Keeps the digest of the grant's whole token: once it is signed, or once the signature of a
    /// recovered grant's token was verified. False where the grant is gone or has another token.
    @discardableResult
    package func pin(_ grant: GrantID, digest: Digest, unsignedDigest: Digest? = nil) -> Bool {
        guard let slot = live.find(grant) else { return false }
        if let unsignedDigest {
            guard unsignedDigest.equalsInConstantTime(live[slot].record.unsignedDigest) else {
                return false
            }
        }
        live[slot].tokenDigest = digest
        return true
    }
}
