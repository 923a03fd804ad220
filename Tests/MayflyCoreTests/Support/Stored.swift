@testable import MayflyCore

/// What a store would hold: changes applied strictly, one after another.
struct Stored: Equatable {
    private(set) var apps: [Serial: AppRecord] = [:]
    private(set) var grants: [Serial: GrantRecord] = [:]
    private(set) var launchTokens: [Serial: LaunchToken] = [:]
    private(set) var revocations: [Serial: RevocationRecord] = [:]
    private(set) var keys: [KeyNumber: KeyRecord] = [Stored.firstKey.number: Stored.firstKey]
    private(set) var clockOffset = ClockOffset.none
    private(set) var serialBound: UInt64 = 1
    private(set) var position = LogPosition.start

    /// What a store has before there is anything in it.
    private static let firstKey = KeyRecord(
        number: KeyNumber(rawValue: 1), publicKey: PlainIssuance.key(77), state: .current,
        notBefore: .zero, notAfter: nil, position: .start)

    /// Applies what an outcome did; gives what a store would have to object to.
    mutating func apply(_ outcome: Outcome) -> [String] {
        position = LogPosition(rawValue: position.rawValue + UInt64(outcome.events.count))
        var faults: [String] = []
        if outcome.events.isEmpty && !outcome.changes.isEmpty {
            faults.append("changes without an event")
        }
        for change in outcome.changes {
            if let fault = apply(change) { faults.append("\(fault): \(change)") }
        }
        return faults
    }

    private mutating func apply(_ change: Change) -> String? {
        switch change {
        case .grantInserted(let record):
            guard grants.updateValue(record, forKey: record.serial) == nil else { return "twice" }
            return fault(of: record.serial, record.position)
        case .grantUpdated(let record):
            guard grants.updateValue(record, forKey: record.serial) != nil else { return "absent" }
            return fault(of: record.serial, record.position)
        case .grantDeleted(let serial):
            return grants.removeValue(forKey: serial) == nil ? "absent" : nil
        case .appWritten(let record):
            apps[record.serial] = record
            return fault(of: record.serial, record.position)
        case .appDeleted(let serial):
            if grants.values.contains(where: { $0.app == serial }) { return "has grants" }
            return apps.removeValue(forKey: serial) == nil ? "absent" : nil
        case .launchTokenInserted(let token):
            guard launchTokens.updateValue(token, forKey: token.serial) == nil else {
                return "twice"
            }
            return fault(of: token.serial, token.position)
        case .launchTokenDeleted(let serial):
            return launchTokens.removeValue(forKey: serial) == nil ? "absent" : nil
        case .revocationWritten(let record):
            revocations[record.serial] = record
            return fault(of: record.serial, record.position)
        case .revocationDeleted(let serial):
            return revocations.removeValue(forKey: serial) == nil ? "absent" : nil
        case .keyWritten(let record):
            keys[record.number] = record
            return record.position > position ? "positioned past the log" : nil
        case .keyDeleted(let number):
            return keys.removeValue(forKey: number) == nil ? "absent" : nil
        case .clockOffsetWritten(let offset):
            clockOffset = offset
            return nil
        case .serialsReserved(let bound):
            guard bound > serialBound else { return "not raised" }
            serialBound = bound
            return nil
        }
    }

    private func fault(of serial: Serial, _ changed: LogPosition) -> String? {
        if serial.rawValue >= serialBound { return "serial not reserved" }
        return changed > position ? "positioned past the log" : nil
    }
}
