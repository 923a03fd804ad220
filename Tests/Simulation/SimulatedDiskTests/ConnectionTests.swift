import CSQLite
import CSimulatedDisk
import Testing

/// Connections beside each other, disks beside each other, and calls that fail.
@Suite struct ConnectionTests {
    @Test func `a reader keeps what it saw while a writer commits`() throws {
        let disk = Disk()
        let writer = try Database(disk, synchronous: "FULL", copyAfterPages: 1)
        try writer.insert(1)
        let reader = try Database(disk)
        try reader.execute("BEGIN")
        #expect(try reader.ids() == [1])
        for id in 2...30 as ClosedRange<Int64> { try writer.insert(id, fillerBytes: 3_000) }
        #expect(try reader.ids() == [1])
        try reader.execute("COMMIT")
        #expect(try reader.ids().count == 30)
        #expect(try reader.integrity() == ["ok"])
    }

    @Test(arguments: ["WAL", "DELETE"])
    func `of two writers one is told to wait`(mode: String) throws {
        let disk = Disk()
        let first = try Database(disk, synchronous: "FULL")
        try first.execute("PRAGMA journal_mode = \(mode)")
        let second = try Database(disk)
        try first.execute("BEGIN IMMEDIATE")
        #expect(throws: DatabaseFailure(code: SQLITE_BUSY)) {
            try second.execute("BEGIN IMMEDIATE")
        }
        try first.insert(1)
        try first.execute("COMMIT")
        try second.insert(2)
        #expect(try first.ids() == [1, 2])
    }

    @Test func `a writer with a rollback journal waits for readers, and they for it`() throws {
        let disk = Disk()
        let writer = try Database(disk, synchronous: "FULL")
        try writer.execute("PRAGMA journal_mode = DELETE")
        let reader = try Database(disk)
        try reader.execute("BEGIN")
        #expect(try reader.ids() == [])
        try writer.execute("BEGIN")
        try writer.insert(1)
        #expect(throws: DatabaseFailure(code: SQLITE_BUSY)) { try writer.execute("COMMIT") }
        // The writer is next: it lets no new reader in.
        let late = try Database(disk)
        #expect(throws: DatabaseFailure(code: SQLITE_BUSY)) { _ = try late.ids() }
        try reader.execute("COMMIT")
        try writer.execute("COMMIT")
        #expect(try late.ids() == [1])
    }

    @Test func `disks know nothing of each other`() throws {
        let disks = [Disk(), Disk()]
        #expect(disks[0].vfs != disks[1].vfs)
        let first = try Database(disks[0], synchronous: "FULL")
        try first.insert(1)
        let second = try Database(disks[1])
        #expect(try second.ids() == [])
        sim_disk_stop(disks[1].handle)
        try first.insert(2)
        #expect(try first.ids() == [1, 2])
    }

    @Test func `a stopped disk answers nothing, and restarts when all its files are closed`() throws
    {
        let disk = Disk()
        var database: Database? = try Database(disk, synchronous: "FULL")
        try database?.insert(1)
        sim_disk_stop(disk.handle)
        #expect(throws: DatabaseFailure.self) { try database?.insert(2) }
        #expect(throws: DatabaseFailure.self) { try Database(disk).ids() }
        #expect(!disk.restart())
        #expect(!disk.isRunning)
        database = nil
        #expect(sim_disk_open_files(disk.handle) == 0)
        #expect(disk.restart())
        #expect(try Database(disk).ids() == [1])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the sync that is planned to fail does, once`(nth: UInt64) throws {
        let disk = Disk()
        let database = try Database(disk, synchronous: "FULL", copyAfterPages: 0)
        // One sync a commit from here on: the log has its header and its place in the directory.
        try database.insert(1)
        sim_disk_fail_sync(disk.handle, nth)
        for number in 1...5 as ClosedRange<UInt64> {
            let id = Int64(number + 1)
            if number == nth {
                #expect(throws: DatabaseFailure(code: ResultCode.syncFailed)) {
                    try database.insert(id)
                }
            } else {
                try database.insert(id)
            }
        }
        #expect(try database.integrity() == ["ok"])
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `the write that is planned to fail does, once, and its transaction is undone`(
        nth: UInt64
    ) throws {
        let disk = Disk(seed: nth)
        let database = try Database(disk, synchronous: "FULL", copyAfterPages: 0)
        try database.insert(1)
        sim_disk_fail_write(disk.handle, nth)
        var refused: [Int64] = []
        for id in 2...9 as ClosedRange<Int64> {
            do throws(any Error) {
                try database.insert(id)
            } catch {
                #expect(error as? DatabaseFailure == DatabaseFailure(code: ResultCode.writeFailed))
                refused.append(id)
            }
        }
        #expect(refused.count == 1)
        #expect(try database.ids() == Set(1...9).subtracting(refused))
        #expect(try database.integrity() == ["ok"])
    }

    @Test func `what reaches the disk is counted`() throws {
        let disk = Disk()
        let database = try Database(disk, synchronous: "FULL", copyAfterPages: 0)
        try database.insert(1)
        let before = disk.counters
        try database.insert(2)
        let after = disk.counters
        #expect(after.syncs == before.syncs + 1)
        // One page of the log: a head and the page itself.
        #expect(after.writes == before.writes + 2)
        #expect(after.bytes_written == before.bytes_written + 24 + 4_096)
    }
}
