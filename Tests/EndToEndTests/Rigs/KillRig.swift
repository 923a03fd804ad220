/// Kills a broker under load at a random moment, again and again on one data directory, and asks
/// its successor about everything that clients were told.
struct KillRig {
    private static let loadMilliseconds = 5...RigTier.amount(quick: 500, deep: 1_500)

    let fault: String?
    private let site: RigSite
    private var random: RigRandom

    init(fault: String? = nil, seed: UInt64) throws {
        self.fault = fault
        random = RigRandom(seed: seed)
        site = RigSite(home: try BrokerProcess.Home())
    }

    var summary: String { site.summary }

    /// Stops at the first round that finds something.
    ///
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
        let reactors = ["--reactors", "\(random.within(1...3))"]
        // On a slow disk an answer that did not wait for it is early by more than a kill's aim.
        let slowness = random.chance(percent: 50) ? "slow-commit" : nil
        let broker = try site.start(fault: fault ?? slowness, arguments: reactors)
        let load = try site.startLoad(on: broker, seed: random.next())
        wait(milliseconds: random.within(Self.loadMilliseconds))
        broker.kill9()
        site.finish(load)
        try site.examineDisk()
        if random.chance(percent: 25) { try killDuringRecovery() }
        let successor = try site.start()
        try site.examine(successor, &random)
        successor.kill9()
    }

    private mutating func killDuringRecovery() throws {
        var options = BrokerProcess.Options()
        options.logLevel = "warning"
        let broker = try BrokerProcess(launching: options, home: site.home)
        wait(milliseconds: random.within(1...40))
        broker.kill9()
    }
}
