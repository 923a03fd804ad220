import MayflyCore
import MayflyCrypto
import MayflyStore
import Testing

@testable import mayfly_simulate

/// A sync that fails leaves pages in memory that no sync to come writes. The broker ends there; the
/// next one must not build on what only memory has.
@Suite struct FailedSyncTests {
    private let key = Ed25519PrivateKey()

    private func open(_ disk: SimulatedDisk) throws -> Store {
        var configuration = StoreConfiguration(path: disk.path, issuer: "https://disk.test")
        configuration.vfs = disk.vfs
        return try Store(configuration, checkpointKey: key)
    }

    private func commit(_ store: Store) throws {
        var group = CommitGroup(start: store.position)
        group.append(events: [Event(time: .zero, kind: .brokerStarted)], changes: [])
        try store.commit(group, withCheckpoint: false)
    }

    /// Commits on a disk whose next sync fails, as the broker would: it ends.
    private func fail(_ disk: SimulatedDisk) throws {
        let store = try open(disk)
        for _ in 0..<3 { try commit(store) }
        disk.failSync()
        #expect(throws: StoreFailure.self) { try commit(store) }
        store.abandon()
    }

    @Test func `what is built on a log that failed to sync outlives a power loss`() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            let disk = try SimulatedDisk(seed: seed)
            try fail(disk)
            disk.stop()
            try disk.restart()
            var reached: LogPosition
            do {
                let store = try open(disk)
                for _ in 0..<3 { try commit(store) }
                reached = store.position
                store.abandon()
            }
            disk.losePower()
            try disk.restart()
            #expect(try open(disk).position == reached, "seed \(seed)")
        }
    }
}
