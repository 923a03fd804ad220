import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct RowTests {
    @Test(arguments: RowSample.all) func `a record comes back as it was written`(
        sample: RowSample
    ) throws {
        #expect(try sample.gives(sample.row))
        #expect(try sample.recode(sample.row) == sample.row)
    }

    @Test(arguments: RowSample.all) func `a row cut short or grown is refused`(
        sample: RowSample
    ) {
        for count in 0..<sample.row.count {
            #expect(throws: Malformed.self) { try sample.recode([UInt8](sample.row[..<count])) }
        }
        #expect(throws: Malformed.self) { try sample.recode(sample.row + [0]) }
    }

    @Test(arguments: RowSample.all) func `a row of another version is refused`(
        sample: RowSample
    ) {
        for version in [0, sample.row[0] + 1, 255] as [UInt8] {
            #expect(throws: Malformed.self) {
                try sample.recode([version] + sample.row.dropFirst())
            }
        }
    }

    /// Before there were shares a row did not say who is charged.
    @Test func `a row of the version before is charged to nobody in particular`() throws {
        func before(_ sample: RowSample, shareAt index: Int) -> [UInt8] {
            [1] + sample.row[1..<index] + sample.row[(index + 4)...]
        }
        var grant = Sample.delegatedGrant(8)
        let row = before(.delegatedGrant, shareAt: 15)
        let decoded = try row.withUnsafeBytes { try GrantRow.decode($0, serial: grant.serial) }
        grant.share = .unnamed
        #expect(decoded == grant)
        var token = Sample.launchToken(4)
        let tokenRow = before(.labelledToken, shareAt: 14)
        let decodedToken = try tokenRow.withUnsafeBytes {
            try LaunchTokenRow.decode($0, serial: token.serial)
        }
        token.share = .unnamed
        #expect(decodedToken == token)
        #expect(throws: Malformed.self) { try RowSample.delegatedGrant.recode(row + [0]) }
    }

    @Test func `a connection's number is not kept: it is closed by the time the row is read`()
        throws
    {
        var grant = Sample.grant(1)
        grant.bond = .connection(ConnectionID(rawValue: 77))
        let row = RowSample.bytes { GrantRow.encode(grant, into: &$0) }
        let decoded = try row.withUnsafeBytes { try GrantRow.decode($0, serial: grant.serial) }
        grant.bond = .connection(.earlier)
        #expect(decoded == grant)
    }

    /// One byte of a row that is otherwise right.
    @Test(
        arguments: [
            (.ownGrant, 1, 0x10, "an unknown flag"),
            (.ownGrant, 1, 0x04, "a flag for uses that are not there"),
            (.ownGrant, 2, 0, "an unknown proof"),
            (.ownGrant, 3, 9, "an unknown binding"),
            (.ownGrant, 3, 2, "a process that is not there"),
            (.boundGrant, 3, 1, "a process without its binding"),
            (.boundGrant, 3, 4, "a process for a connection"),
            (.ownGrant, 4, 1, "a depth without a delegation"),
            (.delegatedGrant, 4, 0, "a delegation without a depth"),
            (.delegatedGrant, 4, 6, "a depth beyond the limit"),
            (.delegatedGrant, 1, 0x07, "an offset without its flag"),
            (.plainApp, 1, 0x41, "an unknown flag"),
            (.plainApp, 1, 0x21, "a flag for a heartbeat that is not there"),
            (.fullApp, 1, 0x1F, "a heartbeat without its flag"),
            (.labelledToken, 1, 2, "an unknown flag"),
            (.labelledToken, 1, 0, "a label without its flag"),
            (.revokedTask, 1, 4, "an unknown flag"),
            (.revokedTask, 1, 0, "an orchestration without its flag"),
            (.currentKey, 1, 0, "an unknown state"),
            (.currentKey, 1, 4, "an unknown state"),
            (.currentKey, 1, 2, "a retired key without an end"),
            (.retiredKey, 1, 1, "a current key with an end"),
        ] as [(RowSample, Int, UInt8, String)])
    func `a byte that does not fit is refused`(
        sample: RowSample, index: Int, byte: UInt8, what: String
    ) {
        var row = sample.row
        row[index] = byte
        #expect(throws: Malformed.self, "\(what)") { try sample.recode(row) }
    }

    /// The end of a row, written anew: heartbeat, secret and its generations of an app.
    @Test(arguments: [
        ("00000003", "00000002", "0300000000", true, "as it should be, but for the interval"),
        ("00000000", "00000000", "030000000f", false, "a secret that never was"),
        ("00000003", "00000000", "030000000f", false, "a secret of generation 0"),
        ("00000003", "00000004", "030000000f", false, "a secret of a generation to come"),
        ("00000003", "00000002", "040000000f", false, "an unknown policy"),
        ("00000003", "00000002", "0100000000", false, "a heartbeat that is none"),
    ])
    func `what an app need not have is as strict`(
        generations: String, generation: String, heartbeat: String, isGood: Bool, what: String
    ) {
        let head = RowSample.fullApp.row.dropLast(5 + 4 + 32 + 9 + 4)
        let secret = "08" + hex([UInt8]("client-1".utf8)) + String(repeating: "02", count: 32)
        let row = head + bytes(hex: generations + secret + generation + heartbeat)
        #expect(((try? RowSample.fullApp.recode([UInt8](row))) != nil) == isGood, "\(what)")
    }

    @Test(arguments: ["", "a b", "a\"b", "a\\b", "a,b", "é", "eyJ0.eyJp.c2ln\n"])
    func `a hop outside the alphabet of a compact JWS is refused`(hop: String) {
        var grant = Sample.grant(1)
        grant.delegation = Sample.delegation(depth: 1, hop: hop)
        let sample = RowSample.grant("bad hop", grant)
        #expect(throws: Malformed.self) { try sample.recode(sample.row) }
    }

    @Test(arguments: [1, 1_500, -999, 1_000_000_000_001_000, .min, .max - 807] as [Int64])
    func `a clock offset out of bounds or between two seconds is refused`(milliseconds: Int64) {
        var grant = Sample.grant(1)
        grant.clockOffset = ClockOffset(milliseconds: milliseconds)
        let sample = RowSample.grant("bad offset", grant)
        #expect(throws: Malformed.self) { try sample.recode(sample.row) }
    }

    @Test func `times and positions that nothing comes to are refused`() {
        var late = Sample.grant(1)
        late.expiresAt = Instant(milliseconds: 1_000_000_000_000_001)
        var far = Sample.grant(1)
        far.position = LogPosition(rawValue: (1 << 60) + 1)
        for grant in [late, far] {
            let sample = RowSample.grant("out of bounds", grant)
            #expect(throws: Malformed.self) { try sample.recode(sample.row) }
        }
    }

    @Test func `a key's number has 32 bits`() throws {
        let row = RowSample.currentKey.row
        #expect(throws: Malformed.self) {
            try row.withUnsafeBytes {
                try KeyRow.decode($0, key: Serial(rawValue: 1 << 32))
            }
        }
    }

    @Test(arguments: RowSample.all) func `whatever decodes encodes to the same bytes`(
        sample: RowSample
    ) throws {
        var random = SplitMix(state: 7)
        var decodedCount = 0
        for _ in 0..<5_000 {
            var mutant = sample.row
            for _ in 0...Int(random.next() % 2) {
                mutant[Int(random.next() % UInt64(mutant.count))] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            // One of an older version is written anew.
            guard mutant[0] == sample.row[0], let recoded = try? sample.recode(mutant) else {
                continue
            }
            decodedCount += 1
            #expect(recoded == mutant)
        }
        #expect(decodedCount > 100)
    }
}
