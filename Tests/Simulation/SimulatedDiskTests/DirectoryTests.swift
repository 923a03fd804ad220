import CSQLite
import Testing

/// Whether a file is there after a power loss.
@Suite struct DirectoryTests {
    /// Whether the file "f" is found after `change` and a power loss, for each of 100 seeds.
    private func outcomes(_ change: (Disk) throws -> Void) throws -> Set<Bool> {
        var outcomes: Set<Bool> = []
        for seed in 0..<100 as Range<UInt64> {
            let disk = Disk(seed: seed)
            try change(disk)
            disk.crash(seed: seed)
            #expect(disk.restart())
            outcomes.insert(disk.exists("f"))
        }
        return outcomes
    }

    private func makeDurable(
        _ name: String, on disk: Disk, kind: Int32 = SQLITE_OPEN_MAIN_DB
    ) throws {
        let file = try RawFile(disk, name, kind: kind)
        #expect(file.sync() == SQLITE_OK)
    }

    @Test func `a new file that was not synced may be gone`() throws {
        #expect(try outcomes { disk in _ = try RawFile(disk, "f") } == [true, false])
    }

    @Test func `a file that was synced is there`() throws {
        let found = try outcomes { disk in
            try makeDurable("f", on: disk)
        }
        #expect(found == [true])
    }

    @Test func `a file that was deleted may be back`() throws {
        let found = try outcomes { disk in
            try makeDurable("f", on: disk)
            #expect(disk.delete("f", syncsDirectory: false) == SQLITE_OK)
            #expect(!disk.exists("f"))
        }
        #expect(found == [true, false])
    }

    @Test func `a file that was deleted with a sync of the directory is gone`() throws {
        let found = try outcomes { disk in
            try makeDurable("f", on: disk)
            #expect(disk.delete("f", syncsDirectory: true) == SQLITE_OK)
        }
        #expect(found == [false])
    }

    @Test(arguments: [SQLITE_OPEN_WAL, SQLITE_OPEN_MAIN_JOURNAL])
    func `the first sync of a log or journal syncs the directory`(kind: Int32) throws {
        let found = try outcomes { disk in
            try makeDurable("f", on: disk)
            #expect(disk.delete("f", syncsDirectory: false) == SQLITE_OK)
            try makeDurable("g", on: disk, kind: kind)
        }
        #expect(found == [false])
    }

    @Test func `what is deleted while it is open can be read until it is closed`() throws {
        let disk = Disk()
        let file = try RawFile(disk, "f")
        #expect(file.write([7]) == SQLITE_OK)
        #expect(disk.delete("f", syncsDirectory: true) == SQLITE_OK)
        #expect(file.read() == [7])
        #expect(disk.delete("f", syncsDirectory: true) == ResultCode.noFileToDelete)
        #expect(try RawFile(disk, "f").read() == [])
    }
}
