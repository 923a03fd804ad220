import CSQLite
import Testing

/// What a power loss leaves of a file, by the calls that SQLite makes.
@Suite struct FateTests {
    /// A file after `change` was made to it and the power went, for each of 200 seeds. Before the
    /// change it is `synced`, durable.
    private func outcomes(
        synced: [UInt8], _ change: (RawFile) -> Void
    ) throws -> Set<[UInt8]> {
        var outcomes: Set<[UInt8]> = []
        for seed in 0..<200 as Range<UInt64> {
            let disk = Disk(seed: seed)
            do {
                let file = try RawFile(disk, "f")
                #expect(file.write(synced) == SQLITE_OK)
                #expect(file.sync() == SQLITE_OK)
                change(file)
                disk.crash(seed: seed)
            }
            #expect(disk.restart())
            outcomes.insert(try #require(try RawFile(disk, "f").read()))
        }
        return outcomes
    }

    private func sectors(_ values: UInt8...) -> [UInt8] {
        values.flatMap { [UInt8](repeating: $0, count: 512) }
    }

    @Test func `what was synced is always found`() throws {
        let found = try outcomes(synced: sectors(1, 2, 3)) { file in
            #expect(file.write(sectors(4), at: 512) == SQLITE_OK)
            #expect(file.truncate(1_024) == SQLITE_OK)
            #expect(file.sync() == SQLITE_OK)
        }
        #expect(found == [sectors(1, 4)])
    }

    @Test func `an unsynced write is kept, dropped or torn at any of its sectors`() throws {
        let found = try outcomes(synced: sectors(1, 1, 1)) { file in
            #expect(file.write(sectors(2, 2), at: 512) == SQLITE_OK)
        }
        #expect(
            found == [
                sectors(1, 1, 1), sectors(1, 1, 2), sectors(1, 2, 1), sectors(1, 2, 2),
            ])
    }

    @Test func `within a sector a write happens whole or not at all`() throws {
        let found = try outcomes(synced: sectors(1, 1)) { file in
            #expect(file.write([UInt8](repeating: 2, count: 200), at: 412) == SQLITE_OK)
        }
        let old = sectors(1, 1)
        var first = old
        first.replaceSubrange(412..<512, with: repeatElement(2, count: 100))
        var second = old
        second.replaceSubrange(512..<612, with: repeatElement(2, count: 100))
        var both = first
        both.replaceSubrange(512..<612, with: repeatElement(2, count: 100))
        #expect(found == [old, first, second, both])
    }

    @Test func `each of several unsynced writes has a fate of its own`() throws {
        let found = try outcomes(synced: sectors(1, 1, 1)) { file in
            for sector in 0..<3 as Range<Int64> {
                #expect(file.write(sectors(2), at: sector * 512) == SQLITE_OK)
            }
        }
        #expect(found.count == 8)
    }

    @Test func `where unsynced writes overlap the newest that is kept is found`() throws {
        let found = try outcomes(synced: sectors(1)) { file in
            #expect(file.write(sectors(2)) == SQLITE_OK)
            #expect(file.write(sectors(3)) == SQLITE_OK)
        }
        #expect(found == [sectors(1), sectors(2), sectors(3)])
    }

    @Test func `an unsynced truncation is kept or dropped`() throws {
        let found = try outcomes(synced: sectors(1, 2)) { file in
            #expect(file.truncate(512) == SQLITE_OK)
        }
        #expect(found == [sectors(1), sectors(1, 2)])
    }

    @Test func `a file may have grown without its data, with zeros or rubbish for it`() throws {
        let found = try outcomes(synced: sectors(1)) { file in
            #expect(file.write(sectors(2), at: 512) == SQLITE_OK)
        }
        #expect(found.isSuperset(of: [sectors(1), sectors(1, 2), sectors(1, 0)]))
        #expect(found.contains { $0.count == 1_024 && Set($0[512...]).count > 10 })
        #expect(found.allSatisfy { $0.starts(with: sectors(1)) })
    }

    @Test func `a sync that failed has forgotten what it did not write`() throws {
        let found = try outcomes(synced: sectors(1, 1)) { file in
            #expect(file.write(sectors(2, 2)) == SQLITE_OK)
            file.failNextSync()
            #expect(file.sync() == ResultCode.syncFailed)
            #expect(file.read() == sectors(2, 2))
            #expect(file.sync() == SQLITE_OK)
        }
        #expect(found == [sectors(1, 1), sectors(1, 2), sectors(2, 1), sectors(2, 2)])
    }

    @Test func `a write that failed has done some of its first sectors`() throws {
        let found = try outcomes(synced: sectors(1, 1, 1)) { file in
            file.failNextWrite()
            #expect(file.write(sectors(2, 2, 2)) == ResultCode.writeFailed)
            #expect(file.sync() == SQLITE_OK)
            #expect(file.write(sectors(3), at: 1_024) == SQLITE_OK)
            #expect(file.sync() == SQLITE_OK)
        }
        #expect(found.isSubset(of: [sectors(1, 1, 3), sectors(2, 1, 3), sectors(2, 2, 3)]))
        #expect(found.count == 3)
    }
}
