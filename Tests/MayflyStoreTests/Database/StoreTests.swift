import Foundation
import MayflyCore
import MayflyCrypto
import Testing

@testable import MayflyStore

@Suite struct StoreTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open() throws -> Store { try Sample.open(directory.database) }

    private func sql(_ statement: String) throws {
        try Connection(path: directory.database, mode: .readWrite).execute(statement)
    }

    @Test func `a new store is empty`() throws {
        let state = try open().recovered
        #expect(state.apps.isEmpty && state.revocations.isEmpty && state.keys.isEmpty)
        #expect(state.position == .start)
        #expect(state.serialBound == 1)
        #expect(state.checkpoint == nil)
        #expect(state.bootID == nil)
        #expect(state.frontier == MerkleFrontier())
    }

    @Test func `what durability rests on is set`() throws {
        let store = try open()
        #expect(try store.connection.text("PRAGMA journal_mode") == "wal")
        #expect(try store.connection.integer("PRAGMA synchronous") == 2)
        #expect(try store.connection.integer("PRAGMA wal_autocheckpoint") == 0)
        #expect(try store.connection.integer("PRAGMA user_version") == Int64(Schema.steps.count))
    }

    #if MAYFLY_FAULTS
        @Test(arguments: [("synchronous-normal", 1), ("synchronous-off", 0)] as [(String, Int64)])
        func `the faults that a power cut has to show weaken the file`(
            name: String, synchronous: Int64
        ) throws {
            let store = try Sample.open(directory.database, faults: StoreFaults(named: name))
            #expect(try store.connection.integer("PRAGMA synchronous") == synchronous)
        }
    #endif

    @Test func `what was committed is there when the file is opened again`() throws {
        var updated = Sample.grant(2)
        updated.renewals = 1
        do {
            let store = try open()
            try store.commit(
                events: [Sample.event(0), Sample.event(1)],
                changes: [
                    .appWritten(Sample.app(1)), .grantInserted(Sample.grant(2)),
                    .grantInserted(Sample.grant(3)), .serialsReserved(1_000),
                ])
            try store.commit(
                events: [Sample.event(2)],
                changes: [.grantUpdated(updated), .grantDeleted(Serial(rawValue: 3))],
                checkpoint: true)
            try store.commit(events: [Sample.event(3)])
        }
        let store = try open()
        let state = store.recovered
        #expect(state.apps == [Sample.app(1)])
        #expect(state.position == LogPosition(rawValue: 4))
        #expect(state.serialBound == 1_000)
        #expect(state.newestEventTime == Sample.event(3).time)
        var grants: [GrantRecord] = []
        try store.forEachGrant { grants.append($0) }
        #expect(grants == [updated])
        var frontier = MerkleFrontier()
        for index in 0..<4 {
            frontier.append(leaf: EventLeaf.encode(Sample.event(index), sequence: UInt64(index)))
        }
        #expect(state.frontier == frontier)
        let checkpoint = CheckpointSigner.verify(
            try #require(state.checkpoint), with: try Sample.verifierKey())
        #expect(checkpoint?.size == 3)
        #expect(store.hasUncheckpointedEvents)
    }

    @Test func `an app is written again and deleted`() throws {
        let store = try open()
        var app = Sample.app(1)
        try store.commit(changes: [.appWritten(app), .appWritten(Sample.app(2))])
        app.epoch += 1
        try store.commit(changes: [.appWritten(app), .appDeleted(Serial(rawValue: 2))])
        #expect(try open().recovered.apps == [app])
    }

    @Test func `revocation records and keys are written again and deleted`() throws {
        let store = try open()
        var record = Sample.revocation(3)
        try store.commit(
            changes: [
                .revocationWritten(record), .revocationWritten(Sample.revocation(4)),
                .keyWritten(Sample.key(1, state: .current)), .keyWritten(Sample.key(7)),
            ])
        record.allowsNew = true
        try store.commit(
            changes: [
                .revocationWritten(record), .revocationDeleted(Serial(rawValue: 4)),
                .keyWritten(Sample.key(1)), .keyDeleted(KeyNumber(rawValue: 7)),
                .keyWritten(Sample.key(8, state: .current)),
            ])
        let state = try open().recovered
        #expect(state.revocations == [record])
        #expect(state.keys == [Sample.key(1), Sample.key(8, state: .current)])
    }

    @Test func `a launch token is there until it is used, also within one group`() throws {
        let store = try open()
        _ = try store.startBoot("first", clockAnchor: 0)
        try store.commit(
            events: [Sample.event(0)],
            changes: [
                .launchTokenInserted(Sample.launchToken(5)),
                .launchTokenInserted(Sample.launchToken(6)),
                .launchTokenDeleted(Serial(rawValue: 5)),
                .launchTokenInserted(Sample.launchToken(7)),
            ])
        let both = [Sample.launchToken(6), Sample.launchToken(7)]
        #expect(try open().startBoot("first", clockAnchor: 0).launchTokens == both)
        try store.commit(changes: [.launchTokenDeleted(Serial(rawValue: 6))])
        #expect(try open().startBoot("first", clockAnchor: 0).launchTokens == [both[1]])
    }

    @Test(arguments: [
        Change.grantInserted(Sample.grant(70)), .appWritten(Sample.app(70)),
        .launchTokenInserted(Sample.launchToken(70)), .revocationWritten(Sample.revocation(70)),
    ])
    func `no serial that a row has is free`(change: Change) throws {
        try open().commit(changes: [.serialsReserved(8), change])
        #expect(try open().recovered.serialBound == 71)
    }

    @Test func `a grant made and ended within a group leaves no row and its events`() throws {
        let store = try open()
        var group = CommitGroup(start: .start)
        for serial in 1...3 as ClosedRange<UInt64> {
            group.append(
                events: [Sample.event(Int(serial))],
                changes: [
                    .grantInserted(Sample.grant(serial)), .grantUpdated(Sample.grant(serial)),
                ])
        }
        group.append(events: [Sample.event(9)], changes: [.grantDeleted(Serial(rawValue: 2))])
        #expect(group.grantsWithoutTrace() == [Serial(rawValue: 2)])
        try store.commit(group, withCheckpoint: false)
        #expect(try store.grantSerials() == [1, 3])
        #expect(store.position == LogPosition(rawValue: 4))
    }

    @Test func `a grant ended in a later group than it was made in is deleted`() throws {
        let store = try open()
        try store.commit(changes: [.grantInserted(Sample.grant(5))])
        try store.commit(
            changes: [.grantInserted(Sample.grant(4)), .grantDeleted(Serial(rawValue: 5))])
        #expect(try store.grantSerials() == [4])
    }

    @Test(arguments: [
        Change.grantUpdated(Sample.grant(9)), .grantDeleted(Serial(rawValue: 9)),
        .appDeleted(Serial(rawValue: 9)), .launchTokenDeleted(Serial(rawValue: 9)),
        .revocationDeleted(Serial(rawValue: 9)), .keyDeleted(KeyNumber(rawValue: 9)),
    ])
    func `a change of a row that is not there is a failure`(change: Change) throws {
        let store = try open()
        #expect(throws: StoreFailure.self) { try store.commit(changes: [change]) }
    }

    @Test func `a group that fails leaves nothing behind`() throws {
        do {
            let store = try open()
            #expect(throws: StoreFailure.self) {
                try store.commit(
                    events: [Sample.event(0)],
                    changes: [.grantInserted(Sample.grant(1)), .grantDeleted(Serial(rawValue: 9))])
            }
            store.abandon()
        }
        let store = try open()
        #expect(store.position == .start)
        #expect(try store.grantSerials() == [])
    }

    @Test func `the log's times never run backwards`() throws {
        let store = try open()
        try store.commit(events: [Sample.event(5), Sample.event(3)])
        #expect(try open().recovered.newestEventTime == Sample.event(5).time)
        let report = try AuditVerifier(path: directory.database, key: Sample.verifierKey()).verify()
        #expect(report.isSound)
    }

    @Test func `a file bound to another issuer or key is refused`() throws {
        _ = try open()
        let other = StoreConfiguration(path: directory.database, issuer: "https://other.example")
        #expect(throws: StoreFailure.self) {
            try Store(other, checkpointKey: Sample.checkpointKey)
        }
        let same = StoreConfiguration(path: directory.database, issuer: Sample.issuer)
        #expect(throws: StoreFailure.self) { try Store(same, checkpointKey: Ed25519PrivateKey()) }
        #expect(throws: Never.self) { try open() }
    }

    @Test(arguments: [
        ("https://mayfly.example", "mayfly.example/audit"),
        ("https://mayfly.example/", "mayfly.example/audit"),
        ("spiffe://host.example/broker", "host.example/broker/audit"),
        ("plain", "plain/audit"), ("https://", nil), ("", nil), ("https://a b", nil),
        ("https://a+b", nil),
    ])
    func `the origin follows from the issuer`(issuer: String, origin: String?) {
        #expect(CheckpointSigner.origin(issuer: issuer)?.description == origin)
    }

    @Test(
        arguments: [
            ("UPDATE grants SET record = x'01' WHERE serial = 6", "grants", 6),
            (
                "UPDATE grants SET record = CAST(record || x'00' AS BLOB) WHERE serial = 5",
                "grants", 5
            ),
            ("UPDATE grants SET serial = -1 WHERE serial = 5", "grants", -1),
            (
                "UPDATE grants SET serial = 9223372036854775807 WHERE serial = 5", "grants", .max
            ),
        ] as [(String, String, Int64)])
    func `a corrupt grant is named`(statement: String, table: String, key: Int64) throws {
        try open().commit(
            changes: [.grantInserted(Sample.grant(5)), .grantInserted(Sample.grant(6))])
        try sql(statement)
        let failure = #expect(throws: StoreFailure.self) { try open().grantSerials() }
        guard case .corruptRow(table, key, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: [
        "UPDATE apps SET record = x'02'",
        "UPDATE revocations SET record = CAST(record || x'00' AS BLOB)",
        "UPDATE keys SET record = x'01'",
        "UPDATE keys SET number = 4294967296",
        "UPDATE keys SET number = -1",
        "UPDATE events SET leaf = x'01' WHERE sequence = 4",
        "DELETE FROM events WHERE sequence = 3",
        "DELETE FROM events WHERE sequence > 1",
        "UPDATE events SET sequence = 9 WHERE sequence = 4",
        "UPDATE checkpoints SET note = replace(note, 'audit', 'Audit')",
        "UPDATE checkpoints SET size = 2",
        "UPDATE checkpoints SET frontier = x'0000000000000000'",
    ])
    func `a log or an app that is not what was written is refused at the start`(
        statement: String
    ) throws {
        do {
            let store = try open()
            try store.commit(
                events: [Sample.event(0), Sample.event(1), Sample.event(2)],
                changes: [
                    .appWritten(Sample.app(1)), .revocationWritten(Sample.revocation(2)),
                    .keyWritten(Sample.key(1)),
                ], checkpoint: true)
            try store.commit(events: [Sample.event(3), Sample.event(4)])
        }
        try sql(statement)
        #expect(throws: StoreFailure.self) { try open() }
    }

    @Test func `a start reads the log from the newest checkpoint on, and not before`() throws {
        do {
            let store = try open()
            try store.commit(
                events: [Sample.event(0), Sample.event(1), Sample.event(2)], checkpoint: true)
            try store.commit(events: [Sample.event(3)])
        }
        // The verifier's business, not the start's.
        try sql("UPDATE events SET leaf = x'01' WHERE sequence = 0")
        #expect(try open().position == LogPosition(rawValue: 4))
    }

    @Test func `the files are their owner's alone`() throws {
        let store = try open()
        try store.commit(events: [Sample.event(0)])
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory.database + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }
}
