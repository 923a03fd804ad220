@testable internal import MayflyCore
@testable internal import MayflyStore

/// A store in memory whose disk writes when it is told to. What it is given it encodes as the real
/// one does, and reads again: what a peer makes the broker keep can be kept, and is found again.
final class GatedStore: GroupStore, @unchecked Sendable {
    // Unchecked for the position: only the log's writer has it, the rest is behind the monitor.
    private var position: UInt64 = 0
    private let gate = Monitor(Gate())

    private struct Gate {
        var isOpen = false
        var committed: UInt64 = 0
    }

    var hasUncheckpointedEvents: Bool { false }
    var newestCheckpoint: String? { nil }
    var walCheckpoints: UInt64 { 0 }

    /// How many events are on the disk.
    var committed: UInt64 { gate.withLock { $0.committed } }

    func setOpen(_ isOpen: Bool) {
        gate.withLock { $0.isOpen = isOpen }
        gate.wake()
    }

    func commit(_ group: borrowing CommitGroup, withCheckpoint: Bool) {
        gate.wait { $0.isOpen ? .done(()) : .wait }
        for entry in group.entries {
            for event in entry.events { keep(event) }
            for change in entry.changes { keep(change) }
        }
        expect(group.end.rawValue == position, "a group ends where its events do")
        gate.withLock { $0.committed = position }
    }

    func tidy() {}
    func freeBytes() -> UInt64? { .max }
    func abandon() {}

    private func keep(_ event: Event) {
        let leaf = EventLeaf.encode(event, sequence: position)
        let read = try? EventLeaf.decode(leaf)
        expect(read?.sequence == position && read?.event == event, "an event is found as it was")
        position += 1
    }

    private func keep(_ change: Change) {
        switch change {
        case .grantInserted(let grant), .grantUpdated(let grant):
            check(grant, GrantRow.encode) { try? GrantRow.decode($0, serial: grant.serial) }
        case .appWritten(let app):
            check(app, AppRow.encode) { try? AppRow.decode($0, serial: app.serial) }
        case .launchTokenInserted(let token):
            check(token, LaunchTokenRow.encode) {
                try? LaunchTokenRow.decode($0, serial: token.serial)
            }
        case .revocationWritten(let record):
            check(record, RevocationRow.encode) {
                try? RevocationRow.decode($0, serial: record.serial)
            }
        case .keyWritten(let key):
            check(key, KeyRow.encode) {
                try? KeyRow.decode($0, key: Serial(rawValue: UInt64(key.number.rawValue)))
            }
        case .grantDeleted, .appDeleted, .launchTokenDeleted, .revocationDeleted, .keyDeleted,
            .clockOffsetWritten, .serialsReserved:
            break
        }
    }

    private func check<Record: Equatable>(
        _ record: Record, _ encode: (Record, inout ByteWriter) -> Void,
        _ decode: (UnsafeRawBufferPointer) -> Record?
    ) {
        var writer = ByteWriter(capacity: 512)
        encode(record, &writer)
        let read = writer.withBytes { decode($0) }
        expect(read == record, "a record is found as it was")
    }
}

extension Boot {
    /// Of a machine on which no broker ran yet.
    static func first(anchor: UInt64) -> Boot {
        Boot(
            isNew: true, start: .start, longestLifeSeconds: 86_400, discardedGrants: 0,
            discardedLaunchTokens: 0, launchTokens: [], clockAnchor: anchor, clockOffset: .none)
    }
}
