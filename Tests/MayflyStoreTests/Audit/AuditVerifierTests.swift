import Foundation
import MayflyCore
import MayflyCrypto
import Testing

@testable import MayflyStore

/// What someone with the file in hands, and without the key, may try.
struct Tampering: CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let fault: AuditFault
}

@Suite struct AuditVerifierTests {
    private let directory: TemporaryDirectory
    /// Ten events; checkpoints at 4, 8 and 10.
    private let checkpoints: [String]

    init() throws {
        directory = try TemporaryDirectory()
        var notes: [String] = []
        let store = try Sample.open(directory.database)
        for range in [0..<4, 4..<8, 8..<10] {
            try store.commit(events: range.map { Sample.event($0) }, checkpoint: true)
            notes.append(try #require(store.newestCheckpoint))
        }
        checkpoints = notes
    }

    private func sql(_ statement: String) throws {
        try Connection(path: directory.database, mode: .readWrite).execute(statement)
    }

    private func verify(held: String? = nil) throws -> AuditReport {
        try AuditVerifier(path: directory.database, key: Sample.verifierKey()).verify(held: held)
    }

    private func root(_ count: Int) -> String {
        var frontier = MerkleFrontier()
        for index in 0..<count {
            frontier.append(leaf: EventLeaf.encode(Sample.event(index), sequence: UInt64(index)))
        }
        return hex(frontier.root.bytes)
    }

    @Test func `a log as it was written is sound`() throws {
        let report = try verify()
        #expect(
            report
                == AuditReport(
                    events: 10, checkpoints: 3, coveredEvents: 10, root: root(10), fault: nil))
    }

    @Test func `each checkpoint held outside fits the log that it was made of`() throws {
        for checkpoint in checkpoints { #expect(try verify(held: checkpoint).isSound) }
    }

    @Test func `the highest number an event can have is a fault and no overflow`() throws {
        try sql("UPDATE events SET sequence = 9223372036854775807 WHERE sequence = 9")
        #expect(try verify().fault == .missingEvent(sequence: 9, found: .max))
    }

    @Test func `an empty log is sound`() throws {
        let empty = try TemporaryDirectory()
        _ = try Sample.open(empty.database)
        let report = try AuditVerifier(path: empty.database, key: Sample.verifierKey()).verify()
        #expect(report.isSound)
        #expect(report.events == 0)
    }

    static let leaf5 = EventLeaf.encode(Sample.event(50), sequence: 5)
    static let move = "UPDATE events SET sequence = -sequence WHERE sequence >= 5;"

    static let tamperings = [
        Tampering(
            testDescription: "edit one byte",
            sql: "UPDATE events SET leaf = x'\(hex(leaf5))' WHERE sequence = 5",
            fault: .timeRunsBackwards(sequence: 6)),
        Tampering(
            testDescription: "edit a field, keeping all else",
            sql: "UPDATE events SET leaf = CAST(replace(leaf, 'task-5', 'task-6') AS BLOB)"
                + " WHERE sequence = 5",
            fault: .checkpointMismatch(size: 8)),
        Tampering(
            testDescription: "write nonsense",
            sql: "UPDATE events SET leaf = x'ff' WHERE sequence = 0",
            fault: .malformedEvent(sequence: 0, problem: "unknown version")),
        Tampering(
            testDescription: "delete", sql: "DELETE FROM events WHERE sequence = 3",
            fault: .missingEvent(sequence: 3, found: 4)),
        Tampering(
            testDescription: "delete the first", sql: "DELETE FROM events WHERE sequence = 0",
            fault: .missingEvent(sequence: 0, found: 1)),
        Tampering(
            testDescription: "delete and close the gap",
            sql: "DELETE FROM events WHERE sequence = 4; \(move)"
                + "UPDATE events SET sequence = -sequence - 1 WHERE sequence < 0",
            fault: .displacedEvent(sequence: 4, says: 5)),
        Tampering(
            testDescription: "swap",
            sql: "UPDATE events SET sequence = -1 WHERE sequence = 5;"
                + "UPDATE events SET sequence = 5 WHERE sequence = 6;"
                + "UPDATE events SET sequence = 6 WHERE sequence = -1",
            fault: .displacedEvent(sequence: 5, says: 6)),
        Tampering(
            testDescription: "insert and move the rest",
            sql: "\(move) UPDATE events SET sequence = -sequence + 1 WHERE sequence < 0;"
                + "INSERT INTO events VALUES (5, x'\(hex(leaf5))')",
            fault: .displacedEvent(sequence: 6, says: 5)),
        Tampering(
            testDescription: "insert before the first",
            sql: "INSERT INTO events VALUES (-1, x'\(hex(leaf5))')",
            fault: .missingEvent(sequence: 0, found: -1)),
        Tampering(
            testDescription: "truncate", sql: "DELETE FROM events WHERE sequence >= 9",
            fault: .checkpointBeyondLog(size: 10, events: 9)),
        Tampering(
            testDescription: "truncate everything", sql: "DELETE FROM events",
            fault: .checkpointBeyondLog(size: 4, events: 0)),
        Tampering(
            testDescription: "change a checkpoint's size",
            sql: "UPDATE checkpoints SET size = 9 WHERE size = 10",
            fault: .checkpointNotSigned(size: 9)),
        Tampering(
            testDescription: "change a checkpoint's signature",
            sql: "UPDATE checkpoints SET note = replace(note, substr(note, -20, 4), 'AAAA')"
                + " WHERE size = 4",
            fault: .checkpointNotSigned(size: 4)),
        Tampering(
            testDescription: "put one checkpoint in another's place",
            sql: "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 4)"
                + " WHERE size = 8",
            fault: .checkpointNotSigned(size: 8)),
        Tampering(
            testDescription: "change a checkpoint's frontier",
            sql: "UPDATE checkpoints SET frontier ="
                + " (SELECT frontier FROM checkpoints WHERE size = 4) WHERE size = 8",
            fault: .checkpointMismatch(size: 8)),
        Tampering(
            testDescription: "change a checkpoint's time",
            sql: "UPDATE checkpoints SET time = time + 1 WHERE size = 8",
            fault: .checkpointMismatch(size: 8)),
        Tampering(
            testDescription: "add a checkpoint at zero",
            sql: "INSERT INTO checkpoints SELECT 0, time, note, frontier FROM checkpoints"
                + " WHERE size = 4",
            fault: .checkpointNotSigned(size: 0)),
    ]

    @Test(arguments: tamperings) func `tampering shows, and where`(tampering: Tampering) throws {
        try sql(tampering.sql)
        #expect(try verify().fault == tampering.fault)
    }

    /// Everything rewritten from event 5 on, as consistent as it can be made without the key.
    private func rechain(signedBy key: Ed25519PrivateKey) throws {
        try sql("DELETE FROM events; DELETE FROM checkpoints; DELETE FROM meta")
        var configuration = StoreConfiguration(path: directory.database, issuer: Sample.issuer)
        configuration.faults = .none
        let store = try Store(configuration, checkpointKey: key)
        for range in [0..<4, 4..<8, 8..<10] {
            let events = range.map { index in
                var event = Sample.event(index)
                if index >= 5 { event.task = Sample.name("forged") }
                return event
            }
            try store.commit(events: events, checkpoint: true)
        }
    }

    @Test func `a log written anew with another key shows`() throws {
        try rechain(signedBy: Ed25519PrivateKey())
        #expect(try verify().fault == .checkpointNotSigned(size: 4))
    }

    @Test func `a log written anew with the old checkpoints shows`() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.removeItem(at: directory.url)
        try FileManager.default.copyItem(at: self.directory.url, to: directory.url)
        try rechain(signedBy: Ed25519PrivateKey())
        try sql(
            "ATTACH '\(directory.database)' AS old; DELETE FROM checkpoints;"
                + "INSERT INTO checkpoints SELECT * FROM old.checkpoints")
        #expect(try verify().fault == .checkpointMismatch(size: 8))
    }

    /// Found only with a checkpoint held outside: the file itself is as it once was.
    @Test(arguments: [
        "DELETE FROM events WHERE sequence >= 8; DELETE FROM checkpoints WHERE size > 8",
        "DELETE FROM events; DELETE FROM checkpoints",
    ])
    func `a log rolled back to an older checkpoint of its own shows to who holds a newer one`(
        statement: String
    ) throws {
        try sql(statement)
        let alone = try verify()
        #expect(alone.isSound)
        #expect(
            try verify(held: checkpoints[2]).fault
                == .heldCheckpointBeyondLog(size: 10, events: alone.events))
    }

    @Test func `a log rewritten with the key itself shows to who holds a checkpoint`() throws {
        try rechain(signedBy: Sample.checkpointKey)
        #expect(try verify().isSound)
        #expect(try verify(held: checkpoints[0]).isSound)
        #expect(try verify(held: checkpoints[1]).fault == .heldCheckpointMismatch(size: 8))
    }

    @Test func `events behind the newest checkpoint are counted as not covered`() throws {
        try Sample.open(directory.database).commit(events: [Sample.event(10)])
        let report = try verify()
        #expect(report.isSound)
        #expect(report.events == 11)
        #expect(report.coveredEvents == 10)
    }

    @Test func `a checkpoint held outside has to be signed for this log`() throws {
        #expect(try verify(held: "nonsense").fault == .heldCheckpointNotSigned)
        let other = try CheckpointSigner(issuer: "https://other", key: Sample.checkpointKey)
        let note = other.sign(size: 0, root: MerkleHash.emptyRoot)
        #expect(try verify(held: note).fault == .heldCheckpointNotSigned)
    }

    @Test func `another key than the log's finds no checkpoint good`() throws {
        let key = NoteVerifierKey(
            name: try #require(CheckpointSigner.origin(issuer: Sample.issuer)),
            key: Ed25519PrivateKey().publicKey)
        let report = try AuditVerifier(path: directory.database, key: key).verify()
        #expect(report.fault == .checkpointNotSigned(size: 4))
        #expect(report.coveredEvents == 0)
    }

    @Test func `a running broker's log is verified as it was at the start`() throws {
        let store = try Sample.open(directory.database)
        try store.commit(events: (10..<20_000).map { Sample.event($0) })
        var isFirst = true
        let verifier = AuditVerifier(path: directory.database, key: try Sample.verifierKey())
        let report = try verifier.verify { _, _ in
            guard isFirst else { return }
            isFirst = false
            #expect(throws: Never.self) {
                try store.commit(events: [Sample.event(20_000)], checkpoint: true)
            }
        }
        #expect(!isFirst)
        #expect(report.isSound)
        #expect(report.events == 20_000)
    }

    @Test func `a copy in a place where nothing can be written is verified too`() throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o555], ofItemAtPath: directory.url.path)
        defer {
            try? FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: directory.url.path)
        }
        #expect(try verify().isSound)
        #expect(
            try Connection(path: directory.database, mode: .immutable)
                .integer("SELECT count(*) FROM events") == 10)
    }
}
