import CSimulatedDisk
import Testing

/// A database that loses power again and again, at any change of the disk.
private struct History {
    private static let rounds = 3
    private static let maximumChanges: UInt64 = 120

    private let synchronous: String
    private let disk: Disk
    private var generator: SeededGenerator
    private var nextID: Int64 = 1
    /// Rows whose commit was acknowledged, and the one that may or may not be there.
    private var acknowledged: Set<Int64> = []
    private var inFlight: Int64?

    /// Acknowledged rows that were not found again.
    private(set) var lost: Set<Int64> = []
    /// Rows found that nobody had written.
    private(set) var invented: Set<Int64> = []
    /// What SQLite says against the file, or an error in opening it.
    private(set) var damage: [String] = []
    private(set) var found: Set<Int64> = []
    var counters: sim_disk_counters { disk.counters }

    init(seed: UInt64, synchronous: String) {
        self.synchronous = synchronous
        disk = Disk(seed: seed)
        generator = SeededGenerator(seed: seed)
        for _ in 0..<History.rounds where damage.isEmpty { loseAndCheck() }
    }

    private mutating func loseAndCheck() {
        let stop = UInt64.random(in: 1...History.maximumChanges, using: &generator)
        sim_disk_stop_at(disk.handle, stop)
        commitUntilItStops()
        disk.crash(seed: generator.next())
        guard disk.restart() else {
            damage = ["a connection is left open"]
            return
        }
        do { try check() } catch { damage = ["\(error)"] }
    }

    private mutating func commitUntilItStops() {
        // The power may go while the database is made, or while it recovers.
        guard let database = try? Database(disk, synchronous: synchronous) else { return }
        do {
            while true {
                inFlight = nextID
                nextID += 1
                let bytes = Int.random(in: 1...6_000, using: &generator)
                try database.insert(nextID - 1, fillerBytes: bytes)
                acknowledged.insert(nextID - 1)
                inFlight = nil
            }
        } catch {}
    }

    private mutating func check() throws {
        let database = try Database(disk)
        // By half, so that the next round begins with the recovery of a log too.
        if Bool.random(using: &generator) { database.forgoCheckpointOnClose() }
        found = try database.ids()
        lost.formUnion(acknowledged.subtracting(found))
        invented.formUnion(found.subtracting(acknowledged).subtracting([inFlight ?? 0]))
        damage = try database.integrity().filter { $0 != "ok" }
        acknowledged = found
        inFlight = nil
    }
}

@Suite struct PowerLossTests {
    private static let seeds: Range<UInt64> = 0..<400

    @Test func `synchronous FULL keeps every acknowledged row in an intact database`() {
        var rowsFound = 0
        var fates = sim_disk_counters()
        for seed in PowerLossTests.seeds {
            let history = History(seed: seed, synchronous: "FULL")
            #expect(history.lost.isEmpty, "seed \(seed)")
            #expect(history.invented.isEmpty, "seed \(seed)")
            #expect(history.damage == [], "seed \(seed)")
            rowsFound += history.found.count
            fates.kept += history.counters.kept
            fates.torn += history.counters.torn
            fates.dropped += history.counters.dropped
        }
        // There was something to lose.
        #expect(rowsFound > 1_000)
        #expect(fates.kept > 100 && fates.torn > 100 && fates.dropped > 100)
    }

    @Test func `synchronous NORMAL loses acknowledged rows, and keeps the database intact`() {
        var losses = 0
        for seed in PowerLossTests.seeds {
            let history = History(seed: seed, synchronous: "NORMAL")
            #expect(history.damage == [], "seed \(seed)")
            #expect(history.invented.isEmpty, "seed \(seed)")
            losses += history.lost.isEmpty ? 0 : 1
        }
        #expect(losses > 20)
    }

    @Test func `synchronous OFF loses acknowledged rows, and the database too`() {
        var losses = 0
        var damaged = 0
        for seed in PowerLossTests.seeds {
            let history = History(seed: seed, synchronous: "OFF")
            losses += history.lost.isEmpty ? 0 : 1
            damaged += history.damage.isEmpty ? 0 : 1
        }
        #expect(losses > 20)
        #expect(damaged > 0)
    }

    @Test(arguments: [3, 77, 1_234_567] as [UInt64], ["FULL", "NORMAL", "OFF"])
    func `one seed tells one history`(seed: UInt64, synchronous: String) {
        let first = History(seed: seed, synchronous: synchronous)
        let second = History(seed: seed, synchronous: synchronous)
        #expect(first.found == second.found)
        #expect(first.lost == second.lost)
        #expect(first.damage == second.damage)
        #expect(first.counters.writes == second.counters.writes)
        #expect(first.counters.bytes_written == second.counters.bytes_written)
        #expect(first.counters.syncs == second.counters.syncs)
        #expect(first.counters.kept == second.counters.kept)
        #expect(first.counters.torn == second.counters.torn)
        #expect(first.counters.dropped == second.counters.dropped)
    }

    @Test(arguments: ["FULL", "OFF"])
    func `a process that dies loses nothing that it wrote, synced or not`(
        synchronous: String
    ) throws {
        for stop in 1...60 as ClosedRange<UInt64> {
            let disk = Disk(seed: stop)
            var acknowledged: Set<Int64> = []
            do {
                let database = try Database(disk, synchronous: synchronous)
                sim_disk_stop_at(disk.handle, stop)
                while disk.isRunning {
                    let id = Int64(acknowledged.count + 1)
                    guard (try? database.insert(id, fillerBytes: 900)) != nil else { continue }
                    acknowledged.insert(id)
                }
            }
            try #require(disk.restart())
            let database = try Database(disk)
            #expect(try database.ids().isSuperset(of: acknowledged), "stopped at \(stop)")
            #expect(try database.integrity() == ["ok"], "stopped at \(stop)")
        }
    }
}
