internal import Testing

/// Asks a broker under load to stop, as a service manager does, and asks its successor about
/// everything that clients were told.
struct DrainRig {
    private let site: RigSite
    private var random: RigRandom

    init(seed: UInt64) throws {
        random = RigRandom(seed: seed)
        site = RigSite(home: try BrokerProcess.Home())
    }

    var summary: String { site.summary }

    /// - Returns: what cannot be true.
    mutating func run(rounds: Int) -> [String] {
        do {
            for _ in 0..<rounds where site.violations.isEmpty { try round() }
        } catch {
            site.accuse(error)
        }
        return site.violations
    }

    private mutating func round() throws {
        let broker = try site.start(arguments: ["--reactors", "\(random.within(1...3))"])
        let load = try site.startLoad(on: broker, seed: random.next())
        wait(milliseconds: random.within(5...500))
        site.ledger.withState { $0.isStopping = true }
        let exit = try broker.stop()
        site.finish(load)
        site.ledger.withState { $0.isStopping = false }
        if exit != .status(0) { site.ledger.accuse("the broker ended: \(exit)") }
        try site.examineDisk()
        // What was begun was finished: nothing is granted that nobody was told of.
        for orphan in site.orphans {
            site.ledger.accuse("\(orphan) was granted, and its answer was not sent")
        }
        let successor = try site.start()
        try site.examine(successor, &random)
        successor.kill9()
    }
}

extension Rigs {
    @Suite struct DrainRigTests {
        @Test func `a broker that is asked to stop under load owes nobody anything`() throws {
            let rounds = RigTier.amount(quick: 4, deep: 20)
            var rig = try DrainRig(seed: RigTier.seed)
            let violations = rig.run(rounds: rounds)
            #expect(violations.isEmpty, "seed \(RigTier.seed)")
            RigTier.report("SIGTERM, \(rounds) rounds: \(rig.summary)")
        }
    }
}
