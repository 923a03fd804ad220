internal import MayflyCore

/// Each change of durable state as a change of a row.
extension Store {
    func apply(_ group: borrowing CommitGroup) throws(StoreFailure) {
        let withoutTrace = group.grantsWithoutTrace()
        for entry in group.entries {
            for change in entry.changes {
                if let serial = change.grantSerial, !withoutTrace.isEmpty,
                    withoutTrace.contains(serial)
                {
                    continue
                }
                try apply(change)
            }
        }
    }

    private func apply(_ change: Change) throws(StoreFailure) {
        row.clear()
        switch change {
        case .grantInserted(let grant):
            GrantRow.encode(grant, into: &row)
            try statements.insertGrant.run(key: grant.serial.rawValue, blob: row)
        case .grantUpdated(let grant):
            GrantRow.encode(grant, into: &row)
            try statements.updateGrant.run(key: grant.serial.rawValue, blob: row)
            try statements.updateGrant.requireChange("grants", grant.serial.rawValue)
        case .grantDeleted(let serial):
            try statements.deleteGrant.delete(serial.rawValue, from: "grants")
        case .appWritten(let app):
            AppRow.encode(app, into: &row)
            try statements.writeApp.run(key: app.serial.rawValue, blob: row)
        case .appDeleted(let serial):
            try statements.deleteApp.delete(serial.rawValue, from: "apps")
        case .launchTokenInserted(let token):
            LaunchTokenRow.encode(token, into: &row)
            try statements.insertLaunchToken.run(key: token.serial.rawValue, blob: row)
        case .launchTokenDeleted(let serial):
            try statements.deleteLaunchToken.delete(serial.rawValue, from: "launch_tokens")
        case .revocationWritten(let record):
            RevocationRow.encode(record, into: &row)
            try statements.writeRevocation.run(key: record.serial.rawValue, blob: row)
        case .revocationDeleted(let serial):
            try statements.deleteRevocation.delete(serial.rawValue, from: "revocations")
        case .keyWritten(let key):
            KeyRow.encode(key, into: &row)
            try statements.writeKey.run(key: UInt64(key.number.rawValue), blob: row)
        case .keyDeleted(let number):
            try statements.deleteKey.delete(UInt64(number.rawValue), from: "keys")
        case .clockOffsetWritten(let offset):
            try Meta.write(connection, .clockOffset, integer: offset.milliseconds)
        case .serialsReserved(let bound):
            try Meta.write(connection, .serialBound, integer: Int64(bound))
        }
    }
}

extension Change {
    fileprivate var grantSerial: Serial? {
        switch self {
        case .grantInserted(let grant), .grantUpdated(let grant): grant.serial
        case .grantDeleted(let serial): serial
        case .appWritten, .appDeleted, .launchTokenInserted, .launchTokenDeleted,
            .revocationWritten, .revocationDeleted, .keyWritten, .keyDeleted,
            .clockOffsetWritten, .serialsReserved:
            nil
        }
    }
}
