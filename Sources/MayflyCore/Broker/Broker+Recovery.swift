/// What was durable before a restart, put back through the same mutators.
extension Broker {
    package func restore(_ app: AppRecord) { apps.write(app) }

    /// Puts a grant back; false where its app is gone, so that the caller deletes the row.
    package func restore(_ grant: GrantRecord) -> Bool {
        guard let app = apps.find(grant.app), live.find(grant.id) == nil else { return false }
        _ = live.insert(grant)
        apps[app].liveGrants += 1
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
