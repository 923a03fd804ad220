import MayflyCore
import Testing

@testable import MayflyStore

/// A record in its row, and the way there and back.
struct RowSample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let row: [UInt8]
    /// Decodes a row, and encodes what came of it.
    let recode: @Sendable ([UInt8]) throws -> [UInt8]
    /// Whether a row decodes to the record.
    let gives: @Sendable ([UInt8]) throws -> Bool

    private init<Record: Equatable & Sendable>(
        _ name: String, _ record: Record,
        _ encode: @escaping @Sendable (Record, inout ByteWriter) -> Void,
        _ decode: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Record
    ) {
        testDescription = name
        row = RowSample.bytes { encode(record, &$0) }
        recode = { row in
            let record = try row.withUnsafeBytes { try decode($0) }
            return RowSample.bytes { encode(record, &$0) }
        }
        gives = { row in try row.withUnsafeBytes { try decode($0) } == record }
    }

    static func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        write(&writer)
        return writer.withBytes { [UInt8]($0) }
    }

    static func grant(_ name: String, _ record: GrantRecord) -> RowSample {
        RowSample(name, record, GrantRow.encode) {
            try GrantRow.decode($0, serial: record.serial)
        }
    }

    static func app(_ name: String, _ record: AppRecord) -> RowSample {
        RowSample(name, record, AppRow.encode) { try AppRow.decode($0, serial: record.serial) }
    }

    static func launchToken(_ name: String, _ record: LaunchToken) -> RowSample {
        RowSample(name, record, LaunchTokenRow.encode) {
            try LaunchTokenRow.decode($0, serial: record.serial)
        }
    }

    static func revocation(_ name: String, _ record: RevocationRecord) -> RowSample {
        RowSample(name, record, RevocationRow.encode) {
            try RevocationRow.decode($0, serial: record.serial)
        }
    }

    static func key(_ name: String, _ record: KeyRecord) -> RowSample {
        RowSample(name, record, KeyRow.encode) {
            try KeyRow.decode($0, key: Serial(rawValue: UInt64(record.number.rawValue)))
        }
    }
}

extension RowSample {
    static let ownGrant = grant("own grant", Sample.grant(7))
    static let delegatedGrant = grant("delegated grant", Sample.delegatedGrant(8))
    static let boundGrant = grant("bound grant", Sample.boundGrant(9))
    static let plainApp = app("app", Sample.app(2))
    static let fullApp = app("app with everything", Sample.fullApp(3))
    static let labelledToken = launchToken("launch token", Sample.launchToken(4))
    static let revokedTask = revocation("revoked task", Sample.revocation(5))
    static let currentKey = key("current key", Sample.key(6, state: .current))
    static let retiredKey = key("retired key", Sample.key(6))

    static let all: [RowSample] = [
        ownGrant, delegatedGrant, boundGrant, boundByPidGrant, plainApp, fullApp, emptyApp,
        labelledToken, plainToken,
        revokedTask, revokedTaskEverywhere, currentKey, retiredKey,
        key("revoked key", Sample.key(.max, state: .revoked)),
    ]

    private static var boundByPidGrant: RowSample {
        var record = Sample.boundGrant(9)
        if case .process(let process) = record.bond { record.bond = .processPid(process) }
        return grant("grant bound by a pid", record)
    }

    private static var emptyApp: RowSample {
        var app = Sample.app(3)
        app.sharesUid = false
        app.ceiling = []
        app.uids = []
        app.orchestrations = []
        app.attestationKeys = []
        // A secret that was taken from it.
        app.secretGenerations = 1
        return self.app("app with next to nothing", app)
    }

    private static var plainToken: RowSample {
        var token = Sample.launchToken(4)
        token.label = nil
        token.ceiling = []
        return launchToken("launch token without label", token)
    }

    private static var revokedTaskEverywhere: RowSample {
        var record = Sample.revocation(5)
        record.orchestration = nil
        record.allowsNew = true
        return revocation("task revoked under every orchestration", record)
    }
}
