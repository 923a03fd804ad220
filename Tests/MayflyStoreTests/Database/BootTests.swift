import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct BootTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open() throws -> Store { try Sample.open(directory.database) }

    private func sql(_ statement: String) throws {
        try Connection(path: directory.database, mode: .readWrite).execute(statement)
    }

    /// A store in its first boot, with something of everything.
    private func fill() throws {
        let store = try open()
        _ = try store.startBoot("first", clockAnchor: 1_000)
        try store.commit(
            events: [Sample.event(0)],
            changes: [
                .appWritten(Sample.app(1)), .grantInserted(Sample.grant(2)),
                .grantInserted(Sample.delegatedGrant(3)),
                .launchTokenInserted(Sample.launchToken(41)),
                .revocationWritten(Sample.revocation(5)),
                .keyWritten(Sample.key(1, state: .current)),
                .clockOffsetWritten(ClockOffset(milliseconds: -7_000)),
            ])
    }

    @Test func `a new file begins a boot with the clock that it is given`() throws {
        let boot = try open().startBoot("first", clockAnchor: 1_000)
        #expect(boot.isNew)
        #expect(boot.discardedGrants == 0 && boot.discardedLaunchTokens == 0)
        #expect(boot.launchTokens.isEmpty)
        #expect(boot.clockAnchor == 1_000)
        #expect(boot.clockOffset == .none)
    }

    @Test(arguments: [0, 999, 1_001, 9_000_000_000_000] as [UInt64])
    func `within a boot all goes on, the clock too, whatever the wall clock says`(
        proposed: UInt64
    ) throws {
        try fill()
        for _ in 0..<2 {
            let store = try open()
            let boot = try store.startBoot("first", clockAnchor: proposed)
            #expect(!boot.isNew)
            #expect(boot.discardedGrants == 0 && boot.discardedLaunchTokens == 0)
            #expect(boot.launchTokens == [Sample.launchToken(41)])
            #expect(boot.clockAnchor == 1_000)
            #expect(boot.clockOffset == ClockOffset(milliseconds: -7_000))
            #expect(try store.grantSerials() == [2, 3])
        }
    }

    @Test func `a new boot ends grants and launch tokens, and keeps the rest`() throws {
        try fill()
        do {
            let store = try open()
            #expect(store.recovered.bootID == "first")
            let boot = try store.startBoot("second", clockAnchor: 2_000)
            #expect(boot.isNew)
            #expect(boot.discardedGrants == 2 && boot.discardedLaunchTokens == 1)
            #expect(boot.launchTokens.isEmpty)
            #expect(boot.clockAnchor == 2_000)
            #expect(boot.clockOffset == .none)
            #expect(try store.grantSerials() == [])
            try store.commit(events: [Sample.event(1)])
        }
        let store = try open()
        #expect(store.recovered.bootID == "second")
        #expect(store.recovered.apps == [Sample.app(1)])
        #expect(store.recovered.revocations == [Sample.revocation(5)])
        #expect(store.recovered.keys == [Sample.key(1, state: .current)])
        let boot = try store.startBoot("second", clockAnchor: 3_000)
        #expect(!boot.isNew && boot.launchTokens.isEmpty)
        #expect(boot.clockAnchor == 2_000 && boot.clockOffset == .none)
    }

    @Test func `a boot of which nothing came to be on record begins once more`() throws {
        try fill()
        for anchor in [2_000, 3_000] as [UInt64] {
            let boot = try open().startBoot("second", clockAnchor: anchor)
            #expect(boot.isNew && boot.clockAnchor == anchor)
        }
        let store = try open()
        _ = try store.startBoot("second", clockAnchor: 4_000)
        try store.commit(events: [Sample.event(1)])
        let boot = try open().startBoot("second", clockAnchor: 5_000)
        #expect(!boot.isNew && boot.clockAnchor == 4_000)
    }

    @Test func `a boot remembers where in the log it began`() throws {
        try fill()
        #expect(try open().startBoot("first", clockAnchor: 0).start == .start)
        #expect(
            try open().startBoot("second", clockAnchor: 0).start == LogPosition(rawValue: 1))
        #expect(
            try open().startBoot("second", clockAnchor: 0).start == LogPosition(rawValue: 1))
    }

    @Test func `the longest life of a boot never becomes shorter, and a new boot begins anew`()
        throws
    {
        for (bootID, configured, longest) in [
            ("first", 60, 60), ("first", 3_600, 3_600), ("first", 60, 3_600), ("second", 60, 60),
        ] as [(String, UInt32, UInt32)] {
            let store = try open()
            let boot = try store.startBoot(
                bootID, clockAnchor: 0, longestLifeSeconds: configured)
            #expect(boot.longestLifeSeconds == longest)
            try store.commit(events: [Sample.event(0)])
        }
    }

    @Test func `serials that are gone with their boot are not free again`() throws {
        try fill()
        _ = try open().startBoot("second", clockAnchor: 2_000)
        #expect(try open().recovered.serialBound == 42)
    }

    @Test func `the offset that was written last counts, none after a new boot`() throws {
        try fill()
        let store = try open()
        for milliseconds in [5_000, 0, 315_576_000_000] as [Int64] {
            let offset = ClockOffset(milliseconds: milliseconds)
            try store.commit(events: [Sample.event(1)], changes: [.clockOffsetWritten(offset)])
            #expect(try open().startBoot("first", clockAnchor: 0).clockOffset == offset)
        }
        #expect(try open().startBoot("third", clockAnchor: 0).clockOffset == .none)
    }

    @Test func `a boot without an anchor takes one and keeps its grants`() throws {
        try fill()
        try sql("DELETE FROM meta WHERE key IN ('clock_anchor', 'clock_offset')")
        let store = try open()
        let boot = try store.startBoot("first", clockAnchor: 3_000)
        #expect(!boot.isNew)
        #expect(boot.clockAnchor == 3_000 && boot.clockOffset == .none)
        #expect(boot.launchTokens == [Sample.launchToken(41)])
        #expect(try store.grantSerials() == [2, 3])
        #expect(try open().startBoot("first", clockAnchor: 4_000).clockAnchor == 3_000)
    }

    @Test(arguments: [
        ("UPDATE meta SET value = -1 WHERE key = 'clock_anchor'", "clock_anchor"),
        (
            "UPDATE meta SET value = 9223372036854775807 WHERE key = 'clock_anchor'",
            "clock_anchor"
        ),
        (
            "UPDATE meta SET value = 9223372036854775807 WHERE key = 'serial_bound'",
            "serial_bound"
        ),
        ("UPDATE meta SET value = 1500 WHERE key = 'clock_offset'", "clock_offset"),
        ("UPDATE meta SET value = 2000000000000000 WHERE key = 'clock_offset'", "clock_offset"),
        (
            "UPDATE meta SET value = -9223372036854775808 WHERE key = 'clock_offset'",
            "clock_offset"
        ),
    ])
    func `a clock that this code did not write is refused`(statement: String, key: String) throws {
        try fill()
        try sql(statement)
        let failure = #expect(throws: StoreFailure.self) {
            try open().startBoot("first", clockAnchor: 0)
        }
        guard case .corruptMeta(key, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: [
        "UPDATE launch_tokens SET record = x'01'",
        "UPDATE launch_tokens SET record = CAST(record || x'00' AS BLOB)",
        "UPDATE launch_tokens SET serial = -1",
    ])
    func `a corrupt launch token is named`(statement: String) throws {
        try fill()
        try sql(statement)
        let failure = #expect(throws: StoreFailure.self) {
            try open().startBoot("first", clockAnchor: 0)
        }
        guard case .corruptRow("launch_tokens", _, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
