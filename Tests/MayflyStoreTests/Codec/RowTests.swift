import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct RowTests {
    static func grants() -> [GrantRecord] {
        var delegated = Sample.grant(8)
        delegated.parent = GrantID(high: 1, low: 2)
        delegated.holder = GrantID(high: 3, low: 4)
        delegated.usesLeft = 5
        delegated.depth = 3
        delegated.renewals = 700
        delegated.audience = .empty
        delegated.binding = .none
        delegated.proof = .attested
        return [Sample.grant(7), delegated]
    }

    static func apps() -> [AppRecord] {
        var removed = Sample.app(3)
        removed.removedAt = Sample.time
        removed.sharesUid = false
        removed.ceiling = []
        removed.attestationKeys = []
        return [Sample.app(2), removed]
    }

    private func encode(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        write(&writer)
        return writer.withBytes { [UInt8]($0) }
    }

    private func grant(_ bytes: [UInt8], _ serial: Serial) throws -> GrantRecord {
        try bytes.withUnsafeBytes { try GrantRow.decode($0, serial: serial) }
    }

    private func app(_ bytes: [UInt8], _ serial: Serial) throws -> AppRecord {
        try bytes.withUnsafeBytes { try AppRow.decode($0, serial: serial) }
    }

    @Test(arguments: grants()) func `a grant comes back as it was written`(
        record: GrantRecord
    ) throws {
        let bytes = encode { GrantRow.encode(record, into: &$0) }
        #expect(try grant(bytes, record.serial) == record)
    }

    @Test(arguments: apps()) func `an app comes back as it was written`(record: AppRecord) throws {
        let bytes = encode { AppRow.encode(record, into: &$0) }
        #expect(try app(bytes, record.serial) == record)
    }

    @Test func `a row cut short or grown is refused`() {
        let record = Self.grants()[1]
        let row = encode { GrantRow.encode(record, into: &$0) }
        for count in 0..<row.count {
            #expect(throws: Malformed.self) { try grant([UInt8](row[..<count]), record.serial) }
        }
        #expect(throws: Malformed.self) { try grant(row + [0], record.serial) }
        let appRow = encode { AppRow.encode(Self.apps()[1], into: &$0) }
        for count in 0..<appRow.count {
            #expect(throws: Malformed.self) { try app([UInt8](appRow[..<count]), record.serial) }
        }
        #expect(throws: Malformed.self) { try app(appRow + [0], record.serial) }
    }

    @Test func `a row of another version or with unknown flags is refused`() {
        let row = encode { GrantRow.encode(Sample.grant(1), into: &$0) }
        for (index, byte) in [(0, 2), (1, 8), (2, 0), (3, 9)] as [(Int, UInt8)] {
            var changed = row
            changed[index] = byte
            #expect(throws: Malformed.self) { try grant(changed, Serial(rawValue: 1)) }
        }
    }

    @Test func `whatever decodes encodes to the same bytes`() {
        var random = SplitMix(state: 7)
        for record in Self.grants() {
            let row = encode { GrantRow.encode(record, into: &$0) }
            for _ in 0..<5_000 {
                var mutant = row
                mutant[Int(random.next() % UInt64(row.count))] =
                    UInt8(truncatingIfNeeded: random.next())
                guard let decoded = try? grant(mutant, record.serial) else { continue }
                #expect(encode { GrantRow.encode(decoded, into: &$0) } == mutant)
            }
        }
    }
}
