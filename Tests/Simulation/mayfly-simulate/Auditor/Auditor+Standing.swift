/// The validity rule once more: a walk over everything that a grant hangs on.
extension Auditor {
    /// Why a grant is dead, nil where it lives, and what there was to know for it.
    struct Standing {
        var why: Why?
        var restsOn: Position
    }

    func standing(_ id: WideID, _ now: Milliseconds) -> Standing {
        var restsOn: Position = 0
        var next: WideID? = id
        while let current = next {
            guard let row = present.row(current) else {
                let gone = present.goneAt[current] ?? 0
                return Standing(
                    why: current == id ? .unknownGrant : .orphaned, restsOn: max(restsOn, gone))
            }
            let own = fault(of: row, now)
            restsOn = max(restsOn, own.restsOn)
            if let why = own.why { return Standing(why: why, restsOn: restsOn) }
            if let holder = row.grant.link?.holder {
                guard let holding = present.row(holder) else {
                    let gone = present.goneAt[holder] ?? 0
                    return Standing(why: .orphaned, restsOn: max(restsOn, gone))
                }
                let fault = fault(of: holding, now)
                restsOn = max(restsOn, fault.restsOn)
                if fault.why != nil { return Standing(why: .orphaned, restsOn: restsOn) }
            }
            next = row.grant.link?.parent
        }
        return Standing(why: nil, restsOn: restsOn)
    }

    /// What is wrong with the grant by itself.
    private func fault(of row: State.Row, _ now: Milliseconds) -> Standing {
        let grant = row.grant
        var restsOn = grant.position
        if now >= grant.expiresAt { return Standing(why: .expired, restsOn: restsOn) }
        if row.isRevoked {
            return Standing(why: .revoked, restsOn: max(restsOn, row.revokedAt))
        }
        guard let key = present.keys[grant.key], key.state != .revoked else {
            let revokedAt = present.keys[grant.key]?.position ?? 0
            return Standing(why: .keyRetired, restsOn: max(restsOn, revokedAt))
        }
        guard let app = present.apps[grant.app] else {
            return Standing(why: .appRemoved, restsOn: restsOn)
        }
        restsOn = max(restsOn, app.position)
        if app.isRemoved { return Standing(why: .appRemoved, restsOn: restsOn) }
        return Standing(why: app.epoch == grant.epoch ? nil : .ceilingLowered, restsOn: restsOn)
    }

    func lives(_ id: WideID, _ now: Milliseconds) -> Bool { standing(id, now).why == nil }

    /// Every grant that lives.
    func living(_ now: Milliseconds) -> Set<WideID> {
        Set(present.rows.values.map(\.grant.id).filter { lives($0, now) })
    }

    /// What a token comes to.
    func judge(_ copy: TokenCopy, _ now: Milliseconds) -> Standing {
        guard let row = present.row(copy.grant) else { return standing(copy.grant, now) }
        guard copy.isSignatureGood, copy.unsigned == row.grant.unsigned else {
            return Standing(why: .tokenMismatch, restsOn: row.grant.position)
        }
        return standing(copy.grant, now)
    }

    /// The earliest of this time and the expiries of all that the grant hangs on.
    func end(of grant: Grant, noLaterThan own: Milliseconds) -> Milliseconds {
        var end = own
        var next = grant.link
        while let link = next {
            if let holder = present.row(link.holder) { end = min(end, holder.grant.expiresAt) }
            guard let parent = present.row(link.parent) else { break }
            end = min(end, parent.grant.expiresAt)
            next = parent.grant.link
        }
        return end
    }

    /// What its last link is: a root statement, or a hop.
    func lastLink(of grant: Grant) -> String { grant.link?.hop ?? TokenText.root(of: grant) }

    /// The root statement and every hop behind it; nothing for a root.
    func lineage(of grant: Grant) -> [String] {
        guard let link = grant.link else { return [] }
        guard let parent = present.row(link.parent) else { return [link.hop] }
        let before = lineage(of: parent.grant)
        return (before.isEmpty ? [TokenText.root(of: parent.grant)] : before) + [link.hop]
    }
}

/// `action:resource:identifier`, where a held `*` covers any identifier.
enum ScopeText {
    static func covers(_ held: [String], _ wanted: [String]) -> Bool {
        wanted.allSatisfy { covers(held, $0) }
    }

    static func covers(_ held: [String], _ wanted: String) -> Bool {
        held.contains { scope in
            scope == wanted || (scope.hasSuffix(":*") && wanted.hasPrefix(scope.dropLast(1)))
        }
    }

    static func isReserved(_ scope: String) -> Bool {
        scope.hasPrefix("admin:") || scope.hasPrefix("app:")
    }
}
