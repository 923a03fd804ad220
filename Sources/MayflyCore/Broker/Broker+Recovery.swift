/// What was durable before a restart, put back through the same mutators.
extension Broker {
    package func restore(_ app: AppRecord) { apps.write(app) }

    package func restore(_ token: LaunchToken) { launchTokens.insert(token) }

    /// Before the grants: what it covers is found by their positions as they come.
    ///
    /// - Parameter restarts: the machine was started anew, and the record has its whole time again.
    /// - Returns: what the store has to be told.
    package func restore(
        _ record: RevocationRecord, restarts: Bool, at now: Instant
    ) -> [Change] {
        var record = record
        if restarts {
            record.lapsesAt = max(
                record.lapsesAt,
                now.advanced(bySeconds: UInt64(settings.maximumLifetimeSeconds)))
        }
        revocations.write(record)
        live.tasks.restore(record)
        requestSweep(for: record)
        return restarts ? [.revocationWritten(record)] : []
    }

    /// Puts a grant back; false where its app is gone, so that the caller deletes the row.
    package func restore(_ grant: GrantRecord, at now: Instant) -> Bool {
        guard let app = apps.find(grant.app), live.find(grant.id) == nil else { return false }
        var grant = grant
        if settings.faults.forgetsBonds { grant.bond = nil }
        highestEnd = max(highestEnd, grant.notAfter)
        let slot = live.insert(grant, app: app)
        apps[app].liveGrants += 1
        begin(slot, now)
        return true
    }

    /// After the last row: what died with its app or its key is swept in the background.
    ///
    /// - Returns: the removed apps that have no grants left, to be deleted.
    package func finishRecovery() -> [Change] {
        requestSweep()
        return apps.removedWithoutGrants.map { serial in
            apps.delete(serial)
            return .appDeleted(serial)
        }
    }
}
